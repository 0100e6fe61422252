/// Coverage of intervals: of 1000 repetitions 93 to 97 per cent of nominal 95 per cent intervals hold the truth.
#include <gtest/gtest.h>

#include <cmath>

#include "support/line_samples.hpp"
#include "validation/rates/decay_rate.hpp"
#include "validation/rates/mode_decay.hpp"
#include "validation/statistics/effective_sample_size.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {
namespace {

constexpr int kRepetitions = 1000;
constexpr double kZ95 = 1.959963984540054;

bool covers(const Measurement& m, double truth) { return m.lower(kZ95) <= truth && truth <= m.upper(kZ95); }

void expect_nominal(int covered) {
  EXPECT_GE(covered, 0.93 * kRepetitions);
  EXPECT_LE(covered, 0.97 * kRepetitions);
}

// x^2 of a standard normal, skewed: fails if the standard error lacks a factor.
TEST(MeanInterval, Covers) {
  ThreadPool pool(1);
  const Observable square{"x^2", [](PointsView x, ValuesOut out, Scratch&) { out = x.col(0).square(); }};
  int covered = 0;
  for (std::uint32_t r = 0; r < kRepetitions; ++r)
    covered += covers(sample_means(test::gaussian_sample(2000, 0, 1, r), {square}, pool)[0].measurement(), 1);
  expect_nominal(covered);
}

Values autoregressive(Index n, double phi, std::uint32_t replicate) {
  Values x = test::gaussian_sample(n, 0, 1, replicate);
  x(0) /= std::sqrt(1 - phi * phi);
  for (Index i = 1; i < n; ++i) x(i) += phi * x(i - 1);
  return x;
}

// AR(1): T = (1 + phi)/(1 - phi). sd of the estimate about T sqrt(2 (2 window + 1)/n) (Priestley 1981): five of them.
TEST(AutocorrelationTime, IsTheClosedFormOnAutoregressions) {
  for (const double phi : {-0.4, 0.0, 0.5, 0.9}) {
    const Index n = 100000;
    const Autocorrelation a = autocorrelation(autoregressive(n, phi, 7));
    const double truth = (1 + phi) / (1 - phi);
    const double sd = truth * std::sqrt(2 * (2 * static_cast<double>(a.window) + 1) / static_cast<double>(n));
    EXPECT_NEAR(a.time, truth, 5 * sd) << phi;
    EXPECT_NEAR(a.effective_sample_size * a.time, static_cast<double>(n), 1e-6);
  }
}

// Means of a correlated series; taking the draws as independent would cover less than 40 per cent.
TEST(CorrelatedMean, CoversByAutocorrelationAndByBatches) {
  int geyer = 0, batches = 0, naive = 0;
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const Values x = autoregressive(8000, 0.9, r);
    geyer += covers(autocorrelation(x).mean, 0);
    const BatchMeans b = batch_means(x, 20);
    batches += std::abs(b.mean.value()) <= b.quantile(0.05) * b.mean.standard_error();
    naive += std::abs(x.mean()) <= kZ95 * std::sqrt((x - x.mean()).square().mean() / 8000);
  }
  expect_nominal(geyer);
  expect_nominal(batches);
  EXPECT_LT(naive, 0.6 * kRepetitions);
}

// Ornstein-Uhlenbeck paths by exact transitions, rate 1: u_1 = x, u_2 = (x^2 - 1)/sqrt 2 for tau = 1.
struct OrnsteinUhlenbeck {
  std::vector<double> times{0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0};
  std::vector<Points> snapshots;
  OrnsteinUhlenbeck(Index n, double start, std::uint32_t replicate) {
    Points z(n, static_cast<Index>(times.size()));
    Noise(5, Stream::test, replicate).normals(0, 0, z);
    Values x = Values::Constant(n, start);
    double t = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double decay = std::exp(-(times[i] - t));
      x = decay * x + std::sqrt(1 - decay * decay) * z.col(static_cast<Index>(i));
      t = times[i];
      snapshots.push_back(x);
    }
  }
};

const Eigenfunctions kHermite = [](PointsView x, PointsOut out) {
  out.col(0) = x.col(0);
  out.col(1) = (x.col(0).square() - 1) / std::sqrt(2.0);
};

// The rate of E u_1 from one ensemble at eight times. Values at different times are correlated: a diagonal
// covariance must be seen to fail (twin).
TEST(DecayRate, CoversWithTheCovarianceAcrossTimesAndNotWithout) {
  ThreadPool pool(1);
  int full = 0, diagonal = 0;
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const OrnsteinUhlenbeck ou(1000, 4, r);
    const ModeSeries series = mode_series(ou.times, ou.snapshots, kHermite, 2, pool);
    const Result<DecayFit> fit = first_mode_rate(series);
    ASSERT_TRUE(fit.ok()) << fit.why();
    full += covers(fit->rate, 1);
    const Eigen::MatrixXd only = series.first_mode_covariance.diagonal().asDiagonal();
    diagonal += covers(fit_decay(ou.times, series.first_mode, only).value().rate, 1);
  }
  expect_nominal(full);
  EXPECT_TRUE(diagonal < 0.93 * kRepetitions || diagonal > 0.97 * kRepetitions) << diagonal;
}

// At t = 1 from x = 1: E u_1 = e^{-1}, E u_2 = 0 (u_2 of the start), chi^2 by modes = e^{-2}. The mean over
// repetitions is right, the interval covers, and the naive estimator is seen to be biased (twin).
TEST(ChiSquaredByModes, IsUnbiasedAndCovers) {
  ThreadPool pool(1);
  const double truth = std::exp(-2.0);
  Values estimates(kRepetitions), naive(kRepetitions);
  int covered = 0;
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const OrnsteinUhlenbeck ou(200, 1, r);
    const ModeSnapshot s = mode_snapshot(1, ou.snapshots[3], kHermite, 2, pool);
    estimates(r) = s.chi_squared.value();
    naive(r) = std::pow(s.means[0].value(), 2) + std::pow(s.means[1].value(), 2);
    covered += covers(s.chi_squared, truth);
  }
  const double error = std::sqrt((estimates - estimates.mean()).square().mean() / kRepetitions);
  EXPECT_NEAR(estimates.mean(), truth, 4.89 * error);
  EXPECT_GT(naive.mean(), truth + 2 * error);
  EXPECT_GE(covered, 0.92 * kRepetitions);  // the statistic is not yet normal at N = 200
}

// Nothing left: Hotelling's p-value is uniform and never below 1e-6. A mean of 0.3 at N = 1000 has noncentrality 90
// against the critical value 27.6: power above .9999, so at least .99 of the repetitions must reject.
TEST(ModeSignificance, HasLevelAndPower) {
  ThreadPool pool(1);
  int below = 0, seen = 0;
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const Points still = test::gaussian_sample(1000, 0, 1, r), moved = test::gaussian_sample(1000, 0.3, 1, r);
    const double p = mode_snapshot(0, still, kHermite, 2, pool).significance;
    below += p < 0.05;
    EXPECT_GT(p, 1e-6);
    seen += mode_snapshot(0, moved, kHermite, 2, pool).significance < 1e-6;
  }
  EXPECT_NEAR(below, 50, 4.89 * std::sqrt(50 * 0.95) + 8);  // 8: the chi-squared limit at N = 1000
  EXPECT_GE(seen, 0.99 * kRepetitions);
}

}  // namespace
}  // namespace sgdlimits
