// Compiled with fast-math flags, so that exp, log, ... become vector calls. Every loop has a fixed length, a multiple
// of 8, and no alias check: no scalar remainder and no scalar fallback, hence the same bits for a point wherever it
// stands.
// Sums and quotients keep their written order, or the block sizes would round differently.
#pragma GCC optimize("no-associative-math", "no-reciprocal-math")
#include "models/formula/tape_kernel.hpp"

#include <cmath>

namespace sgdlimits::formula {
namespace {

template <int N, class F>
inline void each(double* r, F f) {
#pragma GCC ivdep
#pragma GCC unroll 1
  for (int i = 0; i < N; ++i) r[i] = f(i);
}

template <int N>
void arithmetic(const Instruction& t, double* const* reg) {
  double* r = reg[t.destination];
  const double *a = reg[t.a], *b = reg[t.b], *c = reg[t.c];
  const double k = t.k, m = t.m;
  switch (t.op) {
    case Op::fill: each<N>(r, [=](int) { return k; }); break;
    case Op::axpb: each<N>(r, [=](int i) { return k * a[i] + m; }); break;
    case Op::axpy: each<N>(r, [=](int i) { return k * a[i] + b[i]; }); break;
    case Op::add: each<N>(r, [=](int i) { return a[i] + b[i]; }); break;
    case Op::mul: each<N>(r, [=](int i) { return a[i] * b[i]; }); break;
    case Op::mul_k: each<N>(r, [=](int i) { return k * a[i] * b[i]; }); break;
    case Op::mul_c: each<N>(r, [=](int i) { return k * a[i] * b[i] + m; }); break;
    case Op::fma: each<N>(r, [=](int i) { return a[i] * b[i] + c[i]; }); break;
    case Op::fma_k: each<N>(r, [=](int i) { return k * a[i] * b[i] + c[i]; }); break;
    case Op::div: each<N>(r, [=](int i) { return k * a[i] / b[i]; }); break;
    case Op::recip: each<N>(r, [=](int i) { return k / a[i]; }); break;
    case Op::max: each<N>(r, [=](int i) { return a[i] < b[i] ? b[i] : a[i]; }); break;
    case Op::min: each<N>(r, [=](int i) { return b[i] < a[i] ? b[i] : a[i]; }); break;
    case Op::pow: each<N>(r, [=](int i) { return std::pow(a[i], b[i]); }); break;
    case Op::equal: each<N>(r, [=](int i) { return a[i] == b[i] ? 1.0 : 0.0; }); break;
    case Op::unequal: each<N>(r, [=](int i) { return a[i] != b[i] ? 1.0 : 0.0; }); break;
    case Op::less: each<N>(r, [=](int i) { return a[i] < b[i] ? 1.0 : 0.0; }); break;
    case Op::less_equal: each<N>(r, [=](int i) { return a[i] <= b[i] ? 1.0 : 0.0; }); break;
    default: break;
  }
}

inline double log_cosh(double a) {
  const double z = std::fabs(a);
  // below 1 as log1p(2 sinh^2(z/2)), which has no cancellation; sinh's argument is clamped, its branch not taken
  const double s = std::sinh(0.5 * (z < 1 ? z : 1.0));
  const double tail = std::exp(-2 * z);
  const double logarithm = std::log1p(z < 1 ? 2 * s * s : tail);
  return z < 1 ? logarithm : z - 0.69314718055994530942 + logarithm;
}

inline double sigmoid(double a) {
  const double e = std::exp(-std::fabs(a));
  return (a < 0 ? e : 1.0) / (1 + e);
}

template <int N>
void functions(const Instruction& t, double* const* reg) {
  double* r = reg[t.destination];
  const double* a = reg[t.a];
  switch (t.op) {
    case Op::abs: each<N>(r, [=](int i) { return std::fabs(a[i]); }); break;
    case Op::acos: each<N>(r, [=](int i) { return std::acos(a[i]); }); break;
    case Op::acosh: each<N>(r, [=](int i) { return std::acosh(a[i]); }); break;
    case Op::asin: each<N>(r, [=](int i) { return std::asin(a[i]); }); break;
    case Op::asinh: each<N>(r, [=](int i) { return std::asinh(a[i]); }); break;
    case Op::atan: each<N>(r, [=](int i) { return std::atan(a[i]); }); break;
    case Op::atanh: each<N>(r, [=](int i) { return std::atanh(a[i]); }); break;
    case Op::cos: each<N>(r, [=](int i) { return std::cos(a[i]); }); break;
    case Op::cosh: each<N>(r, [=](int i) { return std::cosh(a[i]); }); break;
    case Op::erf: each<N>(r, [=](int i) { return std::erf(a[i]); }); break;
    case Op::erfc: each<N>(r, [=](int i) { return std::erfc(a[i]); }); break;
    case Op::exp: each<N>(r, [=](int i) { return std::exp(a[i]); }); break;
    case Op::expm1: each<N>(r, [=](int i) { return std::expm1(a[i]); }); break;
    case Op::log: each<N>(r, [=](int i) { return std::log(a[i]); }); break;
    case Op::log1p: each<N>(r, [=](int i) { return std::log1p(a[i]); }); break;
    case Op::logcosh: each<N>(r, [=](int i) { return log_cosh(a[i]); }); break;
    case Op::relu: each<N>(r, [=](int i) { return a[i] < 0 ? 0.0 : a[i]; }); break;
    case Op::sigmoid: each<N>(r, [=](int i) { return sigmoid(a[i]); }); break;
    case Op::sign: each<N>(r, [=](int i) { return (a[i] > 0 ? 1.0 : 0.0) - (a[i] < 0 ? 1.0 : 0.0); }); break;
    case Op::sin: each<N>(r, [=](int i) { return std::sin(a[i]); }); break;
    case Op::sinh: each<N>(r, [=](int i) { return std::sinh(a[i]); }); break;
    case Op::softplus:
      each<N>(r, [=](int i) { return (a[i] < 0 ? 0.0 : a[i]) + std::log1p(std::exp(-std::fabs(a[i]))); });
      break;
    case Op::sqrt: each<N>(r, [=](int i) { return std::sqrt(a[i]); }); break;
    case Op::step: each<N>(r, [=](int i) { return 0.5 + (a[i] > 0 ? 0.5 : 0.0) - (a[i] < 0 ? 0.5 : 0.0); }); break;
    case Op::tan: each<N>(r, [=](int i) { return std::tan(a[i]); }); break;
    case Op::tanh: each<N>(r, [=](int i) { return std::tanh(a[i]); }); break;
    default: break;
  }
}

template <int N>
void run_lanes(const Instruction* first, const Instruction* last, double* const* registers) {
  for (; first != last; ++first) {
    if (is_unary(first->op))
      functions<N>(*first, registers);
    else
      arithmetic<N>(*first, registers);
  }
}

}  // namespace

void run_tape(const Instruction* first, const Instruction* last, double* const* registers, int n) {
  if (n == kBlock)
    run_lanes<kBlock>(first, last, registers);
  else if (n == kHalfBlock)
    run_lanes<kHalfBlock>(first, last, registers);
  else
    run_lanes<kSmallBlock>(first, last, registers);
}

}  // namespace sgdlimits::formula
