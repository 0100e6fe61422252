/// A potential confined to a box.
#pragma once

#include <memory>

#include "core/potential.hpp"

namespace sgdlimits {

/// f with motion reflecting at the finite ends of the box (within f's own domain). Derivatives, description and
/// coordinate names are f's; facts are dropped, since minima and convexity need not hold on a box. Throws
/// InvalidArgument unless the box has f's dimension and lower < upper on every axis after the intersection.
std::shared_ptr<const Potential> on_box(std::shared_ptr<const Potential> potential, const Box& box);

}  // namespace sgdlimits
