/// Operations of formula graphs and tapes, and the functions that a formula may call.
#pragma once

#include <string>
#include <vector>

namespace sgdlimits::formula {

/// Functions of the language come first; then what a graph adds; then what only a tape knows.
enum class Op {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cos,
  cosh,
  erf,
  erfc,
  exp,
  expm1,
  log,
  log1p,
  logcosh,
  relu,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  step,
  tan,
  tanh,
  max,
  min,
  pow,
  equal,
  unequal,
  less,
  less_equal,
  input,
  constant,
  sum,
  product,
  fill,
  axpb,
  axpy,
  add,
  mul,
  mul_k,
  mul_c,
  fma,
  fma_k,
  div,
  recip
};

constexpr bool is_unary(Op op) { return op <= Op::tanh; }
constexpr bool is_binary(Op op) { return op >= Op::max && op <= Op::less_equal; }

struct Function {
  const char* name;
  Op op;
  int arguments;
};

/// Every function of the language by name, or nullptr.
const Function* find_function(const std::string& name);
std::vector<std::string> function_names();

/// The operation on one pair of numbers by the scalar library: constants are folded with it (b is ignored by
/// functions of one argument).
double apply(Op op, double a, double b);

}  // namespace sgdlimits::formula
