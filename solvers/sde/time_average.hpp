/// Means along paths, with errors that need no model of the correlation in time.
#pragma once

#include <cstdint>
#include <string>

#include "solvers/sde/observers.hpp"

namespace sgdlimits {

/// hbar_p = (1/n) sum_{i=1}^n h(X^p_i) for each of N independent paths p and each of k functions.
///
/// The mean over paths estimates the mean of E h over the n observations (E_mu h if the paths are stationary); its
/// standard error is sd(hbar)/sqrt(N): paths are independent, so whatever the correlation in time, it is in the
/// spread of the hbar. Keeps N x k sums.
class TimeAverage {
 public:
  /// Throws InvalidArgument unless paths >= 2 and functions >= 1.
  TimeAverage(Index paths, Index functions);

  /// h is N x k. Throws InvalidArgument for another shape or values that are not finite.
  void observe(PointsView h, const Execution& execution = {});
  std::int64_t observations() const { return observations_; }
  /// Length k. Throws InvalidArgument before the first observation.
  MeanAndError mean(const Execution& execution = {}) const;

  std::string state() const;
  /// Throws InvalidArgument if the state is not that of a TimeAverage of N paths and k functions.
  void restore(const std::string& state);

 private:
  template <class State>
  void exchange(State& state);

  Points sums_;
  std::int64_t observations_ = 0;
};

}  // namespace sgdlimits
