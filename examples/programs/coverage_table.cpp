// How often the intervals of this toolkit hold the truth:
//     coverage_table [repetitions] [words of a name] [first repetition]
// One line a kind of interval: share of repetitions in which a nominal 95 per cent interval held the known truth,
// with the exact 95 per cent interval of that share. Other first repetitions are other random numbers. Then how often
// the test of the number of exponentials rejects.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/coverage/all.hpp"

using namespace sgdlimits;

namespace {

void print_terms_tests(Index repetitions, const std::string& wanted, std::uint32_t first, ThreadPool& pool) {
  std::printf("\n| hypothesis | rejected at .05 | at .01 | 95 per cent interval |\n|---|---|---|---|\n");
  for (const test::TermsTest& terms : test::terms_tests()) {
    if (terms.name.find(wanted) == std::string::npos) continue;
    const std::vector<Coverage> rejected = simulate_coverage(
        [&](std::uint32_t r) {
          const double p = terms.p_value(r);
          return std::vector<char>{p < 0.05, p < 0.01};
        },
        first, repetitions, pool);
    const CountInterval i = rejected[1].interval(0.95);
    std::printf("| %s | %.3f | %.3f | %.3f to %.3f |\n", terms.name.c_str(), rejected[0].share(), rejected[1].share(),
                i.lower, i.upper);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Index repetitions = argc > 1 ? std::atol(argv[1]) : 1000;
  const std::string wanted = argc > 2 ? argv[2] : "";
  const auto first = static_cast<std::uint32_t>(argc > 3 ? std::atol(argv[3]) : 0);
  ThreadPool pool(2);
  bool good = true;
  std::printf("| interval | promises | coverage of %ld | 95 per cent interval |\n|---|---|---|---|\n",
              static_cast<long>(repetitions));
  for (const test::CoverageSimulation& simulation : test::coverage_simulations()) {
    bool asked = false;
    for (const test::CoveredInterval& interval : simulation.intervals)
      asked |= interval.name.find(wanted) != std::string::npos;
    if (!asked) continue;
    const std::vector<Coverage> coverage = simulate_coverage(simulation.run, first, repetitions, pool);
    for (std::size_t k = 0; k < coverage.size(); ++k) {
      const test::CoveredInterval& interval = simulation.intervals[k];
      const CountInterval i = coverage[k].interval(0.95);
      std::printf("| %s | %s | %.3f | %.3f to %.3f |\n", interval.name.c_str(), interval.at_least ? "at least" : "",
                  coverage[k].share(), i.lower, i.upper);
      std::fflush(stdout);
      good &= !coverage[k].contradicts(0.93, interval.at_least ? 1 : 0.97, 1e-6);
    }
  }
  print_terms_tests(repetitions, wanted, first, pool);
  return good ? 0 : 1;
}
