/// How often intervals hold the truth, by simulation.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

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

/// Draws data of one repetition and says for each of several intervals made from them whether it holds its truth.
/// Depends on the repetition alone.
using CoverageRun = std::function<std::vector<char>(std::uint32_t repetition)>;

/// Counts over the repetitions first ... first + repetitions - 1, in parallel: one Coverage an interval. Throws
/// InvalidArgument for no repetitions, or another number of answers in some repetition than in the first.
std::vector<Coverage> simulate_coverage(const CoverageRun& run, std::uint32_t first, Index repetitions,
                                        ThreadPool& pool);

/// Wald's (1945) sequential probability ratio test between the shares `promised` and `bad` of successes, on either
/// side: adds log(bad/promised) for a success and log((1 - bad)/(1 - promised)) for a failure, and ends at
/// log(power/level) (bad) or log((1 - power)/(1 - level)) (promised).
///
/// A share at `promised` or beyond, away from `bad`, ends as bad with probability at most level/power; one at `bad`
/// or beyond ends as promised with probability at most (1 - power)/(1 - level). In between nothing is promised. Ends
/// with probability 1, after the fewest trials on average among tests with these errors (Wald, Wolfowitz 1948).
class SequentialTest {
 public:
  enum class State { open, promised, bad };
  /// Throws InvalidArgument unless all are between 0 and 1, promised and bad differ, and level < power.
  SequentialTest(double promised, double bad, double level, double power);
  void add(bool success);
  State state() const { return state_; }

 private:
  double success_, failure_, upper_, lower_, sum_ = 0;
  State state_ = State::open;
};

}  // namespace sgdlimits
