#include "solvers/markov/gaussian_rule.hpp"

#include <cmath>
#include <numbers>

namespace sgdlimits {

GaussianRule::GaussianRule(Index dimension, double spacing, double end) {
  const auto half = static_cast<Index>(std::ceil(end / spacing));
  const Index along = 2 * half + 1, count = dimension == 1 ? along : along * along;
  const Values g = spacing * Values::LinSpaced(along, -static_cast<double>(half), static_cast<double>(half));
  const Values density = spacing * (-0.5 * g.square()).exp() / std::sqrt(2 * std::numbers::pi);
  points = Points::Zero(padded(count), dimension);
  weights = Values::Zero(padded(count));
  for (Index k = 0; k < count; ++k) {
    points(k, 0) = g(k % along);
    weights(k) = density(k % along);
    if (dimension == 2) {
      points(k, 1) = g(k / along);
      weights(k) *= density(k / along);
    }
  }
}

}  // namespace sgdlimits
