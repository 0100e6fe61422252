/// Means over samples whose stochastic gradients are additive or affine: the cases where SGD is known best.
#pragma once

#include <memory>

#include "core/finite_sum.hpp"

namespace sgdlimits {

/// f_i(x) = g(x) + c_i . x: the gradient noise c_i - mean c is the same everywhere. tilts: n x d. Domain and names
/// are those of g. Throws InvalidArgument if there is no tilt, one is not finite, or d differs.
std::shared_ptr<const FiniteSum> tilted_samples(std::shared_ptr<const Potential> base, Points tilts);

/// f_i(x) = (a_i . x - y_i)^2/2 + (ridge/2) |x|^2: gradients a_i (a_i . x - y_i) + ridge x, so SGD is the affine
/// random map of Kesten. features: n x d, targets: length n. Throws InvalidArgument if there is no sample, lengths
/// differ, an entry is not finite or ridge is negative.
std::shared_ptr<const FiniteSum> least_squares(Points features, Values targets, double ridge = 0);

}  // namespace sgdlimits
