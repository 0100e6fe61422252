/// What the coverage of an interval does not say: closed forms, bias, levels and power, and twins that must fail.
#include <gtest/gtest.h>

#include <cmath>

#include "support/coverage/rates.hpp"
#include "support/coverage/series.hpp"
#include "validation/rates/decay_rate.hpp"
#include "validation/rates/mode_decay.hpp"
#include "validation/statistics/effective_sample_size.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {
namespace {

constexpr int kRepetitions = 1000;

// AR(1): T = (1 + phi)/(1 - phi). sd of the estimate about T sqrt(2 (2 window + 1)/n) (Priestley 1981): five of them.
TEST(AutocorrelationTime, IsTheClosedFormOnAutoregressions) {
  for (const double phi : {-0.4, 0.0, 0.5, 0.9}) {
    const Index n = 100000;
    const Autocorrelation a = autocorrelation(test::autoregression(n, phi, 7));
    const double truth = (1 + phi) / (1 - phi);
    const double sd = truth * std::sqrt(2 * (2 * static_cast<double>(a.window) + 1) / static_cast<double>(n));
    EXPECT_NEAR(a.time, truth, 5 * sd) << phi;
    EXPECT_NEAR(a.effective_sample_size * a.time, static_cast<double>(n), 1e-6);
  }
}

// The rate of E u_1 from one ensemble at eight times covers by simulation (coverage_test); with a diagonal
// covariance, as if the times were independent, it must not.
TEST(DecayRate, DoesNotCoverWithoutTheCovarianceAcrossTimes) {
  ThreadPool pool(1);
  int diagonal = 0;
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const test::OrnsteinUhlenbeck ou(1000, 4, r);
    const ModeSeries series = mode_series(ou.times, ou.snapshots, test::hermite_modes, 2, pool);
    const Eigen::MatrixXd only = series.first_mode_covariance.diagonal().asDiagonal();
    diagonal += test::holds(fit_decay(ou.times, series.first_mode, only).value().rate, 1);
  }
  EXPECT_TRUE((Coverage{diagonal, kRepetitions}.contradicts(0.93, 0.97, 1e-6))) << diagonal;
}

// At t = 1 from x = 1: E u_1 = e^{-1}, E u_2 = 0 (u_2 of the start), chi^2 by modes = e^{-2}. The mean over
// repetitions is right, and the naive estimator is seen to be biased (twin).
TEST(ChiSquaredByModes, IsUnbiased) {
  ThreadPool pool(1);
  const double truth = std::exp(-2.0);
  Values estimates(kRepetitions), naive(kRepetitions);
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const test::OrnsteinUhlenbeck ou(200, 1, r);
    const ModeSnapshot s = mode_snapshot(1, ou.snapshots[3], test::hermite_modes, 2, pool);
    estimates(r) = s.chi_squared.value();
    naive(r) = std::pow(s.means[0].value(), 2) + std::pow(s.means[1].value(), 2);
  }
  const double error = std::sqrt((estimates - estimates.mean()).square().mean() / kRepetitions);
  EXPECT_NEAR(estimates.mean(), truth, 4.89 * error);
  EXPECT_GT(naive.mean(), truth + 2 * error);
}

// Nothing left: Hotelling's p-value is uniform and never below 1e-6. A mean of 0.3 at N = 1000 has noncentrality 90
// against the critical value 27.6: power above .9999, so at least .99 of the repetitions must reject.
TEST(ModeSignificance, HasLevelAndPower) {
  ThreadPool pool(1);
  int below = 0, seen = 0;
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const Points still = test::gaussian_sample(1000, 0, 1, r), moved = test::gaussian_sample(1000, 0.3, 1, r);
    const double p = mode_snapshot(0, still, test::hermite_modes, 2, pool).significance;
    below += p < 0.05;
    EXPECT_GT(p, 1e-6);
    seen += mode_snapshot(0, moved, test::hermite_modes, 2, pool).significance < 1e-6;
  }
  EXPECT_NEAR(below, 50, 4.89 * std::sqrt(50 * 0.95) + 8);  // 8: the chi-squared limit at N = 1000
  EXPECT_GE(seen, 0.99 * kRepetitions);
}

}  // namespace
}  // namespace sgdlimits
