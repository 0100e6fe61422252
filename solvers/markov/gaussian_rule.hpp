/// Trapezoidal rule for one or two standard Gaussians; internal to solvers/markov.
#pragma once

#include "core/points.hpp"

namespace sgdlimits {

/// E F(g) ~ sum_k weights_k F(points_k), points K x dimension, K padded to full vectors with weights 0. Nodes are
/// multiples of `spacing` up to `end` along each axis.
struct GaussianRule {
  GaussianRule(Index dimension, double spacing, double end);
  Points points;
  Values weights;
};

}  // namespace sgdlimits
