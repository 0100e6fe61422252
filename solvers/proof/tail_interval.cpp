#include "solvers/proof/tail_interval.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sgdlimits::proof {
namespace {

void add_down(arf_t r, const arf_t a, const arf_t b) {
  if (arf_is_neg_inf(a) || arf_is_neg_inf(b))
    arf_neg_inf(r);
  else
    arf_add(r, a, b, TailInterval::kBits, ARF_RND_FLOOR);
}
void add_up(arf_t r, const arf_t a, const arf_t b) {
  if (arf_is_pos_inf(a) || arf_is_pos_inf(b))
    arf_pos_inf(r);
  else
    arf_add(r, a, b, TailInterval::kBits, ARF_RND_CEIL);
}
void multiply(arf_t r, const arf_t a, const arf_t b, arf_rnd_t rounding) {
  if (arf_is_zero(a) || arf_is_zero(b))
    arf_zero(r);
  else
    arf_mul(r, a, b, TailInterval::kBits, rounding);
}

}  // namespace

TailInterval TailInterval::everything() {
  TailInterval r;
  arf_neg_inf(r.lower());
  arf_pos_inf(r.upper());
  return r;
}

TailInterval TailInterval::plain() const {
  if (power == 0) return *this;
  // v t^power is nearest to 0 at t = 1 for power > 0, tends to 0 for power < 0
  TailInterval r = *this;
  r.power = 0;
  if (power > 0) {
    if (arf_sgn(lower_) < 0) arf_neg_inf(r.lower_);
    if (arf_sgn(upper_) > 0) arf_pos_inf(r.upper_);
  } else {
    if (arf_sgn(lower_) > 0) arf_zero(r.lower_);
    if (arf_sgn(upper_) < 0) arf_zero(r.upper_);
  }
  return r;
}

TailInterval tail_segment(double x, double end) {
  TailInterval segment(x);
  if (std::isinf(end) && x != 0 && (x > 0) == (end > 0)) {
    segment.power = 1;  // x = b t
    return segment;
  }
  arf_set_d(end < x ? segment.lower() : segment.upper(), end);
  return segment;
}

TailInterval operator+(const TailInterval& first, const TailInterval& second) {
  TailInterval a = first, b = second;
  if (a.power != b.power) {
    TailInterval& weaker = a.power < b.power ? a : b;
    if (arf_sgn(weaker.lower()) > 0) arf_zero(weaker.lower());
    if (arf_sgn(weaker.upper()) < 0) arf_zero(weaker.upper());
    // a zero has every power
    const bool nothing = arf_is_zero(a.power < b.power ? b.lower() : a.lower()) &&
                         arf_is_zero(a.power < b.power ? b.upper() : a.upper());
    if (nothing) return a.power < b.power ? first : second;
    weaker.power = std::max(a.power, b.power);
  }
  TailInterval r;
  r.power = a.power;
  add_down(r.lower(), a.lower(), b.lower());
  add_up(r.upper(), a.upper(), b.upper());
  return r;
}

TailInterval operator-(const TailInterval& a) {
  TailInterval r;
  r.power = a.power;
  arf_neg(r.lower(), a.upper());
  arf_neg(r.upper(), a.lower());
  return r;
}

TailInterval operator-(const TailInterval& a, const TailInterval& b) { return a + (-b); }

TailInterval operator*(const TailInterval& a, const TailInterval& b) {
  TailInterval r, s;
  r.power = a.power + b.power;
  multiply(r.lower(), a.lower(), b.lower(), ARF_RND_FLOOR);
  multiply(r.upper(), a.lower(), b.lower(), ARF_RND_CEIL);
  const std::pair<arf_srcptr, arf_srcptr> others[] = {
      {a.lower(), b.upper()}, {a.upper(), b.lower()}, {a.upper(), b.upper()}};
  for (const auto& [x, y] : others) {
    multiply(s.lower(), x, y, ARF_RND_FLOOR);
    multiply(s.upper(), x, y, ARF_RND_CEIL);
    if (arf_cmp(s.lower(), r.lower()) < 0) arf_set(r.lower(), s.lower());
    if (arf_cmp(s.upper(), r.upper()) > 0) arf_set(r.upper(), s.upper());
  }
  return r;
}

TailInterval operator/(const TailInterval& a, const TailInterval& b) {
  const int low = arf_sgn(b.lower()), high = arf_sgn(b.upper());
  if ((low < 0 && high > 0) || (low == 0 && high == 0)) return TailInterval::everything();
  TailInterval inverse;
  inverse.power = -b.power;
  // 1/b falls on either side of 0; an end that is 0 is a limit
  if (high == 0)
    arf_neg_inf(inverse.lower());
  else
    arf_ui_div(inverse.lower(), 1, b.upper(), TailInterval::kBits, ARF_RND_FLOOR);
  if (low == 0)
    arf_pos_inf(inverse.upper());
  else
    arf_ui_div(inverse.upper(), 1, b.lower(), TailInterval::kBits, ARF_RND_CEIL);
  return a * inverse;
}

TailInterval integer_power(const TailInterval& a, long exponent) {
  if (exponent < 0) return TailInterval(1) / integer_power(a, -exponent);
  if (exponent == 0) return TailInterval(1);
  // x^n rises on x >= 0; an even power of an interval around 0 starts at 0
  if (exponent % 2 == 0) {
    TailInterval magnitude = a;
    if (arf_sgn(a.upper()) <= 0) magnitude = -a;
    if (arf_sgn(a.lower()) < 0 && arf_sgn(a.upper()) > 0) {
      arf_zero(magnitude.lower());
      arf_set(magnitude.upper(), arf_cmpabs(a.lower(), a.upper()) > 0 ? a.lower() : a.upper());
      arf_abs(magnitude.upper(), magnitude.upper());
    }
    const TailInterval half = integer_power(magnitude, exponent / 2);
    return half * half;
  }
  if (exponent == 1) return a;
  if (arf_sgn(a.lower()) >= 0) return a * integer_power(a, exponent - 1);
  if (arf_sgn(a.upper()) <= 0) return -integer_power(-a, exponent);
  TailInterval left(0), right(0), result(0);
  result.power = a.power * static_cast<double>(exponent);
  arf_set(left.lower(), a.lower());
  arf_set(right.upper(), a.upper());
  arf_set(result.lower(), integer_power(left, exponent).lower());
  arf_set(result.upper(), integer_power(right, exponent).upper());
  return result;
}

}  // namespace sgdlimits::proof
