#include <arb.h>
#include <arb_hypgeom.h>

#include <cmath>
#include <limits>

#include "solvers/proof/tail_interval.hpp"

namespace sgdlimits::proof {
namespace {

using ArbFunction = void (*)(arb_t, const arb_t, slong);

// An end of f(interval) for f monotone between: f there, or its limit where the end is infinite.
void end_of(arf_t r, arf_srcptr at, bool lower, ArbFunction f, double at_minus_infinity, double at_plus_infinity) {
  if (arf_is_inf(at)) {
    arf_set_d(r, arf_sgn(at) < 0 ? at_minus_infinity : at_plus_infinity);
    return;
  }
  arb_t x;
  arb_init(x);
  arb_set_arf(x, at);
  f(x, x, TailInterval::kBits);
  if (!arb_is_finite(x))
    lower ? arf_neg_inf(r) : arf_pos_inf(r);
  else
    lower ? arb_get_lbound_arf(r, x, TailInterval::kBits) : arb_get_ubound_arf(r, x, TailInterval::kBits);
  arb_clear(x);
}

// f(a) for f that rises; the limits must be enclosed from the outside.
TailInterval rising(const TailInterval& argument, ArbFunction f, double at_minus_infinity, double at_plus_infinity) {
  const TailInterval a = argument.plain();
  TailInterval r;
  end_of(r.lower(), a.lower(), true, f, at_minus_infinity, at_plus_infinity);
  end_of(r.upper(), a.upper(), false, f, at_minus_infinity, at_plus_infinity);
  return r;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void arb_sigmoid(arb_t r, const arb_t a, slong bits) {
  arb_neg(r, a);
  arb_exp(r, r, bits);
  arb_add_ui(r, r, 1, bits);
  arb_inv(r, r, bits);
}
void arb_softplus(arb_t r, const arb_t a, slong bits) {
  arb_t e;
  arb_init(e);
  const bool positive = arb_is_positive(a);
  arb_abs(e, a);
  arb_neg(e, e);
  arb_exp(e, e, bits);
  arb_log1p(e, e, bits);
  positive ? arb_add(r, a, e, bits) : arb_set(r, e);
  arb_clear(e);
}
// atan, rounded to the outside of pi/2
constexpr double kHalfPi = 1.5707963267948968;

// exp(v t^p) <= exp(v) t^-n for v < 0 and n <= -v p, as t^n exp(v t^p) then falls from t = 1 on
TailInterval exponential_value(const TailInterval& a) {
  TailInterval r = rising(a, arb_exp, 0, kInfinity);
  if (a.power > 0 && arf_sgn(a.upper()) < 0) {
    // over all t the largest is exp(upper), at t = 1
    TailInterval top;
    end_of(top.upper(), a.upper(), false, arb_exp, 0, kInfinity);
    r = top;
    r.power = -std::floor(std::min(64.0, -arf_get_d(a.upper(), ARF_RND_UP) * a.power));
  }
  return r;
}

TailSeries constant_series(const TailInterval& c, int order) {
  TailSeries s(static_cast<std::size_t>(order) + 1, TailInterval(0));
  s[0] = c;
  return s;
}

TailSeries product(const TailSeries& a, const TailSeries& b) {
  TailSeries r(a.size(), TailInterval(0));
  for (std::size_t k = 0; k < a.size(); ++k)
    for (std::size_t j = 0; j <= k; ++j) r[k] = r[k] + a[j] * b[k - j];
  return r;
}

// g with g' = h a', from g_0: k g_k = sum_{j=1..k} j a_j h_{k-j}, h known up to order k - 1 when g_k is asked
template <class NextOfDerivative>
TailSeries integrate(const TailInterval& first, const TailSeries& a, NextOfDerivative&& derivative) {
  TailSeries g(a.size(), TailInterval(0)), h(a.size(), TailInterval(0));
  g[0] = first;
  for (std::size_t k = 1; k < a.size(); ++k) {
    h[k - 1] = derivative(g, k - 1);
    for (std::size_t j = 1; j <= k; ++j) g[k] = g[k] + TailInterval(static_cast<double>(j)) * a[j] * h[k - j];
    g[k] = g[k] / TailInterval(static_cast<double>(k));
  }
  return g;
}

TailInterval coefficient_of_product(const TailSeries& a, const TailSeries& b, std::size_t k) {
  TailInterval r(0);
  for (std::size_t j = 0; j <= k; ++j) r = r + a[j] * b[k - j];
  return r;
}

TailSeries exponential(const TailSeries& a) {
  return integrate(exponential_value(a[0]), a, [](const TailSeries& g, std::size_t k) { return g[k]; });
}

TailSeries quotient(const TailSeries& a, const TailSeries& b) {
  TailSeries r(a.size(), TailInterval(0));
  for (std::size_t k = 0; k < a.size(); ++k) {
    TailInterval sum = a[k];
    for (std::size_t j = 1; j <= k; ++j) sum = sum - b[j] * r[k - j];
    r[k] = sum / b[0];
  }
  return r;
}

// s' = s (1 - s) a'; 1 - s is kept as sigmoid(-a), which does not cancel
TailSeries sigmoid(const TailSeries& a) {
  // 1 - s < exp(-a), which carries its decay
  TailInterval complement = rising(-a[0], arb_sigmoid, 0, 1);
  if (a[0].power > 0 && arf_sgn(a[0].lower()) > 0) complement = exponential_value(-a[0]);
  return integrate(rising(a[0], arb_sigmoid, 0, 1), a, [&](const TailSeries& g, std::size_t k) {
    TailInterval r = g[k] * complement;
    for (std::size_t j = 1; j <= k; ++j) r = r - g[k - j] * g[j];
    return r;
  });
}

TailSeries negative(const TailSeries& a) {
  TailSeries r = a;
  for (TailInterval& c : r) c = -c;
  return r;
}

TailSeries scaled(double factor, const TailSeries& a) {
  TailSeries r = a;
  for (TailInterval& c : r) c = TailInterval(factor) * c;
  return r;
}

TailSeries sum(const TailSeries& a, const TailSeries& b) {
  TailSeries r = a;
  for (std::size_t k = 0; k < r.size(); ++k) r[k] = r[k] + b[k];
  return r;
}

TailSeries shifted(double shift, TailSeries a) {
  a[0] = a[0] + TailInterval(shift);
  return a;
}

// (1 - t^2) a' with t = 2 sigmoid(2a) - 1
TailSeries tanh_series(const TailSeries& a) { return shifted(-1, scaled(2, sigmoid(scaled(2, a)))); }

// g with g' = h a', h a known series
TailSeries integral_of(const TailInterval& first, const TailSeries& h, const TailSeries& a) {
  return integrate(first, a, [&](const TailSeries&, std::size_t k) { return h[k]; });
}

TailSeries softplus(const TailSeries& a) {
  return integral_of(rising(a[0], arb_softplus, 0, kInfinity), sigmoid(a), a);
}

TailSeries unknown(const TailSeries& a) { return TailSeries(a.size(), TailInterval::everything()); }

TailSeries logarithm(const TailSeries& a) {
  if (arf_sgn(a[0].lower()) < 0) return unknown(a);
  const TailInterval argument = a[0].plain();
  TailInterval first;
  if (arf_is_zero(argument.lower()))
    arf_neg_inf(first.lower());
  else
    end_of(first.lower(), argument.lower(), true, arb_log, -kInfinity, kInfinity);
  end_of(first.upper(), argument.upper(), false, arb_log, -kInfinity, kInfinity);
  return integral_of(first, quotient(constant_series(TailInterval(1), static_cast<int>(a.size()) - 1), a), a);
}

// (v t^q)^p = v^p t^(q p), the exponent exact or not carried
TailInterval real_power_value(const TailInterval& a, double p) {
  TailInterval v = a;
  v.power = 0;
  const double power = a.power * p;
  const bool exact = std::fma(a.power, p, -power) == 0;
  if (!exact) v = a.plain();
  if (arf_sgn(v.lower()) <= 0) return TailInterval::everything();
  TailInterval log;
  end_of(log.lower(), v.lower(), true, arb_log, -kInfinity, kInfinity);
  end_of(log.upper(), v.upper(), false, arb_log, -kInfinity, kInfinity);
  TailInterval r = rising(TailInterval(p) * log, arb_exp, 0, kInfinity);
  if (exact) r.power = power;
  return r;
}

// a^p for a > 0: g' = p g/a a'
TailSeries real_power(const TailSeries& a, double p) {
  if (arf_sgn(a[0].lower()) <= 0) return unknown(a);
  const TailSeries inverse = quotient(constant_series(TailInterval(p), static_cast<int>(a.size()) - 1), a);
  return integrate(real_power_value(a[0], p), a,
                   [&](const TailSeries& g, std::size_t k) { return coefficient_of_product(g, inverse, k); });
}

TailSeries whole_power(const TailSeries& a, long exponent) {
  const int order = static_cast<int>(a.size()) - 1;
  if (exponent < 0) return quotient(constant_series(TailInterval(1), order), whole_power(a, -exponent));
  TailSeries r = constant_series(TailInterval(1), order);
  for (long n = 0; n < exponent; ++n) r = product(r, a);
  r[0] = integer_power(a[0], exponent);
  return r;
}

TailSeries sine(const TailSeries& a, bool cosine) {
  // sin and cos stay in [-1, 1]; the two series are carried together
  TailInterval unit;
  arf_set_d(unit.lower(), -1);
  arf_set_d(unit.upper(), 1);
  TailSeries s(a.size(), TailInterval(0)), c(a.size(), TailInterval(0));
  s[0] = c[0] = unit;
  for (std::size_t k = 1; k < a.size(); ++k) {
    for (std::size_t j = 1; j <= k; ++j) {
      const TailInterval ja = TailInterval(static_cast<double>(j)) * a[j];
      s[k] = s[k] + ja * c[k - j];
      c[k] = c[k] - ja * s[k - j];
    }
    s[k] = s[k] / TailInterval(static_cast<double>(k));
    c[k] = c[k] / TailInterval(static_cast<double>(k));
  }
  return cosine ? c : s;
}

// 2/sqrt(pi) exp(-a^2) a'
TailSeries error_function(const TailSeries& a) {
  TailInterval factor;
  arb_t pi;
  arb_init(pi);
  arb_const_sqrt_pi(pi, TailInterval::kBits);
  arb_inv(pi, pi, TailInterval::kBits);
  arb_mul_2exp_si(pi, pi, 1);
  arb_get_lbound_arf(factor.lower(), pi, TailInterval::kBits);
  arb_get_ubound_arf(factor.upper(), pi, TailInterval::kBits);
  arb_clear(pi);
  TailSeries density = exponential(negative(whole_power(a, 2)));
  for (TailInterval& c : density) c = factor * c;
  return integral_of(rising(a[0], arb_hypgeom_erf, -1, 1), density, a);
}

TailSeries arc_tangent(const TailSeries& a) {
  const TailSeries derivative =
      quotient(constant_series(TailInterval(1), static_cast<int>(a.size()) - 1), shifted(1, whole_power(a, 2)));
  return integral_of(rising(a[0], arb_atan, -kHalfPi, kHalfPi), derivative, a);
}

// +1 or -1 where a keeps its sign on the segment, ends included: then no kink is there; 0 where that is not known
int sign_of(const TailInterval& a) {
  if (arf_sgn(a.lower()) > 0) return 1;
  return arf_sgn(a.upper()) < 0 ? -1 : 0;
}

TailSeries branched(LineOp op, const TailSeries& a, const TailSeries* b) {
  const int order = static_cast<int>(a.size()) - 1;
  const int sign = sign_of(b ? sum(a, negative(*b))[0] : a[0]);
  if (sign == 0) return unknown(a);
  switch (op) {
    case LineOp::abs: return sign > 0 ? a : negative(a);
    case LineOp::relu: return sign > 0 ? a : constant_series(TailInterval(0), order);
    case LineOp::sign: return constant_series(TailInterval(sign), order);
    case LineOp::step: return constant_series(TailInterval(sign > 0 ? 1 : 0), order);
    case LineOp::max: return sign > 0 ? a : *b;
    default: return sign > 0 ? *b : a;
  }
}

TailSeries function(LineOp op, const TailSeries& a) {
  switch (op) {
    case LineOp::atan: return arc_tangent(a);
    case LineOp::cos: return sine(a, true);
    case LineOp::sin: return sine(a, false);
    case LineOp::exp: return exponential(a);
    case LineOp::expm1: return shifted(-1, exponential(a));
    case LineOp::log: return logarithm(a);
    case LineOp::log1p: return logarithm(shifted(1, a));
    case LineOp::erf: return error_function(a);
    case LineOp::erfc: return shifted(1, negative(error_function(a)));
    case LineOp::sigmoid: return sigmoid(a);
    case LineOp::tanh: return tanh_series(a);
    case LineOp::softplus: return softplus(a);
    case LineOp::logcosh: {
      // its derivative is tanh; the value is needed by nobody but in sums, where everything() is harmless
      TailInterval first = TailInterval::everything();
      arf_zero(first.lower());
      return integral_of(first, tanh_series(a), a);
    }
    case LineOp::cosh: return scaled(0.5, sum(exponential(a), exponential(negative(a))));
    case LineOp::sinh: return scaled(0.5, sum(exponential(a), negative(exponential(negative(a)))));
    case LineOp::sqrt: return real_power(a, 0.5);
    case LineOp::asinh: {
      const TailSeries root = real_power(shifted(1, whole_power(a, 2)), -0.5);
      return integral_of(rising(a[0], arb_asinh, -kInfinity, kInfinity), root, a);
    }
    case LineOp::acosh: {
      if (arf_cmp_si(a[0].plain().lower(), 1) <= 0) return unknown(a);
      const TailSeries root = real_power(shifted(-1, whole_power(a, 2)), -0.5);
      return integral_of(rising(a[0], arb_acosh, 0, kInfinity), root, a);
    }
    default: return unknown(a);  // tan, asin, acos, atanh: no half-line in their domain
  }
}

bool is_integer(double exponent) { return exponent == std::floor(exponent) && std::abs(exponent) <= 64; }

}  // namespace

TailSeries tail_series(const LineProgram& program, const TailInterval& segment, int order) {
  std::vector<TailSeries> values;
  for (const LineProgram::Instruction& i : program.code()) {
    const TailSeries* a = i.a >= 0 ? &values[static_cast<std::size_t>(i.a)] : nullptr;
    const TailSeries* b = i.b >= 0 ? &values[static_cast<std::size_t>(i.b)] : nullptr;
    TailSeries r;
    switch (i.op) {
      case LineOp::input:
        r = constant_series(segment, order);
        if (order > 0) r[1] = TailInterval(1);
        break;
      case LineOp::constant: r = constant_series(TailInterval(i.constant), order); break;
      case LineOp::add: r = sum(*a, *b); break;
      case LineOp::multiply: r = i.a == i.b ? whole_power(*a, 2) : product(*a, *b); break;
      case LineOp::scale: r = scaled(i.constant, *a); break;
      case LineOp::power:
        r = is_integer(i.constant) ? whole_power(*a, static_cast<long>(i.constant)) : real_power(*a, i.constant);
        break;
      case LineOp::abs:
      case LineOp::relu:
      case LineOp::sign:
      case LineOp::step:
      case LineOp::max:
      case LineOp::min: r = branched(i.op, *a, b); break;
      default: r = function(i.op, *a);
    }
    values.push_back(std::move(r));
  }
  return values[static_cast<std::size_t>(program.result())];
}

}  // namespace sgdlimits::proof
