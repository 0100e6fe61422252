#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "models/potentials/catalogue.hpp"
#include "support/line_samples.hpp"
#include "validation/statistics/counts.hpp"
#include "validation/statistics/effective_sample_size.hpp"
#include "validation/statistics/mean_tests.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {
namespace {

Points random_points(Index n, Index d) {
  Points x(n, d);
  Noise(3, Stream::test).normals(0, 0, x);
  return x;
}

// Against two-pass formulas; the same bits for any number of threads. Fails on a chunk lost or padded rows counted.
TEST(SampleMeans, AgreeWithTwoPassesForAnyThreads) {
  const auto potential = make_potential("double-well");
  const Points x = random_points(2500, 1) + 1e3;  // far from 0: a one-pass variance would cancel
  std::vector<Observable> observables = moment_observables(*potential);
  observables.push_back(mean_potential_observable(*potential));
  ThreadPool one(1), three(3);
  const auto a = sample_means(x, observables, one), b = sample_means(x, observables, three);
  ASSERT_EQ(a.size(), 3u);
  EXPECT_EQ(a[1].name, "x^2");
  const Values v = x.col(0);
  EXPECT_NEAR(a[0].mean, v.mean(), 1e-10);
  EXPECT_NEAR(a[0].variance, (v - v.mean()).square().sum() / 2499, 1e-9);
  EXPECT_NEAR(a[1].mean, v.square().mean(), 1e-7);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(a[k].mean, b[k].mean);
    EXPECT_EQ(a[k].variance, b[k].variance);
  }
}

TEST(SampleCovariance, AgreesWithTheDefinition) {
  const Points y = random_points(3000, 3);
  ThreadPool pool(2);
  const SampleCovariance c = sample_covariance(y, pool);
  const Eigen::MatrixXd centred = y.matrix().rowwise() - y.matrix().colwise().mean();
  EXPECT_LT((c.covariance - centred.transpose() * centred / 2999).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_THROW(sample_covariance(y.topRows(1), pool), InvalidArgument);
}

TEST(SampleMeans, RefusesValuesThatAreNotFinite) {
  ThreadPool pool(1);
  const Observable bad{"1/0", [](PointsView, ValuesOut out, Scratch&) { out = INFINITY; }};
  EXPECT_THROW(sample_means(random_points(10, 1), {bad}, pool), InvalidArgument);
}

TEST(BonferroniQuantile, IsTheNormalQuantile) {
  EXPECT_NEAR(bonferroni_quantile(0.05, 1), 1.959963984540054, 1e-12);
  EXPECT_NEAR(bonferroni_quantile(1e-6, 1), Measurement::kLevelOneInAMillion, 1e-10);
  EXPECT_NEAR(two_sided_p_value(bonferroni_quantile(1e-6, 30)), 1e-6 / 30, 1e-18);
}

// Discretisation bounds come off first, so that no wrong rejection rests on them.
TEST(MeanTest, TakesBoundsOffTheDifference) {
  const Measurement a(1.0, 0.1, 0.2, Side::two_sided, Grade::estimate, ""), b = Measurement::exact(0.5, "");
  EXPECT_NEAR(mean_test(a, b).z, 3, 1e-12);
  EXPECT_EQ(mean_test(a, Measurement::exact(0.9, "")).p_value, 1);
}

// Published values: Garwood (1936) for 0 and 5 events; -log(.05) for none, one-sided.
TEST(Poisson, HasGarwoodsIntervals) {
  EXPECT_NEAR(poisson_rate(0, 1).upper, 3.688879454113936, 1e-9);
  EXPECT_EQ(poisson_rate(0, 1).lower, 0);
  EXPECT_NEAR(poisson_rate(5, 1).lower, 1.6234863901, 1e-8);
  EXPECT_NEAR(poisson_rate(5, 1).upper, 11.6683320845, 1e-8);
  EXPECT_NEAR(poisson_upper_bound(0, 2), -std::log(0.05) / 2, 1e-12);
  EXPECT_EQ(poisson_measurement(0, 2).side(), Side::upper);
  EXPECT_THROW(poisson_rate(1, 0), InvalidArgument);
}

// Exact coverage by summing the Poisson law: at least 95 per cent for every rate, and not 99 for a large one.
TEST(Poisson, CoversWithItsConfidence) {
  for (const double rate : {0.1, 0.7, 2.0, 5.5, 20.0, 80.0}) {
    double covered = 0;
    for (Index k = 0; k < 400; ++k) {
      const CountInterval i = poisson_rate(k, 1);
      if (i.lower <= rate && rate <= i.upper)
        covered += std::exp(static_cast<double>(k) * std::log(rate) - rate - std::lgamma(static_cast<double>(k) + 1));
    }
    EXPECT_GE(covered, 0.95);
    EXPECT_LE(covered, rate > 50 ? 0.97 : 1);
  }
}

// 0 of 10: 1 - .025^{1/10}; 5 of 10 is symmetric about 1/2 with lower end .1870860 (Clopper, Pearson 1934).
TEST(ClopperPearson, HasThePublishedIntervals) {
  EXPECT_NEAR(clopper_pearson(0, 10).upper, 1 - std::pow(0.025, 0.1), 1e-12);
  EXPECT_NEAR(clopper_pearson(5, 10).lower, 0.1870860, 1e-7);
  EXPECT_NEAR(clopper_pearson(5, 10).upper, 1 - 0.1870860, 1e-7);
  EXPECT_EQ(clopper_pearson(10, 10).upper, 1);
}

TEST(PassageCount, CountsExposureOfThoseAtRisk) {
  Values times(4);
  times << 1, 3, 5, std::numeric_limits<double>::infinity();
  const PassageCount count = count_passages(times, 2, 4);
  EXPECT_EQ(count.at_risk, 3);
  EXPECT_EQ(count.events, 1);
  EXPECT_EQ(count.exposure, 1 + 2 + 2);
}

TEST(Autocorrelation, RefusesASeriesWithoutVariance) {
  EXPECT_THROW(autocorrelation(Values::Ones(100)), InvalidArgument);
  EXPECT_THROW(batch_means(Values::Ones(5), 6), InvalidArgument);
}

// Student's quantile for 9 degrees at 5 per cent two-sided is 2.262157 (Fisher's table).
TEST(BatchMeans, UsesStudentsQuantile) {
  EXPECT_NEAR(batch_means(test::gaussian_sample(1003, 0, 1), 10).quantile(0.05), 2.262157, 1e-6);
}

}  // namespace
}  // namespace sgdlimits
