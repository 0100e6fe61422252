#include "validation/statistics/coverage.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {

std::vector<Coverage> simulate_coverage(const CoverageRun& run, std::uint32_t first, Index repetitions,
                                        ThreadPool& pool) {
  if (repetitions < 1) throw InvalidArgument("repetitions", static_cast<double>(repetitions), "at least 1");
  std::vector<std::vector<char>> held(static_cast<std::size_t>(repetitions));
  pool.for_each_chunk(
      repetitions, [&](Index r) { held[static_cast<std::size_t>(r)] = run(first + static_cast<std::uint32_t>(r)); });
  std::vector<Coverage> coverage(held.front().size(), Coverage{0, repetitions});
  for (const std::vector<char>& one : held) {
    if (one.size() != coverage.size())
      throw InvalidArgument("intervals of a repetition", static_cast<double>(one.size()),
                            "as many as in the first one");
    for (std::size_t k = 0; k < one.size(); ++k) coverage[k].covered += one[k] != 0;
  }
  return coverage;
}

SequentialTest::SequentialTest(double promised, double bad, double level, double power) {
  for (const double share : {promised, bad, level, power})
    if (!(share > 0 && share < 1)) throw InvalidArgument("share, level or power", share, "between 0 and 1");
  if (promised == bad) throw InvalidArgument("bad share", bad, "different from the promised one");
  if (!(level < power)) throw InvalidArgument("level", level, "below the power");
  success_ = std::log(bad / promised);
  failure_ = std::log((1 - bad) / (1 - promised));
  upper_ = std::log(power / level);
  lower_ = std::log((1 - power) / (1 - level));
}

void SequentialTest::add(bool success) {
  if (state_ != State::open) return;
  sum_ += success ? success_ : failure_;
  if (sum_ >= upper_) state_ = State::bad;
  if (sum_ <= lower_) state_ = State::promised;
}

}  // namespace sgdlimits
