// Compiled with fast-math flags, so that exp, log, ... become vector calls. Every inner loop has 8 lanes exactly: no
// scalar remainder, hence the same bits for a point wherever it stands.
#include "models/formula/tape_kernel.hpp"

#include <cmath>

namespace sgdlimits::formula {
namespace {

constexpr int lanes = 8;

template <class F>
inline void each(int n, double* __restrict r, F f) {
  for (int i = 0; i < n; i += lanes) {
    double value[lanes];
    for (int l = 0; l < lanes; ++l) value[l] = f(i + l);
    for (int l = 0; l < lanes; ++l) r[i + l] = value[l];
  }
}

void arithmetic(const Instruction& t, double* const* reg, int n) {
  double* r = reg[t.destination];
  const double *a = reg[t.a], *b = reg[t.b], *c = reg[t.c];
  const double k = t.k, m = t.m;
  switch (t.op) {
    case Op::fill: each(n, r, [=](int) { return k; }); break;
    case Op::axpb: each(n, r, [=](int i) { return k * a[i] + m; }); break;
    case Op::axpy: each(n, r, [=](int i) { return k * a[i] + b[i]; }); break;
    case Op::add: each(n, r, [=](int i) { return a[i] + b[i]; }); break;
    case Op::mul: each(n, r, [=](int i) { return a[i] * b[i]; }); break;
    case Op::mul_k: each(n, r, [=](int i) { return k * a[i] * b[i]; }); break;
    case Op::mul_c: each(n, r, [=](int i) { return k * a[i] * b[i] + m; }); break;
    case Op::fma: each(n, r, [=](int i) { return a[i] * b[i] + c[i]; }); break;
    case Op::fma_k: each(n, r, [=](int i) { return k * a[i] * b[i] + c[i]; }); break;
    case Op::div: each(n, r, [=](int i) { return k * a[i] / b[i]; }); break;
    case Op::recip: each(n, r, [=](int i) { return k / a[i]; }); break;
    case Op::max: each(n, r, [=](int i) { return a[i] < b[i] ? b[i] : a[i]; }); break;
    case Op::min: each(n, r, [=](int i) { return b[i] < a[i] ? b[i] : a[i]; }); break;
    case Op::pow: each(n, r, [=](int i) { return std::pow(a[i], b[i]); }); break;
    case Op::equal: each(n, r, [=](int i) { return a[i] == b[i] ? 1.0 : 0.0; }); break;
    case Op::unequal: each(n, r, [=](int i) { return a[i] != b[i] ? 1.0 : 0.0; }); break;
    case Op::less: each(n, r, [=](int i) { return a[i] < b[i] ? 1.0 : 0.0; }); break;
    case Op::less_equal: each(n, r, [=](int i) { return a[i] <= b[i] ? 1.0 : 0.0; }); break;
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

void functions(const Instruction& t, double* const* reg, int n) {
  double* r = reg[t.destination];
  const double* a = reg[t.a];
  switch (t.op) {
    case Op::abs: each(n, r, [=](int i) { return std::fabs(a[i]); }); break;
    case Op::acos: each(n, r, [=](int i) { return std::acos(a[i]); }); break;
    case Op::acosh: each(n, r, [=](int i) { return std::acosh(a[i]); }); break;
    case Op::asin: each(n, r, [=](int i) { return std::asin(a[i]); }); break;
    case Op::asinh: each(n, r, [=](int i) { return std::asinh(a[i]); }); break;
    case Op::atan: each(n, r, [=](int i) { return std::atan(a[i]); }); break;
    case Op::atanh: each(n, r, [=](int i) { return std::atanh(a[i]); }); break;
    case Op::cos: each(n, r, [=](int i) { return std::cos(a[i]); }); break;
    case Op::cosh: each(n, r, [=](int i) { return std::cosh(a[i]); }); break;
    case Op::erf: each(n, r, [=](int i) { return std::erf(a[i]); }); break;
    case Op::erfc: each(n, r, [=](int i) { return std::erfc(a[i]); }); break;
    case Op::exp: each(n, r, [=](int i) { return std::exp(a[i]); }); break;
    case Op::expm1: each(n, r, [=](int i) { return std::expm1(a[i]); }); break;
    case Op::log: each(n, r, [=](int i) { return std::log(a[i]); }); break;
    case Op::log1p: each(n, r, [=](int i) { return std::log1p(a[i]); }); break;
    case Op::logcosh: each(n, r, [=](int i) { return log_cosh(a[i]); }); break;
    case Op::relu: each(n, r, [=](int i) { return a[i] < 0 ? 0.0 : a[i]; }); break;
    case Op::sigmoid: each(n, r, [=](int i) { return sigmoid(a[i]); }); break;
    case Op::sign: each(n, r, [=](int i) { return (a[i] > 0 ? 1.0 : 0.0) - (a[i] < 0 ? 1.0 : 0.0); }); break;
    case Op::sin: each(n, r, [=](int i) { return std::sin(a[i]); }); break;
    case Op::sinh: each(n, r, [=](int i) { return std::sinh(a[i]); }); break;
    case Op::softplus:
      each(n, r, [=](int i) { return (a[i] < 0 ? 0.0 : a[i]) + std::log1p(std::exp(-std::fabs(a[i]))); });
      break;
    case Op::sqrt: each(n, r, [=](int i) { return std::sqrt(a[i]); }); break;
    case Op::step: each(n, r, [=](int i) { return 0.5 + (a[i] > 0 ? 0.5 : 0.0) - (a[i] < 0 ? 0.5 : 0.0); }); break;
    case Op::tan: each(n, r, [=](int i) { return std::tan(a[i]); }); break;
    case Op::tanh: each(n, r, [=](int i) { return std::tanh(a[i]); }); break;
    default: break;
  }
}

}  // namespace

void run_tape(const Instruction* first, const Instruction* last, double* const* registers, int n) {
  for (; first != last; ++first) {
    if (is_unary(first->op))
      functions(*first, registers, n);
    else
      arithmetic(*first, registers, n);
  }
}

}  // namespace sgdlimits::formula
