/// Block bootstrap, R-hat and the mean of several chains.
#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "support/coverage/series.hpp"

namespace sgdlimits {
namespace {

// Blocks of mean length 1 are independent draws: the variance of the mean is (sum of squares)/T^2 given the data,
// within five errors of a variance from 4000 resamples. Fails if a row is drawn with a wrong weight.
TEST(BlockBootstrap, IsEfronsForBlocksOfOne) {
  ThreadPool pool(2);
  const Values x = test::gaussian_sample(200, 1, 3);
  BlockBootstrapOptions options;
  options.block_length = 1;
  options.resamples = 4000;
  const BlockBootstrap b = block_bootstrap(x, series_mean(), options, pool);
  const double truth = std::sqrt((x - x.mean()).square().mean() / 200);
  EXPECT_NEAR(b.resample_error / truth, 1, 5 / std::sqrt(2 * 4000.0));
  EXPECT_EQ(b.estimate.value(), x.mean());
}

// Given the data the variance of a resample's mean is S(b) = (1/T) sum_k (1 - |k|/T)(1 - 1/b)^|k| R_circ(k), with
// R_circ the circular autocovariance (Politis, Romano 1994, Lemma 1): fails if lengths are not geometric or do not
// wrap. The standard error is that of 2 S(2b) - S(b), of relative variance at most 10/resamples: fails without the
// correction, which is about 1.35 here.
TEST(BlockBootstrap, HasTheVarianceOfPolitisAndRomanoAndCorrectsIt) {
  ThreadPool pool(2);
  const Index n = 2000;
  const double b = 4;
  const Values x = test::autoregression(n, 0.8, 1);
  const Values c = x - x.mean();
  const auto variance = [&](double block) {
    double sum = 0;
    for (Index k = -(n - 1); k < n; ++k) {
      double r = 0;
      for (Index i = 0; i < n; ++i) r += c(i) * c((i + std::abs(k)) % n) / n;
      sum += (1 - std::abs(k) / 2000.0) * std::pow(1 - 1 / block, std::abs(k)) * r / n;
    }
    return sum;
  };
  BlockBootstrapOptions options;
  options.block_length = b;
  options.resamples = 8000;
  const BlockBootstrap found = block_bootstrap(x, series_mean(), options, pool);
  const double plain = std::sqrt(variance(b)), corrected = std::sqrt(2 * variance(2 * b) - variance(b));
  EXPECT_GT(corrected / plain, 1 + 5 * std::sqrt(10 / 8000.0) / 2);
  EXPECT_NEAR(found.resample_error / plain, 1, 5 / std::sqrt(2 * 8000.0));
  EXPECT_NEAR(found.estimate.standard_error() / corrected, 1, 5 * std::sqrt(10 / 8000.0) / 2);
  // 2/(22 b/3T + 10/resamples)
  EXPECT_NEAR(found.degrees_of_freedom, 2 / (22 * 4 / 6000.0 + 0.00125), 1e-9);
}

// The same bits for any number of threads; columns are drawn together, so their difference stays what it was.
TEST(BlockBootstrap, KeepsBitsAndRows) {
  ThreadPool one(1), three(3);
  Points x(500, 2);
  x.col(0) = test::autoregression(500, 0.5, 3);
  x.col(1) = x.col(0) + 2;
  const auto difference = function_of_means([](const Eigen::VectorXd& m) { return m(1) - m(0); });
  const BlockBootstrap a = block_bootstrap(x, series_quantile(0.9), {}, one);
  EXPECT_EQ(a.lower, block_bootstrap(x, series_quantile(0.9), {}, three).lower);
  EXPECT_NEAR(block_bootstrap(x, difference, {}, one).upper, 2, 1e-12);
}

// AR(1), R(k) = phi^k R(0): G = 2 phi/(1 - phi)^2, spectrum (1 + phi)/(1 - phi), so b = (2 phi/(1 - phi^2))^{2/3}
// T^{1/3}. The mean over 200 series of 10^4 values is within a third: a wrong exponent or factor 2 in D is a factor
// of at least 1.26, a wrong power of T more.
TEST(AutomaticBlockLength, IsThatOfAutoregressions) {
  for (const double phi : {0.5, 0.8}) {
    double mean = 0;
    for (std::uint32_t r = 0; r < 200; ++r) mean += automatic_block_length(test::autoregression(10000, phi, r)) / 200;
    const double truth = std::pow(2 * phi / (1 - phi * phi), 2.0 / 3) * std::cbrt(10000.0);
    EXPECT_NEAR(mean / truth, 1, 0.15) << phi;
  }
  // white noise has blocks near 1
  EXPECT_LT(automatic_block_length(test::gaussian_sample(10000, 0, 1)), 6);
}

// Two chains of four by hand: halves (0,1), (2,3), (0,1), (2,3): W = 1/2, variance of means 4/3, total 1/4 + 4/3.
TEST(SplitRHat, AgreesWithHalvesByHand) {
  Points chains(4, 2);
  chains << 0, 0, 1, 1, 2, 2, 3, 3;
  EXPECT_NEAR(split_r_hat(chains), std::sqrt((0.25 + 4.0 / 3) / 0.5), 1e-14);
  EXPECT_THROW(split_r_hat(Points::Ones(10, 2)), InvalidArgument);
  EXPECT_THROW(split_r_hat(chains.topRows(3)), InvalidArgument);
}

// Independent chains: 1 to their errors. A shifted one, a trend and a chain of another spread are seen; the last by
// folding alone, which plain split R-hat misses (twin). Ranks do not change under monotone maps.
TEST(RankNormalisedRHat, SeesPlaceTrendAndSpread) {
  Points chains(1000, 4);
  for (Index c = 0; c < 4; ++c) chains.col(c) = test::gaussian_sample(1000, 0, 1, static_cast<std::uint32_t>(c));
  EXPECT_LT(rank_normalised_r_hat(chains), 1.01);
  EXPECT_NEAR(rank_normalised_r_hat(chains), 1, 0.01);
  Points shifted = chains, trend = chains, spread = chains;
  shifted.col(1) += 1;
  trend.colwise() += Values::LinSpaced(1000, 0, 2);
  spread.col(2) *= 3;
  EXPECT_GT(rank_normalised_r_hat(shifted), 1.05);
  EXPECT_GT(rank_normalised_r_hat(trend), 1.05);
  EXPECT_LT(split_r_hat(spread), 1.01);
  EXPECT_GT(rank_normalised_r_hat(spread), 1.05);
  EXPECT_NEAR(rank_normalised_r_hat(chains.exp()) / rank_normalised_r_hat(chains), 1, 0.01);
}

// Four chains that agree are worth 4 n/T; with one moved by three standard deviations far less.
TEST(MeanOfChains, CountsDrawsAndSeesDisagreement) {
  Points chains(20000, 4);
  for (Index c = 0; c < 4; ++c) chains.col(c) = test::autoregression(20000, 0.8, static_cast<std::uint32_t>(c));
  EXPECT_NEAR(mean_of_chains(chains).effective_sample_size / (80000.0 / 9), 1, 0.2);
  chains.col(0) += 5;
  EXPECT_LT(mean_of_chains(chains).effective_sample_size, 100);
}

}  // namespace
}  // namespace sgdlimits
