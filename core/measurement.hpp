/// A number with everything that is needed to compare it with another.
#pragma once

#include <string>

namespace sgdlimits {

/// What the value is to the truth.
enum class Side { two_sided, upper, lower };
/// proved: interval arithmetic end to end; bound: a theorem up to rounding or given a stated input;
/// estimate: everything else.
enum class Grade { proved, bound, estimate };

std::string to_string(Side side);
std::string to_string(Grade grade);

/// value, its sampling error and the bound on its discretisation error. Never NaN.
///
/// interval(z) is [value - discretisation_bound - z standard_error, value + ...] for a two-sided value; an upper
/// (lower) value has an interval open below (above). z = 4.89 is the two-sided normal quantile of level 1e-6.
class Measurement {
 public:
  /// Throws InvalidArgument if a number is NaN or an error negative.
  Measurement(double value, double standard_error, double discretisation_bound, Side side, Grade grade,
              std::string how);

  /// A number known up to rounding.
  static Measurement exact(double value, std::string how);
  /// A deterministic computation with error at most `bound`.
  static Measurement deterministic(double value, double bound, Grade grade, std::string how);
  /// A sample mean or the like.
  static Measurement sampled(double value, double standard_error, std::string how);

  double value() const { return value_; }
  double standard_error() const { return standard_error_; }
  double discretisation_bound() const { return discretisation_bound_; }
  Side side() const { return side_; }
  Grade grade() const { return grade_; }
  const std::string& how() const { return how_; }

  double lower(double z = kLevelOneInAMillion) const;
  double upper(double z = kLevelOneInAMillion) const;

  static constexpr double kLevelOneInAMillion = 4.891638475699413;

 private:
  double value_, standard_error_, discretisation_bound_;
  Side side_;
  Grade grade_;
  std::string how_;
};

}  // namespace sgdlimits
