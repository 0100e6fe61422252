/// A probability law that both ends of a comparison can start from: density for a grid, samples for an ensemble.
#pragma once

#include <string>

#include "core/noise.hpp"
#include "core/points.hpp"
#include "core/scratch.hpp"

namespace sgdlimits {

class Law {
 public:
  virtual ~Law() = default;
  virtual Index dimension() const = 0;
  /// Samples of paths first, first + 1, ...: row i depends on (noise, first + i) alone. out is N x d.
  virtual void sample(const Noise& noise, Index first, PointsOut out) const = 0;
  /// log density up to an additive constant, length N.
  virtual void log_density(PointsView x, ValuesOut out, Scratch& scratch) const = 0;
  /// False for laws without a density (a point): then chi_squared and KL to Gibbs are infinite.
  virtual bool has_density() const { return true; }
  virtual std::string description() const = 0;
};

}  // namespace sgdlimits
