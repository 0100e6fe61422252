/// Conditions on parameters; internal to models/potentials.
#pragma once

#include <cmath>
#include <string>

#include "core/errors.hpp"

namespace sgdlimits::potentials {

inline double finite(const std::string& name, double value) {
  if (!std::isfinite(value)) throw InvalidArgument(name, value, "finite");
  return value;
}
inline double positive(const std::string& name, double value) {
  if (!(value > 0 && std::isfinite(value))) throw InvalidArgument(name, value, "positive and finite");
  return value;
}
inline double nonnegative(const std::string& name, double value) {
  if (!(value >= 0 && std::isfinite(value))) throw InvalidArgument(name, value, "at least 0 and finite");
  return value;
}

}  // namespace sgdlimits::potentials
