#include "core/measurement.hpp"

#include <cmath>
#include <limits>

#include "core/errors.hpp"

namespace sgdlimits {

std::string to_string(Side side) {
  switch (side) {
    case Side::two_sided: return "two-sided";
    case Side::upper: return "upper";
    case Side::lower: return "lower";
  }
  return "";
}

std::string to_string(Grade grade) {
  switch (grade) {
    case Grade::proved: return "proved";
    case Grade::bound: return "bound";
    case Grade::estimate: return "estimate";
  }
  return "";
}

Measurement::Measurement(double value, double standard_error, double discretisation_bound, Side side, Grade grade,
                         std::string how)
    : value_(value),
      standard_error_(standard_error),
      discretisation_bound_(discretisation_bound),
      side_(side),
      grade_(grade),
      how_(std::move(how)) {
  if (std::isnan(value)) throw InvalidArgument("measured value", value, "a number");
  if (!(standard_error >= 0)) throw InvalidArgument("standard error", standard_error, "nonnegative");
  if (!(discretisation_bound >= 0))
    throw InvalidArgument("discretisation bound", discretisation_bound, "nonnegative");
}

Measurement Measurement::exact(double value, std::string how) {
  return {value, 0, 0, Side::two_sided, Grade::bound, std::move(how)};
}

Measurement Measurement::deterministic(double value, double bound, Grade grade, std::string how) {
  return {value, 0, bound, Side::two_sided, grade, std::move(how)};
}

Measurement Measurement::sampled(double value, double standard_error, std::string how) {
  return {value, standard_error, 0, Side::two_sided, Grade::estimate, std::move(how)};
}

double Measurement::lower(double z) const {
  if (side_ == Side::upper) return -std::numeric_limits<double>::infinity();
  return value_ - discretisation_bound_ - z * standard_error_;
}

double Measurement::upper(double z) const {
  if (side_ == Side::lower) return std::numeric_limits<double>::infinity();
  return value_ + discretisation_bound_ + z * standard_error_;
}

}  // namespace sgdlimits
