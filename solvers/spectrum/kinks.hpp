/// Where the derivative of a one-dimensional potential jumps, so that cell edges can be put there.
#pragma once

#include <vector>

#include "core/potential.hpp"

namespace sgdlimits {

/// Points of (lower, upper) where f' jumps, ascending: intervals of a fine lattice whose change of f' exceeds that of
/// their neighbours eightfold are bisected; the change must survive fifty halvings (that of a smooth f halves each
/// time). At most 64; a potential with more is treated as smooth. Jumps closer than 1/2048 of the interval count as
/// one.
std::vector<double> kinks(const Potential& potential, double lower, double upper);

}  // namespace sgdlimits
