/// A box that mini-batch SGD does not leave.
#pragma once

#include "core/finite_sum.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// The smallest box B around `start` with T_i(B) in B for the step T_i(x) = x - s grad f_i(x) of every single term,
/// found by adding the images of a lattice of B (`points` an axis) until nothing changes by more than 1e-9 of its
/// length. A batch's image is a mean of terms' images and a box is convex, so no batch of any size leaves B. An
/// estimate: between lattice points nothing is proved; TransferOperator::leak says what leaves on its grid.
/// Failure not_converged when B grows without bound (1e6 times the start): the learning rate is too large for SGD to
/// stay bounded from there. d <= 3.
Result<Box> forward_invariant_box(const FiniteSum& sum, LearningRate s, const Box& start, Index points = 65);

}  // namespace sgdlimits
