/// The true coverage of nominal 95 per cent intervals lies in [.93, .97] (at least .93 where an interval promises at
/// least its level): 1000 repetitions must not contradict that at level 1e-6. The same simulations as the table in
/// the guide, printed by examples/programs/coverage_table.
#include <gtest/gtest.h>

#include <cctype>

#include "support/coverage_scenarios.hpp"

namespace sgdlimits {
namespace {

constexpr Index kRepetitions = 1000;
constexpr double kLevel = 1e-6;

class Coverage95 : public testing::TestWithParam<test::CoverageScenario> {};

TEST_P(Coverage95, IsNominal) {
  ThreadPool pool(2);
  const Coverage c = simulate_coverage(kRepetitions, GetParam().covers, pool);
  EXPECT_FALSE(c.contradicts(0.93, GetParam().conservative ? 1 : 0.97, kLevel))
      << GetParam().name << ": " << c.share();
}

std::string test_name(const testing::TestParamInfo<test::CoverageScenario>& info) {
  std::string name;
  for (const char letter : info.param.name) name += std::isalnum(static_cast<unsigned char>(letter)) ? letter : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Of, Coverage95, testing::ValuesIn(test::coverage_scenarios()), test_name);

// What the statement must reject: intervals with half of the standard error (true coverage .673), draws of AR(1)
// taken as independent (.35), a single exponential through a pair (.0). And what it must not: 950 of 1000.
TEST(Coverage, OfTooNarrowIntervalsIsRejected) {
  ThreadPool pool(2);
  const auto rejected = [&](const std::function<bool(std::uint32_t)>& covers) {
    return simulate_coverage(kRepetitions, covers, pool).contradicts(0.93, 0.97, kLevel);
  };
  EXPECT_TRUE(rejected([](std::uint32_t r) {
    return test::holds(weighted_regression(test::noisy_line(r))->slope, -1.5, test::kNormal95 / 2);
  }));
  EXPECT_TRUE(rejected([](std::uint32_t r) {
    const Values x = test::autoregression(1000, 0.9, r);
    return std::abs(x.mean()) <= test::kNormal95 * std::sqrt((x - x.mean()).square().mean() / 1000);
  }));
  EXPECT_TRUE(rejected([](std::uint32_t r) {
    const test::NoisyExponentials data({1, 1}, {1, 1.5}, 0.01, r);
    ExponentialSumOptions one;
    one.terms = 1;
    return fit_exponential_sum(data.times, data.values, data.covariance, one)->rates[0].contains(1);
  }));
  EXPECT_FALSE((Coverage{950, 1000}.contradicts(0.93, 0.97, kLevel)));
  EXPECT_TRUE((Coverage{870, 1000}.contradicts(0.93, 0.97, kLevel)));
}

// Weights taken from five replicates make Welch's interval too short: the reason for equal weights (twin).
TEST(Coverage, OfWeightsFromFewReplicatesIsTooSmall) {
  ThreadPool pool(2);
  const Coverage c = simulate_coverage(
      kRepetitions,
      [](std::uint32_t r) {
        std::vector<RegressionPoint> points;
        for (const ReplicatedPoint& p : test::replicated_line(3, r)) {
          const Eigen::Map<const Values> v(p.values.data(), 3);
          points.push_back({p.x, v.mean(), std::sqrt((v - v.mean()).square().sum() / 6)});
        }
        return test::holds(weighted_regression(points)->slope, -1.5);
      },
      pool);
  EXPECT_TRUE(c.contradicts(0.93, 1, kLevel)) << c.share();
}

}  // namespace
}  // namespace sgdlimits
