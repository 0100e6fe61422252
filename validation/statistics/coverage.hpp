/// How often intervals hold the truth, by simulation.
#pragma once

#include <functional>

#include "core/parallel.hpp"
#include "validation/statistics/counts.hpp"

namespace sgdlimits {

struct Coverage {
  Index covered = 0, repetitions = 0;
  double share() const { return static_cast<double>(covered) / static_cast<double>(repetitions); }
  /// Exact interval for the true coverage (Clopper, Pearson 1934).
  CountInterval interval(double confidence) const { return clopper_pearson(covered, repetitions, confidence); }
  /// The observed count rules out, at `level`, that the true coverage lies in [lower, upper].
  bool contradicts(double lower, double upper, double level) const {
    const CountInterval i = interval(1 - level);
    return i.upper < lower || i.lower > upper;
  }
};

/// Counts covers(r) over r = 0 ... repetitions - 1, in parallel; covers must depend on r alone.
Coverage simulate_coverage(Index repetitions, const std::function<bool(std::uint32_t)>& covers, ThreadPool& pool);

}  // namespace sgdlimits
