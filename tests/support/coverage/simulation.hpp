/// What the simulations behind the table of coverages are made of.
#pragma once

#include <cmath>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "support/line_samples.hpp"
#include "validation/statistics/coverage.hpp"

namespace sgdlimits::test {

struct CoveredInterval {
  std::string name;
  bool at_least = false;  ///< promises at least 95 per cent, not about 95
};

/// Draws data with a known truth and says which of some nominal 95 per cent intervals hold it.
struct CoverageSimulation {
  std::vector<CoveredInterval> intervals;
  CoverageRun run;
};
/// What a test with such a parameter is listed as; without it, its bytes, which differ from run to run.
inline void PrintTo(const CoverageSimulation& simulation, std::ostream* out) {
  *out << simulation.intervals.front().name;
}

inline CoverageSimulation one_interval(std::string name, std::function<bool(std::uint32_t)> holds,
                                       bool at_least = false) {
  return {{{std::move(name), at_least}},
          [holds = std::move(holds)](std::uint32_t r) { return std::vector<char>{holds(r)}; }};
}

inline constexpr double kNormal95 = 1.959963984540054;

inline bool between(double lower, double truth, double upper) { return lower <= truth && truth <= upper; }
inline bool holds(const Measurement& m, double truth, double z = kNormal95) {
  return between(m.lower(z), truth, m.upper(z));
}

/// Uniforms of one repetition.
inline Values uniform_sample(Index n, std::uint32_t replicate) {
  Points u(1, n);
  Noise(25, Stream::test, replicate).uniforms(0, 0, u);
  return u.row(0).transpose();
}

}  // namespace sgdlimits::test
