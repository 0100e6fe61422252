/// Intervals with possibly infinite ends, for what happens on a half-line.
#pragma once

#include <arf.h>

#include <functional>
#include <string>
#include <vector>

#include "core/line_program.hpp"

namespace sgdlimits::proof {

/// {x real: lower <= x <= upper}, ends in binary floating point or infinite; all operations round outward to `kBits`.
/// An interval that holds every real number is [-inf, inf]: "nothing known", never an error.
class TailInterval {
 public:
  static constexpr slong kBits = 128;

  TailInterval() {
    arf_init(lower_);
    arf_init(upper_);
  }
  explicit TailInterval(double value) : TailInterval() {
    arf_set_d(lower_, value);
    arf_set_d(upper_, value);
  }
  TailInterval(const TailInterval& other) : TailInterval() {
    arf_set(lower_, other.lower_);
    arf_set(upper_, other.upper_);
  }
  TailInterval& operator=(const TailInterval& other) {
    arf_set(lower_, other.lower_);
    arf_set(upper_, other.upper_);
    return *this;
  }
  ~TailInterval() {
    arf_clear(lower_);
    arf_clear(upper_);
  }
  static TailInterval everything();
  arf_ptr lower() { return lower_; }
  arf_ptr upper() { return upper_; }
  arf_srcptr lower() const { return lower_; }
  arf_srcptr upper() const { return upper_; }

 private:
  arf_t lower_, upper_;
};

TailInterval operator+(const TailInterval& a, const TailInterval& b);
TailInterval operator-(const TailInterval& a, const TailInterval& b);
TailInterval operator-(const TailInterval& a);
/// The products of the real numbers in both: 0 times an infinite end is 0.
TailInterval operator*(const TailInterval& a, const TailInterval& b);
/// everything() if b holds 0 inside; ends of b that are 0 give infinite ends.
TailInterval operator/(const TailInterval& a, const TailInterval& b);
TailInterval integer_power(const TailInterval& a, long exponent);

/// c_k encloses f^(k)(x)/k! for every x of a segment, k <= order = size - 1.
using TailSeries = std::vector<TailInterval>;

/// The program's series on {x: lower <= x <= upper}. Kinks inside the segment give everything() from the derivative
/// on that jumps; what is not known is everything().
TailSeries tail_series(const LineProgram& program, const TailInterval& segment, int order);

}  // namespace sgdlimits::proof
