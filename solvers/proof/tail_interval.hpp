/// Intervals for what happens on a half-line: with infinite ends, and carrying a power of the distance.
#pragma once

#include <arf.h>

#include <functional>
#include <string>
#include <vector>

#include "core/line_program.hpp"

namespace sgdlimits::proof {

/// {v t^power : lower <= v <= upper}, for a fixed t >= 1 that all intervals of one computation share: x = b t on a
/// tail that starts at b. So x^6 and x^6 - x^4 have finite ends, their quotient is a bounded interval, and exp(-x^2)
/// falls faster than any product with it rises. Ends in binary floating point or infinite; all operations round
/// outward to `kBits`. An interval that holds every real number is [-inf, inf]: "nothing known", never an error.
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
  TailInterval(const TailInterval& other) : power(other.power) {
    arf_init(lower_);
    arf_init(upper_);
    arf_set(lower_, other.lower_);
    arf_set(upper_, other.upper_);
  }
  TailInterval& operator=(const TailInterval& other) {
    power = other.power;
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
  /// The same numbers over all t >= 1, power 0: ends may become infinite.
  TailInterval plain() const;

  double power = 0;  ///< small binary fractions: sums and products of them are exact

 private:
  arf_t lower_, upper_;
};

/// The larger power of both; a lower one is t^-q times it, between 0 and 1.
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

/// The tail beyond x: [x, end] for x < end, [end, x] otherwise.
TailInterval tail_segment(double x, double end);

/// The program's series on a segment. Kinks inside the segment give everything() from the derivative
/// on that jumps; what is not known is everything().
TailSeries tail_series(const LineProgram& program, const TailInterval& segment, int order);

}  // namespace sgdlimits::proof
