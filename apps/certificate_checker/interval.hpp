/// Interval arithmetic over MPFR, ends possibly infinite. The checker shares no code with the prover: this is its
/// own.
#pragma once

#include <mpfr.h>

#include <utility>

namespace checker {

/// Set once, by what the certificate's numbers need, before the first interval is made.
inline mpfr_prec_t working_bits = 256;

/// {x real: lower <= x <= upper}; every operation rounds outward. The product of 0 and an infinite end is 0, since
/// only real numbers are meant.
class Interval {
 public:
  Interval() {
    mpfr_inits2(working_bits, lower, upper, static_cast<mpfr_ptr>(nullptr));
    mpfr_set_zero(lower, 1);
    mpfr_set_zero(upper, 1);
  }
  explicit Interval(double x) : Interval() {
    mpfr_set_d(lower, x, MPFR_RNDD);
    mpfr_set_d(upper, x, MPFR_RNDU);
  }
  Interval(const Interval& other) : Interval() {
    power = other.power;
    mpfr_set(lower, other.lower, MPFR_RNDD);
    mpfr_set(upper, other.upper, MPFR_RNDU);
  }
  Interval(Interval&& other) noexcept : Interval() { swap(other); }
  Interval& operator=(Interval other) noexcept {
    swap(other);
    return *this;
  }
  ~Interval() { mpfr_clears(lower, upper, static_cast<mpfr_ptr>(nullptr)); }
  void swap(Interval& other) noexcept {
    mpfr_swap(lower, other.lower);
    mpfr_swap(upper, other.upper);
    std::swap(power, other.power);
  }
  /// The same numbers over all t >= 1 with power 0.
  Interval plain() const {
    Interval r = *this;
    r.power = 0;
    // t^power runs from 1 to infinity or to 0
    if (power > 0 && mpfr_sgn(lower) < 0) mpfr_set_inf(r.lower, -1);
    if (power > 0 && mpfr_sgn(upper) > 0) mpfr_set_inf(r.upper, 1);
    if (power < 0 && mpfr_sgn(lower) > 0) mpfr_set_zero(r.lower, 1);
    if (power < 0 && mpfr_sgn(upper) < 0) mpfr_set_zero(r.upper, 1);
    return r;
  }
  static Interval everything() {
    Interval r;
    mpfr_set_inf(r.lower, -1);
    mpfr_set_inf(r.upper, 1);
    return r;
  }
  static Interval hull(const Interval& a, const Interval& b) {
    Interval r;
    mpfr_min(r.lower, a.lower, b.lower, MPFR_RNDD);
    mpfr_max(r.upper, a.upper, b.upper, MPFR_RNDU);
    return r;
  }
  Interval middle() const {
    Interval r;
    mpfr_add(r.lower, lower, upper, MPFR_RNDN);
    mpfr_div_2ui(r.lower, r.lower, 1, MPFR_RNDN);
    mpfr_set(r.upper, r.lower, MPFR_RNDN);
    return r;
  }
  bool positive() const { return mpfr_sgn(lower) > 0; }
  bool negative() const { return mpfr_sgn(upper) < 0; }
  bool nonnegative() const { return mpfr_sgn(lower) >= 0; }
  bool nonpositive() const { return mpfr_sgn(upper) <= 0; }
  bool is_zero() const { return mpfr_zero_p(lower) && mpfr_zero_p(upper); }
  bool finite() const { return mpfr_number_p(lower) && mpfr_number_p(upper); }

