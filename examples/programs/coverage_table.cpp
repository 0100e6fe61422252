// How often the intervals of this toolkit hold the truth:
//     coverage_table [repetitions] [words of a name] [first repetition]
// One line a kind of interval: share of repetitions in which a nominal 95 per cent interval held the known truth,
// with the exact 95 per cent interval of that share. Other first repetitions are other random numbers.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/coverage_scenarios.hpp"

using namespace sgdlimits;

int main(int argc, char** argv) {
  const Index repetitions = argc > 1 ? std::atol(argv[1]) : 1000;
  const std::string wanted = argc > 2 ? argv[2] : "";
  const auto first = static_cast<std::uint32_t>(argc > 3 ? std::atol(argv[3]) : 0);
  ThreadPool pool(2);
  bool good = true;
  std::printf("| interval | coverage of %ld | 95 per cent interval |\n|---|---|---|\n",
              static_cast<long>(repetitions));
  for (const test::CoverageScenario& scenario : test::coverage_scenarios()) {
    if (scenario.name.find(wanted) == std::string::npos) continue;
    const Coverage c = simulate_coverage(
        repetitions, [&](std::uint32_t r) { return scenario.covers(first + r); }, pool);
    const CountInterval i = c.interval(0.95);
    std::printf("| %s | %.3f | %.3f to %.3f |\n", scenario.name.c_str(), c.share(), i.lower, i.upper);
    std::fflush(stdout);
    good &= !c.contradicts(0.93, scenario.conservative ? 1 : 0.97, 1e-6);
  }
  return good ? 0 : 1;
}
