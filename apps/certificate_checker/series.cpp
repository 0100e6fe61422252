#include "apps/certificate_checker/series.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>

namespace checker {
namespace {

Series truncated(Series a, std::size_t size) {
  if (a.size() > size) a.resize(size);
  return a;
}

Series constant(const Interval& c) { return {c}; }

Interval at(const Series& a, std::size_t k) { return k < a.size() ? a[k] : Interval(); }

Series sum(const Series& a, const Series& b) {
  Series r(std::max(a.size(), b.size()));
  for (std::size_t k = 0; k < r.size(); ++k) r[k] = at(a, k) + at(b, k);
  return r;
}

Series times(const Interval& c, Series a) {
  for (Interval& x : a) x = c * x;
  return a;
}

Series negative(Series a) {
  for (Interval& x : a) x = -x;
  return a;
}

Series plus(Series a, double c) {
  a[0] = a[0] + Interval(c);
  return a;
}

Series everything(std::size_t size) { return Series(size, Interval::everything()); }

Interval convolve(const Series& a, const Series& b, std::size_t k) {
  Interval r;
  for (std::size_t j = 0; j <= k && j < a.size(); ++j)
    if (k - j < b.size()) r = r + a[j] * b[k - j];
  return r;
}

/// g with g' = h a', where h_k may depend on g_0, ..., g_k.
Series by_derivative(const Interval& first, const Series& a, std::size_t size,
                     const std::function<Interval(const Series&, std::size_t)>& h) {
  Series g{first}, known;
  for (std::size_t k = 1; k < size; ++k) {
    known.push_back(h(g, k - 1));
    Interval s;
    for (std::size_t j = 1; j <= k && j < a.size(); ++j)
      s = s + Interval(static_cast<double>(j)) * a[j] * known[k - j];
    g.push_back(s / Interval(static_cast<double>(k)));
  }
  return g;
}

Series by_series(const Interval& first, const Series& a, std::size_t size, const Series& h) {
  return by_derivative(first, a, size, [&](const Series&, std::size_t k) { return at(h, k); });
}

Series quotient(const Series& a, const Series& b, std::size_t size) {
  Series r;
  for (std::size_t k = 0; k < size; ++k) {
    Interval s = at(a, k);
    for (std::size_t j = 1; j <= k && j < b.size(); ++j) s = s - b[j] * r[k - j];
    r.push_back(s / b[0]);
  }
  return r;
}

// for v < 0 and n <= -v p, t^n exp(v t^p) falls from t = 1 on: exp(v t^p) <= exp(v) t^-n
Interval exponential_value(const Interval& a) {
  if (!(a.power > 0) || !a.negative()) return rising(mpfr_exp, a);
  Interval r;
  mpfr_exp(r.upper, a.upper, MPFR_RNDU);
  r.power = -std::floor(std::min(64.0, -mpfr_get_d(a.upper, MPFR_RNDU) * a.power));
  return r;
}

Series exponential(const Series& a, std::size_t size) {
  return by_derivative(exponential_value(a[0]), a, size, [](const Series& g, std::size_t k) { return g[k]; });
}

Interval sigmoid_value(const Interval& argument) {
  if (argument.power > 0 && argument.negative()) return exponential_value(argument);
  const Interval a = argument.plain();
  // 1/(1 + exp(-a)) rises in a: each end alone
  Interval r;
  const auto end = [](mpfr_t out, const mpfr_t x, mpfr_rnd_t rounding) {
    Interval point;
    mpfr_set(point.lower, x, MPFR_RNDN);
    mpfr_set(point.upper, x, MPFR_RNDN);
    const Interval value = Interval(1) / (Interval(1) + rising(mpfr_exp, -point));
    mpfr_set(out, rounding == MPFR_RNDD ? value.lower : value.upper, rounding);
  };
  end(r.lower, a.lower, MPFR_RNDD);
  end(r.upper, a.upper, MPFR_RNDU);
  return r;
}

Series sigmoid(const Series& a, std::size_t size) {
  const Interval rest = sigmoid_value(-a[0]);
  return by_derivative(sigmoid_value(a[0]), a, size, [&](const Series& g, std::size_t k) {
    Interval r = g[k] * rest;
    for (std::size_t j = 1; j <= k; ++j) r = r - g[k - j] * g[j];
    return r;
  });
}

Series hyperbolic_tangent(const Series& a, std::size_t size) {
  return plus(times(Interval(2), sigmoid(times(Interval(2), a), size)), -1);
}

// log(1 + exp a) = max(a, 0) + log(1 + exp(-|a|)), which rises in a
Interval softplus_value(const Interval& argument) {
  const Interval a = argument.plain();
  Interval r;
  const auto end = [](mpfr_t out, const mpfr_t x, mpfr_rnd_t rounding) {
    if (mpfr_inf_p(x)) {
      mpfr_sgn(x) > 0 ? mpfr_set_inf(out, 1) : mpfr_set_zero(out, 1);
      return;
    }
    Interval point;
    mpfr_abs(point.lower, x, MPFR_RNDN);
    mpfr_set(point.upper, point.lower, MPFR_RNDN);
    Interval value = rising(mpfr_log1p, rising(mpfr_exp, -point));
    if (mpfr_sgn(x) > 0) value = value + point;
    mpfr_set(out, rounding == MPFR_RNDD ? value.lower : value.upper, rounding);
  };
  end(r.lower, a.lower, MPFR_RNDD);
  end(r.upper, a.upper, MPFR_RNDU);
  return r;
}

Series logarithm(const Series& a, std::size_t size) {
  if (!a[0].nonnegative()) return everything(size);
  return by_series(rising(mpfr_log, a[0]), a, size, quotient(constant(Interval(1)), a, size));
}

Series whole_power(const Series& a, long exponent, std::size_t size) {
  if (exponent < 0) return quotient(constant(Interval(1)), whole_power(a, -exponent, size), size);
  Series r = constant(Interval(1));
  for (long n = 0; n < exponent; ++n) r = truncated(product(r, a), size);
  // an even power is not negative, whatever the rounding of its factors' ends says
  if (exponent % 2 == 0 && mpfr_sgn(r[0].lower) < 0) mpfr_set_zero(r[0].lower, 1);
  return r;
}

Series real_power(const Series& a, double p, std::size_t size) {
  if (!a[0].positive()) return everything(size);
  // (v t^q)^p = v^p t^(q p) where q p is exact
  Interval base = a[0];
  const double power = base.power * p;
  const bool exact = std::fma(base.power, p, -power) == 0;
  base.power = exact ? 0 : base.power;
  base = base.plain();
  if (!base.positive()) return everything(size);
  Interval first = rising(mpfr_exp, Interval(p) * rising(mpfr_log, base));
  if (exact) first.power = power;
  const Series inverse = quotient(constant(Interval(p)), a, size);
  return by_derivative(first, a, size, [&](const Series& g, std::size_t k) { return convolve(g, inverse, k); });
}

Interval unit() {
  Interval r(1);
  mpfr_set_si(r.lower, -1, MPFR_RNDD);
  return r;
}

// sin or cos over an interval: both ends and, if the interval may hold an extremum, all of [-1, 1]
Interval circular(const Interval& argument, bool cosine) {
  const Interval a = argument.plain();
  if (!a.finite()) return unit();
  Interval width = a - a;
  if (mpfr_cmp_d(width.upper, 0.5) > 0) return unit();
  // midpoint value plus radius: |sin'| <= 1
  const Interval m = a.middle();
  Interval value, radius = absolute(a - m);
  (cosine ? mpfr_cos : mpfr_sin)(value.lower, m.lower, MPFR_RNDD);
  (cosine ? mpfr_cos : mpfr_sin)(value.upper, m.lower, MPFR_RNDU);
  mpfr_neg(radius.lower, radius.upper, MPFR_RNDD);
  return value + radius;
}

std::pair<Series, Series> sine_cosine(const Series& a, std::size_t size) {
  Series s{circular(a[0], false)}, c{circular(a[0], true)};
  for (std::size_t k = 1; k < size; ++k) {
    Interval ds, dc;
    for (std::size_t j = 1; j <= k && j < a.size(); ++j) {
      const Interval ja = Interval(static_cast<double>(j)) * a[j];
      ds = ds + ja * c[k - j];
      dc = dc - ja * s[k - j];
    }
    s.push_back(ds / Interval(static_cast<double>(k)));
    c.push_back(dc / Interval(static_cast<double>(k)));
  }
  return {s, c};
}

Series inverse_function(const std::string& op, const Series& a, std::size_t size) {
  const Series square = whole_power(a, 2, size), one = constant(Interval(1));
  if (op == "atan") return by_series(rising(mpfr_atan, a[0]), a, size, quotient(one, plus(square, 1), size));
  if (op == "asinh") return by_series(rising(mpfr_asinh, a[0]), a, size, real_power(plus(square, 1), -0.5, size));
  if (op == "acosh") return by_series(rising(mpfr_acosh, a[0]), a, size, real_power(plus(square, -1), -0.5, size));
  if (op == "atanh")
    return by_series(rising(mpfr_atanh, a[0]), a, size, quotient(one, plus(negative(square), 1), size));
  const Series root = real_power(plus(negative(square), 1), -0.5, size);
  const Series asin = by_series(rising(mpfr_asin, a[0]), a, size, root);
  if (op == "asin") return asin;
  // acos = pi/2 - asin
  Interval half_pi;
  mpfr_const_pi(half_pi.lower, MPFR_RNDD);
  mpfr_const_pi(half_pi.upper, MPFR_RNDU);
  return sum(constant(half_pi / Interval(2)), negative(asin));
}

Series error_function(const Series& a, std::size_t size) {
  Interval pi;
  mpfr_const_pi(pi.lower, MPFR_RNDD);
  mpfr_const_pi(pi.upper, MPFR_RNDU);
  const Interval factor = Interval(2) / rising(mpfr_sqrt, pi);
  const Series density = times(factor, exponential(negative(whole_power(a, 2, size)), size));
  return by_series(rising(mpfr_erf, a[0]), a, size, density);
}

Series function(const std::string& op, const Series& a, std::size_t size) {
  if (op == "exp") return exponential(a, size);
  if (op == "expm1") return plus(exponential(a, size), -1);
  if (op == "log") return logarithm(a, size);
  if (op == "log1p") return logarithm(plus(a, 1), size);
  if (op == "sin") return sine_cosine(a, size).first;
  if (op == "cos") return sine_cosine(a, size).second;
  if (op == "tan") {
    const auto [s, c] = sine_cosine(a, size);
    return quotient(s, c, size);
  }
  if (op == "sinh" || op == "cosh") {
    const Series e = exponential(a, size), f = exponential(negative(a), size);
    return times(Interval(0.5), sum(e, op == "cosh" ? f : negative(f)));
  }
  if (op == "tanh") return hyperbolic_tangent(a, size);
  if (op == "sigmoid") return sigmoid(a, size);
  if (op == "softplus") return by_series(softplus_value(a[0]), a, size, sigmoid(a, size));
  if (op == "logcosh") return by_series(Interval::everything(), a, size, hyperbolic_tangent(a, size));
  if (op == "sqrt") return real_power(a, 0.5, size);
  if (op == "erf") return error_function(a, size);
  if (op == "erfc") return plus(negative(error_function(a, size)), 1);
  return inverse_function(op, a, size);
}

Series branched(const Instruction& i, const Series& a, const Series* b, int branch, std::size_t size) {
  if (branch == 0) return everything(size);
  const bool up = branch > 0;
  if (i.op == "abs") return up ? a : negative(a);
  if (i.op == "relu") return up ? a : constant(Interval());
  if (i.op == "sign") return constant(Interval(up ? 1 : -1));
  if (i.op == "step") return constant(Interval(up ? 1 : 0));
  return (i.op == "max") == up ? a : *b;
}

}  // namespace

bool has_branch(const std::string& op) {
  return op == "abs" || op == "relu" || op == "sign" || op == "step" || op == "max" || op == "min";
}

Series product(const Series& a, const Series& b) {
  Series r(a.size() + b.size() - 1);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) r[i + j] = r[i + j] + a[i] * b[j];
  return r;
}

