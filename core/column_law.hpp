/// The law of one number, to be sampled and to be integrated against.
#pragma once

#include <string>

#include "core/points.hpp"

namespace sgdlimits {

/// E h(Z) ~ sum_i weights(i) h(nodes(i)), weights positive with sum 1.
struct WeightedNodes {
  Values nodes, weights;
};

/// The law of Z, a column of samples. Immutable.
class ColumnLaw {
 public:
  virtual ~ColumnLaw() = default;
  /// S: a sample is a function of S standard Gaussians.
  virtual Index normals_per_sample() const = 0;
  /// Row i of z (N x S) is sent to the sample out(i), the same bits in any batch.
  virtual void transform(PointsView z, ValuesOut out) const = 0;
  /// A rule that gains accuracy with m >= 1, for smooth h exponentially. Throws InvalidArgument unless m >= 1.
  virtual WeightedNodes rule(Index m) const = 0;
  virtual std::string description() const = 0;
};

}  // namespace sgdlimits
