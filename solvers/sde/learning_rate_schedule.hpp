/// Learning rates that change from step to step, with the clock that goes with them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/temperature.hpp"

namespace sgdlimits {

/// s_k > 0, k = 0, 1, ..., and the clock t_k = s_0 + ... + s_{k-1}: on it every schedule follows the same gradient
/// flow x' = -grad f as s -> 0. The schedules s_k = eps xi(k eps) of Mei, Montanari, Nguyen (2018) have another
/// clock, k eps; t_k is then the integral of xi over [0, k eps], up to O(eps).
class LearningRateSchedule {
 public:
  /// s_k = s
  static LearningRateSchedule constant(LearningRate s);
  /// s_k = s_0 (1 + k/K)^{-p}, K > 0 the number of steps until the rate has fallen by 2^{-p}, 0 <= p <= 1: the sum of
  /// rates diverges (Robbins, Monro 1951, who also ask p > 1/2). t_k by Euler-Maclaurin, relative error below 1e-13.
  /// Throws InvalidArgument otherwise.
  static LearningRateSchedule power_law(LearningRate first, double exponent, double offset);
  /// s_k = rates[j] for starts[j] <= k < starts[j+1], starts[0] = 0. Throws InvalidArgument unless both have one
  /// length
  /// >= 1 and starts increase from 0.
  static LearningRateSchedule piecewise(std::vector<std::int64_t> starts, std::vector<LearningRate> rates);

  /// s_k
  double rate(std::int64_t step) const;
  /// t_k; t_0 = 0
  double elapsed(std::int64_t steps) const;
  /// The k whose t_k is nearest to `time`: off by at most half a step. Throws InvalidArgument unless
  /// 0 <= time and k < 2^49.
  std::int64_t steps_until(double time) const;
  bool is_constant() const { return starts_.size() == 1 && exponent_ == 0; }
  /// "constant 0.1", "0.1 (1 + k/100)^-0.5", "0.1, from step 50 0.01"
  std::string description() const;

 private:
  LearningRateSchedule() = default;

  double exponent_ = 0, offset_ = 1;
  std::vector<std::int64_t> starts_;
  std::vector<double> rates_, times_;  // times_[j] = t at starts_[j]
};

}  // namespace sgdlimits
