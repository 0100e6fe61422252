/// The true coverage of nominal 95 per cent intervals is at least .93 and, unless they promise no more, at most .97:
/// Wald's sequential test rejects a true coverage of .90 or less, and of .99 or more, with probability .99, and one
/// in
/// [.93, .97] with probability 1e-6. Between (.90, .93) and (.97, .99) it may say either. It takes about 350
/// repetitions at .95. The same simulations, with other random numbers, as the table in the guide, which
/// examples/programs/coverage_table prints and whose 1000 repetitions see less (.89, .98) at that level.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "core/errors.hpp"
#include "support/coverage/all.hpp"

namespace sgdlimits {
namespace {

constexpr double kLevel = 1e-6, kPower = 0.99;
constexpr std::uint32_t kFirst = 1'000'000, kBatch = 64, kMost = 20'000;

struct TwoSided {
  SequentialTest low{0.93, 0.90, kLevel, kPower}, high{0.97, 0.99, kLevel, kPower};
  bool at_least = false;
  Index covered = 0, repetitions = 0;
  void add(bool held) {
    low.add(held);
    if (!at_least) high.add(held);
    if (open()) {
      ++repetitions;
      covered += held;
    }
  }
  bool open() const {
    return low.state() == SequentialTest::State::open ||
           (!at_least && high.state() == SequentialTest::State::open && low.state() != SequentialTest::State::bad);
  }
  bool rejected() const {
    return low.state() == SequentialTest::State::bad || high.state() == SequentialTest::State::bad;
  }
  double share() const { return static_cast<double>(covered) / static_cast<double>(std::max<Index>(1, repetitions)); }
};

// Batches of repetitions in parallel, looked at one after the other, until every interval is decided.
std::vector<TwoSided> decide(const CoverageRun& run, const std::vector<test::CoveredInterval>& intervals) {
  ThreadPool pool(2);
  std::vector<TwoSided> tests(intervals.size());
  for (std::size_t k = 0; k < tests.size(); ++k) tests[k].at_least = intervals[k].at_least;
  const auto open = [&] {
    return std::any_of(tests.begin(), tests.end(), [](const TwoSided& t) { return t.open(); });
  };
  for (std::uint32_t begin = 0; open() && begin < kMost; begin += kBatch) {
    std::vector<std::vector<char>> held(kBatch);
    pool.for_each_chunk(kBatch, [&](Index r) {
      held[static_cast<std::size_t>(r)] = run(kFirst + begin + static_cast<std::uint32_t>(r));
    });
    for (const std::vector<char>& one : held)
      for (std::size_t k = 0; k < tests.size(); ++k) tests[k].add(one[k] != 0);
  }
  return tests;
}

class Coverage95 : public testing::TestWithParam<test::CoverageSimulation> {};

TEST_P(Coverage95, IsNominal) {
  const std::vector<TwoSided> tests = decide(GetParam().run, GetParam().intervals);
  for (std::size_t k = 0; k < tests.size(); ++k) {
    EXPECT_FALSE(tests[k].rejected()) << GetParam().intervals[k].name << ": " << tests[k].share();
    EXPECT_FALSE(tests[k].open()) << GetParam().intervals[k].name << ": undecided at " << tests[k].share();
  }
}

std::string test_name(const testing::TestParamInfo<test::CoverageSimulation>& info) {
  std::string name;
  for (const char letter : info.param.intervals.front().name)
    name += std::isalnum(static_cast<unsigned char>(letter)) ? letter : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Of, Coverage95, testing::ValuesIn(test::coverage_simulations()), test_name);

// 39 failures in a row are log(.99/1e-6)/log(.1/.07) rounded up, 141 successes log(100)/log(.93/.90): fails if a
// bound or a step is wrong. Later trials change nothing.
TEST(SequentialTest, EndsAtWaldsBounds) {
  SequentialTest failures(0.93, 0.90, 1e-6, 0.99), successes = failures;
  for (int i = 0; i < 38; ++i) failures.add(false);
  EXPECT_EQ(failures.state(), SequentialTest::State::open);
  failures.add(false);
  EXPECT_EQ(failures.state(), SequentialTest::State::bad);
  for (int i = 0; i < 200; ++i) failures.add(true);
  EXPECT_EQ(failures.state(), SequentialTest::State::bad);
  for (int i = 0; i < 140; ++i) successes.add(true);
  EXPECT_EQ(successes.state(), SequentialTest::State::open);
  successes.add(true);
  EXPECT_EQ(successes.state(), SequentialTest::State::promised);
  EXPECT_THROW(SequentialTest(0.9, 0.9, 1e-6, 0.99), InvalidArgument);
  EXPECT_THROW(SequentialTest(0.93, 0.9, 0.99, 0.5), InvalidArgument);
}

// The promise on coins: of 1000 tests at .90 and at .99 at least 966 reject (.99 less five standard deviations and
// the excess over a bound), of 1000 at .93, .95 and .97 none does (each with probability 1e-6), and all end.
TEST(SequentialTest, KeepsItsErrorsOnCoins) {
  const auto rejections = [](double share) {
    int rejected = 0;
    for (std::uint32_t r = 0; r < 1000; ++r) {
      TwoSided test;
      for (std::uint32_t part = 0; test.open() && part < 20; ++part)
        for (const double u : test::uniform_sample(1000, 20 * r + part)) test.add(u < share);
      EXPECT_FALSE(test.open());
      rejected += test.rejected();
    }
    return rejected;
  };
  EXPECT_GE(rejections(0.90), 966);
  EXPECT_GE(rejections(0.99), 966);
  for (const double share : {0.93, 0.95, 0.97}) EXPECT_EQ(rejections(share), 0) << share;
}

// Faults that must be rejected: standard errors too small by a fifth (true coverage .88), draws of AR(1) taken as
// independent, one exponential through a pair, a standard error twice as large (.9999), and the resamples of the
// bootstrap without correction at b = 3 (phi = .5: S = 2 and not 3 times the variance, coverage .89).
TEST(Coverage, OfWrongIntervalsIsRejected) {
  const auto rejected = [&](std::function<bool(std::uint32_t)> covers) {
    const test::CoverageSimulation one = test::one_interval("", std::move(covers));
    return decide(one.run, one.intervals).front().rejected();
  };
  const auto slope = [](double factor) {
    return [factor](std::uint32_t r) {
      RegressionOptions plain;
      plain.resamples = 0;
      return test::holds(weighted_regression(test::noisy_line(r), plain)->slope, -1.5, factor * test::kNormal95);
    };
  };
  EXPECT_TRUE(rejected(slope(0.8)));
  EXPECT_TRUE(rejected(slope(2)));
  EXPECT_FALSE(rejected(slope(1)));
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
  EXPECT_TRUE(rejected([](std::uint32_t r) {
    ThreadPool pool(1);
    BlockBootstrapOptions options;
    options.resamples = 199;
    options.seed = r + 1;
    options.block_length = 3;
    const BlockBootstrap b = block_bootstrap(test::autoregression(1000, 0.5, r), series_mean(), options, pool);
    return std::abs(b.estimate.value()) <= test::kNormal95 * b.resample_error;
  }));
}

// Common random numbers taken for independent ones make the slope's interval too short, whether its errors come from
// replicates or are known: the reason for pairs and groups (twins).
TEST(Coverage, OfCommonRandomNumbersTakenForIndependentIsTooSmall) {
  RegressionOptions plain;
  plain.resamples = 0;
  const auto rejected = [](std::function<bool(std::uint32_t)> covers) {
    const test::CoverageSimulation one = test::one_interval("", std::move(covers));
    return decide(one.run, one.intervals).front().rejected();
  };
  EXPECT_TRUE(rejected([&](std::uint32_t r) {
    const RegressionFit f = weighted_regression(test::paired_line(12, r), plain).value();
    return test::between(f.lower(), -1.5, f.upper());
  }));
  EXPECT_TRUE(rejected([&](std::uint32_t r) {
    std::vector<RegressionPoint> points = test::grouped_line(r);
    for (RegressionPoint& p : points) p.group = 0;
    const RegressionFit f = weighted_regression(points, plain).value();
    return test::between(f.lower(), -1.5, f.upper());
  }));
}

// The power of the test of curvature is that of a normal: a quadratic term of d of its standard errors is found at
// level a with probability Phi(d - z_a) (+ 4e-9 on the other side): .979 for d = 4 at .05, .990 for d = 7.22 at the
// verdict's 1e-6. 2000 lines, counts within 4.89 binomial deviations; fails if the term, its error or its p-value is
// off by some per cent.
TEST(Curvature, IsFoundWithTheStatedPower) {
  RegressionOptions plain;
  plain.resamples = 0;
  const double error = weighted_regression(test::noisy_line(0), plain)->curvature.standard_error();
  const double centre = weighted_regression(test::noisy_line(0), plain)->centre;
  const auto found = [&](double deviations, double level) {
    int count = 0;
    for (std::uint32_t r = 0; r < 2000; ++r) {
      std::vector<RegressionPoint> points = test::noisy_line(3'000'000 + r);
      for (RegressionPoint& p : points) p.y += deviations * error * (p.x - centre) * (p.x - centre);
      count += weighted_regression(points, plain)->curvature_p_value < level;
    }
    return count;
  };
  const auto within = [](int count, double power) {
    const double deviation = std::sqrt(2000 * power * (1 - power));
    return std::abs(count - 2000 * power) <= 4.89 * deviation + 1;
  };
  const auto normal = [](double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; };
  EXPECT_TRUE(within(found(4, 0.05), normal(4 - test::kNormal95)));
  EXPECT_TRUE(within(found(7.22, 1e-6), normal(7.22 - Measurement::kLevelOneInAMillion)));
  EXPECT_TRUE(within(found(0, 0.05), 0.05));
  EXPECT_LE(found(0, 1e-6), 1);
}

// Weights taken from three replicates make Welch's interval too short: the reason for equal weights (twin).
TEST(Coverage, OfWeightsFromFewReplicatesIsTooSmall) {
  const test::CoverageSimulation weighted = test::one_interval("", [](std::uint32_t r) {
    std::vector<RegressionPoint> points;
    for (const ReplicatedPoint& p : test::replicated_line(3, r)) {
      const Eigen::Map<const Values> v(p.values.data(), 3);
      points.push_back({p.x, v.mean(), std::sqrt((v - v.mean()).square().sum() / 6)});
    }
    return test::holds(weighted_regression(points)->slope, -1.5);
  });
  EXPECT_TRUE(decide(weighted.run, weighted.intervals).front().rejected());
}

}  // namespace
}  // namespace sgdlimits