  mpfr_t lower, upper;
  double power = 0;
};

namespace detail {

// A NaN can only come from 0 times or inf - inf: the first is 0, the second unknown in its direction.
inline void multiply(mpfr_t r, const mpfr_t a, const mpfr_t b, mpfr_rnd_t rounding) {
  if (mpfr_zero_p(a) || mpfr_zero_p(b))
    mpfr_set_zero(r, 1);
  else
    mpfr_mul(r, a, b, rounding);
}

}  // namespace detail

/// As a multiple of a higher power: t^-q is between 0 and 1.
inline Interval raised(const Interval& a, double power) {
  Interval r = a;
  r.power = power;
  if (mpfr_sgn(a.lower) > 0) mpfr_set_zero(r.lower, 1);
  if (mpfr_sgn(a.upper) < 0) mpfr_set_zero(r.upper, 1);
  return r;
}

inline Interval operator+(const Interval& a, const Interval& b) {
  if (a.power != b.power) {
    if (a.is_zero()) return b;
    if (b.is_zero()) return a;
    return a.power < b.power ? raised(a, b.power) + b : a + raised(b, a.power);
  }
  Interval r;
  r.power = a.power;
  mpfr_add(r.lower, a.lower, b.lower, MPFR_RNDD);
  mpfr_add(r.upper, a.upper, b.upper, MPFR_RNDU);
  if (mpfr_nan_p(r.lower)) mpfr_set_inf(r.lower, -1);
  if (mpfr_nan_p(r.upper)) mpfr_set_inf(r.upper, 1);
  return r;
}

inline Interval operator-(const Interval& a) {
  Interval r;
  r.power = a.power;
  mpfr_neg(r.lower, a.upper, MPFR_RNDD);
  mpfr_neg(r.upper, a.lower, MPFR_RNDU);
  return r;
}

inline Interval operator-(const Interval& a, const Interval& b) { return a + (-b); }

inline Interval operator*(const Interval& a, const Interval& b) {
  Interval r, s;
  r.power = a.power + b.power;
  detail::multiply(r.lower, a.lower, b.lower, MPFR_RNDD);
  detail::multiply(r.upper, a.lower, b.lower, MPFR_RNDU);
  const std::pair<mpfr_srcptr, mpfr_srcptr> others[] = {{a.lower, b.upper}, {a.upper, b.lower}, {a.upper, b.upper}};
  for (const auto& [x, y] : others) {
    detail::multiply(s.lower, x, y, MPFR_RNDD);
    detail::multiply(s.upper, x, y, MPFR_RNDU);
    if (mpfr_less_p(s.lower, r.lower)) mpfr_set(r.lower, s.lower, MPFR_RNDD);
    if (mpfr_greater_p(s.upper, r.upper)) mpfr_set(r.upper, s.upper, MPFR_RNDU);
  }
  return r;
}

/// An end of b that is 0 gives an infinite end; 0 inside b, or b = 0, gives everything().
inline Interval operator/(const Interval& a, const Interval& b) {
  const int low = mpfr_sgn(b.lower), high = mpfr_sgn(b.upper);
  if ((low < 0 && high > 0) || (low == 0 && high == 0)) return Interval::everything();
  Interval r;
  r.power = -b.power;
  high == 0 ? mpfr_set_inf(r.lower, -1) : static_cast<void>(mpfr_ui_div(r.lower, 1, b.upper, MPFR_RNDD));
  low == 0 ? mpfr_set_inf(r.upper, 1) : static_cast<void>(mpfr_ui_div(r.upper, 1, b.lower, MPFR_RNDU));
  return a * r;
}

inline Interval absolute(const Interval& a) {
  if (a.nonnegative()) return a;
  if (a.nonpositive()) return -a;
  Interval r;
  mpfr_neg(r.upper, a.lower, MPFR_RNDU);
  mpfr_max(r.upper, r.upper, a.upper, MPFR_RNDU);
  return r;
}

using MpfrFunction = int (*)(mpfr_t, mpfr_srcptr, mpfr_rnd_t);
/// f(a) for a rising f; MPFR knows the limits at infinite ends.
inline Interval rising(MpfrFunction f, const Interval& argument) {
  const Interval a = argument.plain();
  Interval r;
  f(r.lower, a.lower, MPFR_RNDD);
  f(r.upper, a.upper, MPFR_RNDU);
  if (mpfr_nan_p(r.lower)) mpfr_set_inf(r.lower, -1);
  if (mpfr_nan_p(r.upper)) mpfr_set_inf(r.upper, 1);
  return r;
}

}  // namespace checker
