/// A function of one real variable as a straight-line program: what rigorous arithmetic evaluates and a certificate
/// prints.
#pragma once

#include <string>
#include <vector>

namespace sgdlimits {

enum class LineOp {
  input,     ///< x
  constant,  ///< a double, taken as the exact dyadic number that it is
  add,       ///< a + b
  multiply,  ///< a b
  scale,     ///< constant * a
  power,     ///< a^constant; an integer constant for every a != 0, others for a > 0
  // functions of one argument
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
  max,  ///< of a and b
  min
};
/// The name above.
std::string to_string(LineOp op);

/// Instruction k computes v_k from the input and from v_0, ..., v_{k-1}; the function is v_result. The constants are
/// the function's: whoever proves something about a program proves it for these dyadic numbers.
class LineProgram {
 public:
  struct Instruction {
    LineOp op = LineOp::input;
    int a = -1, b = -1;
    double constant = 0;
  };

  int input();
  int constant(double value);
  int apply(LineOp op, int a, int b = -1);
  int scale(double factor, int a);
  int power(int a, double exponent);
  /// (1/n) sum of the given values, n their number; 1/n is a power, so nothing is rounded.
  int mean(const std::vector<int>& values);

  void set_result(int value) { result_ = value; }
  int result() const { return result_; }
  const std::vector<Instruction>& code() const { return code_; }
  /// One instruction a line: "v3 multiply v1 v2", "v0 constant 0x1.8p+1": hexadecimal, exact; at last "result v7".
  std::string text() const;

 private:
  int push(Instruction instruction);
  std::vector<Instruction> code_;
  int result_ = 0;
};

}  // namespace sgdlimits
