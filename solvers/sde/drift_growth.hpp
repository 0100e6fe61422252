/// How fast a drift grows at infinity, which decides whether explicit schemes have an invariant measure.
#pragma once

#include "core/drift.hpp"

namespace sgdlimits {

/// The largest p over rays with |b(R u)| ~ R^p, from the ratio of |b| at R = 2^k and 2^{k+5}, k <= 25 as large as b
/// stays finite; infinity if b overflows at R = 2^10. Rays: both ways along the first 16 axes and along 32 random
/// directions (fixed), t = 0. An indication, not a proof: it can miss a narrow cone. 0 for a bounded domain, or if no
/// ray gives a number.
double growth_exponent(const Drift& drift);

/// From here on a drift is called superlinear: above what logarithms do to a linear one at such R.
inline constexpr double kSuperlinear = 1.2;

}  // namespace sgdlimits
