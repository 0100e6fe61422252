#include "validation/rates/weighted_regression.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "core/noise.hpp"

namespace sgdlimits {
namespace {

// By hand: y = 1, 3, 4 at 0, 1, 2 with unit errors: slope 3/2, error 1/sqrt 2, intercept 7/6, residuals -1/6, 1/3,
// -1/6. With one degree left the test of fit and that of the quadratic term (-1/2, error sqrt 6/2) are the same.
// Fails if a weight, a degree or a factor is off.
TEST(WeightedRegression, AgreesWithThreePointsByHand) {
  const RegressionFit fit = weighted_regression({{0, 1, 1}, {1, 3, 1}, {2, 4, 1}}).value();
  EXPECT_NEAR(fit.slope.value(), 1.5, 1e-14);
  EXPECT_NEAR(fit.slope.standard_error(), std::sqrt(0.5), 1e-14);
  EXPECT_NEAR(fit.intercept.value(), 7.0 / 6, 1e-14);
  EXPECT_NEAR(fit.intercept.standard_error(), std::sqrt(5.0 / 6), 1e-14);
  EXPECT_NEAR(fit.lack_of_fit, 1.0 / 6, 1e-13);
  EXPECT_NEAR(fit.lack_of_fit_p_value, std::erfc(std::sqrt(1.0 / 12)), 1e-12);
  EXPECT_NEAR(fit.curvature.value(), -0.5, 1e-13);
  EXPECT_NEAR(fit.curvature.standard_error(), std::sqrt(6.0) / 2, 1e-13);
  EXPECT_NEAR(fit.curvature_p_value, fit.lack_of_fit_p_value, 1e-12);
  EXPECT_NEAR(fit.upper() - fit.lower(), 2 * 1.959963984540054 * std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(fit.at(2).value(), 25.0 / 6, 1e-13);
  EXPECT_NEAR(fit.at(2).standard_error(), std::sqrt(5.0 / 6), 1e-13);
}

// Unequal errors weigh by their inverse squares: normal equations written out. A point of tiny error holds the line.
TEST(WeightedRegression, SolvesTheNormalEquations) {
  const std::vector<RegressionPoint> points{{-1, 2.1, 0.3}, {0.5, 1.2, 0.1}, {2, 0.4, 0.2}, {3, -0.7, 1.5}};
  double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
  for (const RegressionPoint& p : points) {
    const double weight = 1 / (p.standard_error * p.standard_error);
    w += weight, wx += weight * p.x, wy += weight * p.y, wxx += weight * p.x * p.x, wxy += weight * p.x * p.y;
  }
  const double determinant = w * wxx - wx * wx;
  const RegressionFit fit = weighted_regression(points).value();
  EXPECT_NEAR(fit.slope.value(), (w * wxy - wx * wy) / determinant, 1e-13);
  EXPECT_NEAR(fit.intercept.value(), (wxx * wy - wx * wxy) / determinant, 1e-13);
  EXPECT_NEAR(fit.slope.standard_error(), std::sqrt(w / determinant), 1e-13);
}

// The bound is attained by the worst signs, never exceeded by others; errors that the bounds explain are no misfit.
TEST(WeightedRegression, BoundsEnterByIntervalArithmetic) {
  std::vector<RegressionPoint> points{{0, 0, 0, 0.1}, {1, 2, 0, 0.2}, {3, 6, 0, 0.1}, {4, 8, 0, 0.3}};
  const RegressionFit fit = weighted_regression(points).value();
  EXPECT_EQ(fit.slope.standard_error(), 0);
  EXPECT_NEAR(fit.slope.value(), 2, 1e-14);
  EXPECT_EQ(fit.bootstrap.resamples, 0);
  double largest = 0;
  for (int signs = 0; signs < 16; ++signs) {
    std::vector<RegressionPoint> moved = points;
    for (std::size_t i = 0; i < 4; ++i) moved[i].y += (signs >> i & 1 ? 1 : -1) * points[i].bound;
    const RegressionFit other = weighted_regression(moved).value();
    EXPECT_EQ(other.slope.standard_error(), 0);
    EXPECT_EQ(other.curvature_p_value, 1);
    largest = std::max(largest, std::abs(other.slope.value() - 2));
  }
  EXPECT_NEAR(largest, fit.slope.discretisation_bound(), 1e-13);
  points[1].y += 5;  // far beyond every bound
  EXPECT_GT(weighted_regression(points)->slope.standard_error(), 0.1);
}

// Noise-free points on a line have no error, on a parabola one from the residuals, and its curvature is seen.
TEST(WeightedRegression, TakesTheErrorOfNoiseFreePointsFromResiduals) {
  std::vector<RegressionPoint> line, parabola;
  for (int i = 0; i < 6; ++i) {
    line.push_back({0.1 * i, 3 - 7 * 0.1 * i});
    parabola.push_back({0.1 * i, 3 - 7 * 0.1 * i + 0.5 * 0.01 * i * i});
  }
  const RegressionFit straight = weighted_regression(line).value(), bent = weighted_regression(parabola).value();
  EXPECT_LT(straight.slope.standard_error(), 1e-13);
  EXPECT_NEAR(straight.slope.value(), -7, 1e-13);
  EXPECT_EQ(straight.degrees_of_freedom, 4);
  EXPECT_NEAR(bent.curvature.value(), 0.5, 1e-12);
  EXPECT_LT(bent.curvature_p_value, 1e-6);
  // local slopes run from -7 to -6.5; the line's is -6.75 with an error from what it leaves
  EXPECT_NEAR(bent.slope.value(), -6.75, 1e-12);
  EXPECT_GT(bent.slope.standard_error(), 0.02);
  EXPECT_NEAR(bent.quantile(0.05), 2.776445, 1e-6);  // Fisher's table, 4 degrees
}

// A bend of ten standard errors is found by both tests and scales the errors; a straight line is left alone.
TEST(WeightedRegression, FindsCurvatureAndScalesItsErrors) {
  std::vector<RegressionPoint> bent;
  for (int i = -3; i <= 3; ++i) bent.push_back({1.0 * i, 2.0 * i + 0.1 * i * i, 0.1});
  const RegressionFit fit = weighted_regression(bent).value();
  // sum of squares of x^2 - 4 over -3 ... 3 is 84
  EXPECT_NEAR(fit.curvature.value() / fit.curvature.standard_error(), std::sqrt(84), 1e-9);
  EXPECT_LT(fit.curvature_p_value, 1e-15);
  EXPECT_NEAR(fit.lack_of_fit, 84.0 / 5, 1e-9);
  EXPECT_NEAR(fit.error_scale, std::sqrt(84.0 / 5), 1e-9);
  EXPECT_NEAR(fit.slope.standard_error(), 0.1 / std::sqrt(28) * fit.error_scale, 1e-12);
}

// Two points with three replicates each: Welch's two-sample interval, mean difference 3, variances 1 and 4:
// error sqrt(5/3), degrees (1 + 4)^2/((1 + 16)/2) = 50/17.
TEST(WeightedRegression, IsWelchsIntervalForTwoReplicatedPoints) {
  const RegressionFit fit =
      weighted_regression(std::vector<ReplicatedPoint>{{0, {-1, 0, 1}}, {1, {1, 3, 5}}}).value();
  EXPECT_NEAR(fit.slope.value(), 3, 1e-14);
  EXPECT_NEAR(fit.slope.standard_error(), std::sqrt(5.0 / 3), 1e-14);
  EXPECT_NEAR(fit.degrees_of_freedom, 50.0 / 17, 1e-12);
  EXPECT_EQ(fit.lack_of_fit_p_value, 1);
}

// Known errors: t* is normal, so the bootstrap ends are the normal ones within five errors of a quantile of 9999
// resamples (density .0584 at 1.96: .0267). The same seed gives the same bits, another other ones.
TEST(WeightedRegression, BootstrapAgreesWithTheNormalInterval) {
  const std::vector<RegressionPoint> points{{0, 1, 1}, {1, 3, 1}, {2, 4, 1}, {3, 5, 1}};
  RegressionOptions options;
  options.resamples = 9999;
  const RegressionFit fit = weighted_regression(points, options).value();
  const double tolerance = 5 * std::sqrt(0.025 * 0.975 / 9999) / 0.0584 * fit.slope.standard_error();
  EXPECT_NEAR(fit.bootstrap.lower, fit.lower(), tolerance);
  EXPECT_NEAR(fit.bootstrap.upper, fit.upper(), tolerance);
  EXPECT_EQ(weighted_regression(points, options)->bootstrap.lower, fit.bootstrap.lower);
  options.seed = 2;
  EXPECT_NE(weighted_regression(points, options)->bootstrap.lower, fit.bootstrap.lower);
}

// Two paired replicates at x = 0, 1, 2 with slopes 1 and 2, by hand: slope 3/2, error 1/2 with one degree; values at
// the centre 1 and 3: 2 -+ 1, wholly correlated with the slope, so the line at x = 3 is 5 -+ 2. Common noise that
// moves all points alike leaves the slope exact, though every point has an error. Fails if covariances are lost.
TEST(WeightedRegression, PairedReplicatesHaveSlopesOfTheirOwn) {
  RegressionOptions paired;
  paired.paired = true;
  const std::vector<ReplicatedPoint> points{{0, {0, 1}}, {1, {1, 3}}, {2, {2, 5}}};
  const RegressionFit fit = weighted_regression(points, paired).value();
  EXPECT_NEAR(fit.slope.value(), 1.5, 1e-14);
  EXPECT_NEAR(fit.slope.standard_error(), 0.5, 1e-14);
  EXPECT_EQ(fit.degrees_of_freedom, 1);
  EXPECT_NEAR(fit.at(1).standard_error(), 1, 1e-14);
  EXPECT_NEAR(fit.at(3).value(), 5, 1e-14);
  EXPECT_NEAR(fit.at(3).standard_error(), 2, 1e-14);
  EXPECT_NEAR(fit.intercept.standard_error(), 0.5, 1e-14);
  EXPECT_EQ(fit.curvature_p_value, 1);
  EXPECT_EQ(fit.bootstrap.resamples, 0);  // two slopes have too few resamples
  const std::vector<ReplicatedPoint> alike{{0, {0, 1, 5}}, {1, {2, 3, 7}}, {2, {4, 5, 9}}};
  EXPECT_NEAR(weighted_regression(alike, paired)->slope.standard_error(), 0, 1e-14);
  EXPECT_GT(weighted_regression(alike)->slope.standard_error(), 1);
  EXPECT_THROW(weighted_regression({{0, {0, 1}}, {1, {1, 3, 4}}, {2, {2, 5}}}, paired), InvalidArgument);
}

// Hotelling's test with one contrast, 1 -2 1 over sqrt 6, is a Student's test: its squared t as F with 1 and m - 1
// degrees. Fails if contrasts, covariance or degrees are wrong.
TEST(WeightedRegression, PairedLackOfFitIsStudentsWithOneContrast) {
  RegressionOptions paired;
  paired.paired = true;
  const std::vector<double> a{0.1, 0.7, -0.2, 0.4}, b{1.9, 2.4, 1.7, 2.3}, c{2.2, 2.7, 2.1, 2.2};
  const RegressionFit fit = weighted_regression({{0, a}, {1, b}, {2, c}}, paired).value();
  double mean = 0, squares = 0;
  for (std::size_t k = 0; k < 4; ++k) mean += (a[k] - 2 * b[k] + c[k]) / 4;
  for (std::size_t k = 0; k < 4; ++k) squares += std::pow(a[k] - 2 * b[k] + c[k] - mean, 2);
  EXPECT_NEAR(fit.lack_of_fit, mean * mean / (squares / 12), 1e-10 * fit.lack_of_fit);
  EXPECT_NEAR(fit.lack_of_fit_p_value, fit.curvature_p_value, 1e-12);
}

// Points of one group at the worst correlation: sum of |k_i| error_i, k = -1/2, 0, 1/2; two groups add in squares.
// Fails if groups are taken for independent, or single members for correlated.
TEST(WeightedRegression, GroupsHaveTheErrorsOfTheWorstCorrelation) {
  const std::vector<RegressionPoint> one{{0, 1, 1, 0, 0, 7}, {1, 3, 1, 0, 0, 7}, {2, 4, 1, 0, 0, 7}};
  EXPECT_NEAR(weighted_regression(one)->slope.standard_error(), 1, 1e-14);
  EXPECT_NEAR(weighted_regression(one)->at(2).standard_error(), 2, 1e-14);
  EXPECT_EQ(weighted_regression(one)->lack_of_fit_p_value, 1);
  EXPECT_EQ(weighted_regression(one)->bootstrap.resamples, 0);
  const std::vector<RegressionPoint> alone{{0, 1, 1, 0, 0, 7}, {1, 3, 1, 0, 0, 8}, {2, 4, 1, 0, 0, 9}};
  EXPECT_NEAR(weighted_regression(alone)->slope.standard_error(), std::sqrt(0.5), 1e-14);
  const std::vector<RegressionPoint> two{
      {-1, 1, 1, 0, 0, 7}, {1, 3, 1, 0, 0, 7}, {-1, 2, 1, 0, 0, 8}, {1, 4, 1, 0, 0, 8}};
  EXPECT_NEAR(weighted_regression(two)->slope.standard_error(), std::sqrt(0.5), 1e-14);
  EXPECT_THROW(weighted_regression({{0, 1, 1, 0, 3, 7}, {1, 3, 1, 0, 3, 7}, {2, 4, 1, 0, 3, 7}}), InvalidArgument);
}

TEST(WeightedRegression, SaysWhatIsMissing) {
  EXPECT_EQ(weighted_regression(std::vector<RegressionPoint>{}).status(), Status::not_converged);
  EXPECT_EQ(weighted_regression({{0, 1}, {1, 2}}).status(), Status::not_converged);
  EXPECT_TRUE(weighted_regression({{0, 1, 1}, {1, 2, 1}}).ok());
  EXPECT_EQ(weighted_regression({{2, 1, 1}, {2, 2, 1}, {2, 3, 1}}).status(), Status::not_converged);
  EXPECT_THROW(weighted_regression({{0, 1, 1}, {1, 2, 0}, {2, 3, 1}}), InvalidArgument);
  EXPECT_THROW(weighted_regression({{0, NAN, 1}, {1, 2, 1}}), InvalidArgument);
  EXPECT_THROW(weighted_regression({{0, 1, -1}, {1, 2, 1}}), InvalidArgument);
  EXPECT_THROW(weighted_regression({{0, 1, 1}, {1, 2, 1}}, {.weights = {1}}), InvalidArgument);
  EXPECT_THROW(weighted_regression(std::vector<ReplicatedPoint>{{0, {1}}, {1, {1, 2}}}), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