Series derivative(const Series& a) {
  Series r;
  for (std::size_t k = 1; k < a.size(); ++k) r.push_back(Interval(static_cast<double>(k)) * a[k]);
  if (r.empty()) r.emplace_back();
  return r;
}

Interval evaluate(const Series& a, const Interval& y) {
  Interval r;
  for (std::size_t k = a.size(); k-- > 0;) r = r * y + a[k];
  return r;
}

Interval absolute_sum(const Series& a, std::size_t from, const Interval& h) {
  Interval r;
  for (std::size_t k = a.size(); k-- > from;) r = r * h + absolute(a[k]);
  for (std::size_t k = 0; k < from; ++k) r = r * h;
  return r;
}

Series expand(const Program& program, const Interval& centre, int side, int order, Branches& branches) {
  const std::size_t size = static_cast<std::size_t>(order) + 1;
  std::vector<Series> values;
  for (std::size_t k = 0; k < program.code.size(); ++k) {
    const Instruction& i = program.code[k];
    const Series* a = i.a >= 0 ? &values[static_cast<std::size_t>(i.a)] : nullptr;
    const Series* b = i.b >= 0 ? &values[static_cast<std::size_t>(i.b)] : nullptr;
    Series r;
    if (i.op == "input") {
      r = {centre, Interval(side)};
    } else if (i.op == "constant") {
      r = constant(Interval(i.constant));
    } else if (i.op == "add") {
      r = sum(*a, *b);
    } else if (i.op == "multiply") {
      r = product(*a, *b);
    } else if (i.op == "scale") {
      r = times(Interval(i.constant), *a);
    } else if (i.op == "power") {
      const bool whole = i.constant == std::floor(i.constant) && std::abs(i.constant) <= 64;
      r = whole ? whole_power(*a, static_cast<long>(i.constant), size) : real_power(*a, i.constant, size);
    } else if (has_branch(i.op)) {
      if (branches[k] == 0) {
        const Interval s = (b ? (*a)[0] - (*b)[0] : (*a)[0]).plain();
        branches[k] = s.positive() ? 1 : s.negative() ? -1 : 0;
      }
      r = branched(i, *a, b, branches[k], size);
    } else {
      r = function(i.op, *a, size);
    }
    values.push_back(truncated(std::move(r), size));
  }
  Series result = values[static_cast<std::size_t>(program.result)];
  result.resize(size);
  return result;
}

Interval switching_argument(const Program& program, int k, const Interval& x, const Branches& branches) {
  Program part = program;
  const Instruction& i = program.code[static_cast<std::size_t>(k)];
  Branches known = branches;
  for (int& b : known)
    if (b == 0) b = 1;  // at a zero both branches agree
  part.result = i.a;
  Interval value = expand(part, x, 1, 0, known)[0];
  if (i.b >= 0) {
    part.result = i.b;
    value = value - expand(part, x, 1, 0, known)[0];
  }
  return value;
}

}  // namespace checker
