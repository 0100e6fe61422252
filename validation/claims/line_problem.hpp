/// What claims that are computed on a line need to know about their problem.
#pragma once

#include "core/result.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

/// An interval outside of which neither the Gibbs measure (tail 1e-16) nor the initial law (density e^{-40} of its
/// peak) has weight, widened by a twentieth at both ends, within the potential's domain. Failures as gibbs_box.
Result<Box> line_interval(const ClaimProblem& problem);

/// Weights w_i of the law at equidistant nodes, E h = sum_i w_i h(x_i): the trapezoidal rule, exponentially accurate
/// for a smooth density that vanishes at the ends. Needs a law with a density.
Values initial_weights(const Law& law, ValuesView nodes);

}  // namespace sgdlimits
