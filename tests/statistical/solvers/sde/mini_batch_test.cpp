// Mini-batches: uniform, fresh, and with exactly the second moments that their covariance implies.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <map>
#include <vector>

#include "core/measurement.hpp"
#include "solvers/sde/batch_sampler.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPaths = 4096;
constexpr std::int64_t kSteps = 50;

/// Counts of codes over kPaths x kSteps draws.
using Counts = std::map<Index, double>;

/// The p-value of "all `cells` outcomes have equal probability" by Pearson's chi-squared.
double p_value(const Counts& counts, double cells) {
  double total = 0, statistic = 0;
  for (const auto& [code, count] : counts) total += count;
  const double expected = total / cells;
  for (const auto& [code, count] : counts) statistic += (count - expected) * (count - expected) / expected;
  statistic += expected * (cells - static_cast<double>(counts.size()));
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(cells - 1), statistic));
}

/// A set as a number: bit i where i is in it.
Index subset(const Indices& batch, Index row) {
  Index code = 0;
  for (Index b = 0; b < batch.cols(); ++b) code |= Index{1} << batch(row, b);
  return code;
}

/// A sequence as a number in base n.
Index sequence(const Indices& batch, Index row, Index n) {
  Index code = 0;
  for (Index b = 0; b < batch.cols(); ++b) code = code * n + batch(row, b);
  return code;
}

template <class Code>
Counts counted(Index n, Index batch, Replacement replacement, Code code) {
  const BatchSampler sampler(n, batch, replacement);
  const Noise noise(5, Stream::batch);
  Indices drawn(kPaths, batch);
  Scratch scratch;
  Counts counts;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    sampler.draw(noise, 0, step, drawn, scratch);
    for (Index i = 0; i < kPaths; ++i) counts[code(drawn, i)] += 1;
  }
  return counts;
}

constexpr double kLevel = 1e-6;

// Fails if any of the subsets of size B of n is drawn more often than another, or an index twice.
TEST(BatchSampler, AllSubsetsAreEquallyLikely) {
  EXPECT_GT(p_value(counted(5, 2, Replacement::without, subset), 10), kLevel);
  EXPECT_GT(p_value(counted(6, 3, Replacement::without, subset), 20), kLevel);
  EXPECT_GT(p_value(counted(7, 6, Replacement::without, subset), 7), kLevel);
  EXPECT_EQ(counted(5, 2, Replacement::without, subset).size(), 10u);
}

TEST(BatchSampler, AllOrdersAreEquallyLikely) {
  const auto code4 = [](const Indices& drawn, Index i) { return sequence(drawn, i, 4); };
  EXPECT_GT(p_value(counted(4, 4, Replacement::without, code4), 24), kLevel);
  EXPECT_GT(p_value(counted(4, 3, Replacement::with, code4), 64), kLevel);
}

// The planted effect: the naive shuffle (every place swaps with any place) favours some subsets by up to a tenth.
TEST(BatchSampler, TheTestSeesABiasedShuffle) {
  const Noise noise(5, Stream::batch);
  Counts counts;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    Points u(kPaths, 2);
    noise.uniforms(0, 2 * step, u);
    for (Index i = 0; i < kPaths; ++i) {
      Index deck[5] = {0, 1, 2, 3, 4};
      for (Index b = 0; b < 2; ++b) std::swap(deck[b], deck[static_cast<Index>(5 * u(i, b))]);
      counts[(Index{1} << deck[0]) | (Index{1} << deck[1])] += 1;
    }
  }
  EXPECT_LT(p_value(counts, 10), kLevel);
}

// Fails if batches of neighbouring steps or paths share bits: pairs must be uniform on the product.
TEST(BatchSampler, StepsAndPathsAreIndependent) {
  const BatchSampler sampler(3, 1, Replacement::with);
  const Noise noise(6, Stream::batch);
  Indices now(kPaths, 1), next(kPaths, 1);
  Scratch scratch;
  Counts steps, paths;
  for (std::int64_t step = 0; step < 2 * kSteps; step += 2) {
    sampler.draw(noise, 0, step, now, scratch);
    sampler.draw(noise, 0, step + 1, next, scratch);
    for (Index i = 0; i < kPaths; ++i) steps[3 * now(i, 0) + next(i, 0)] += 1;
    for (Index i = 0; i + 1 < kPaths; i += 2) paths[3 * now(i, 0) + now(i + 1, 0)] += 1;
  }
  EXPECT_GT(p_value(steps, 9), kLevel);
  EXPECT_GT(p_value(paths, 9), kLevel);
}

/// Mean square at t = 1 of SGD on f_i = g_i x^2/2 from x = 1, minus `exact`, in standard errors.
double z_of_second_moment(Values curvatures, double eta, Index batch, Replacement replacement, double exact) {
  Ensemble e;
  e.points = Points::Ones(100000, 1);
  e.seed = 8;
  const auto sum = std::make_shared<test::RandomCurvature>(std::move(curvatures));
  const auto scheme = mini_batch_sgd(sum, LearningRate(eta), batch, replacement);
  const auto steps = static_cast<std::int64_t>(std::lround(1 / eta));
  EXPECT_EQ(advance(e, *scheme, steps, Execution::with_threads(2)).status, Status::ok);
  const MeanAndError square = ensemble_mean(e.points.square());
  return (square.mean(0) - exact) / square.standard_error(0);
}

/// E x^2 = ((1 - eta a)^2 + eta^2 v)^(1/eta) for batch gradients of mean a = 1 and variance v.
double second_moment(double eta, double variance) {
  return std::pow((1 - eta) * (1 - eta) + eta * eta * variance, std::lround(1 / eta));
}

// Exact law of SGD, which has E g = 1, var g = 1 (Li, Tai, E 2019, the example behind the modified equations).
TEST(MiniBatchSgd, SecondMomentIsItsClosedForm) {
  const Values g = (Values(2) << 0, 2).finished();
  for (const double eta : {0.1, 0.05, 0.025})
    EXPECT_LT(std::abs(z_of_second_moment(g, eta, 1, Replacement::with, second_moment(eta, 1))),
              Measurement::kLevelOneInAMillion);
}

// The factor (n - B)/(n - 1): n = 4, B = 2 has variance 1/2 with and 1/3 without replacement.
TEST(MiniBatchSgd, ReplacementChangesTheVariance) {
  const Values g = (Values(4) << 0, 2, 0, 2).finished();
  constexpr double kBound = Measurement::kLevelOneInAMillion;
  const double with = second_moment(0.1, 0.5), without = second_moment(0.1, 1.0 / 3);
  EXPECT_LT(std::abs(z_of_second_moment(g, 0.1, 2, Replacement::with, with)), kBound);
  EXPECT_LT(std::abs(z_of_second_moment(g, 0.1, 2, Replacement::without, without)), kBound);
  // the planted effect: each other's law, 2 per cent apart, 15 standard errors
  EXPECT_GT(std::abs(z_of_second_moment(g, 0.1, 2, Replacement::with, without)), kBound);
  EXPECT_GT(std::abs(z_of_second_moment(g, 0.1, 2, Replacement::without, with)), kBound);
}

}  // namespace
}  // namespace sgdlimits
