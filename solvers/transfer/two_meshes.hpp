/// Numbers from two grids whose cells differ by a factor 2; internal to solvers/transfer.
#pragma once

#include <cmath>
#include <string>

#include "core/measurement.hpp"

namespace sgdlimits::transfer {

/// Order 2: fine + (fine - coarse)/3, with the difference of the two as bound.
inline Measurement extrapolated(double coarse, double fine, const std::string& how) {
  return Measurement::deterministic(fine + (fine - coarse) / 3, std::abs(fine - coarse), Grade::estimate, how);
}

/// The finer value where the order is not known.
inline Measurement finer(double coarse, double fine, const std::string& how) {
  return Measurement::deterministic(fine, std::abs(fine - coarse), Grade::estimate, how);
}

}  // namespace sgdlimits::transfer
