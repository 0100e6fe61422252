// The modified equations of SGD in the plane, beside SGD and Gibbs: closed forms, products, isotropic noise.
#include <gtest/gtest.h>

#include <cmath>

#include "solvers/transfer/sgd_laws.hpp"
#include "support/plane_problems.hpp"

namespace sgdlimits {
namespace {

SgdLawsOptions with_cells(Index cells) {
  SgdLawsOptions options;
  options.cells = cells;
  return options;
}

const MotionLaws& motion(const SgdLaws& laws, const char* name) {
  const MotionLaws* found = laws.find(name);
  if (found == nullptr || !found->gap)
    throw std::runtime_error(std::string(name) + ": " + (found ? found->remark : ""));
  return *found;
}

// f_i = sum_j a_j (x_j - g_ij)^2/2 with correlated g: Sigma_jk = a_j a_k cov(g)_jk. SGD: C_jk = s^2 Sigma_jk/(1 - (1
// - s a_j)(1 - s a_k)); SME-1: s Sigma_jk/(a_j + a_k), gap a_1; SME-2: a_j (1 + s a_j/2) in place of a_j in the
// drift. Fails for dropped off-diagonal terms (covariance 0), a lost factor, or the Hessian term's sign.
TEST(PlaneLaws, CorrelatedAutoregressionsHaveLyapunovsCovariances) {
  Eigen::Array2d a(1.0, 2.0);
  Points centres(4, 2);
  centres << 1.2, 0.9, -1.0, -0.7, 0.4, -0.5, -0.6, 0.3;
  const double s = 0.2;
  const Result<SgdLaws> laws = sgd_laws(test::Parabolas(a, centres), LearningRate(s), with_cells(64));
  ASSERT_TRUE(laws.ok()) << laws.why();
  const auto sigma = [&](int j, int k) { return a(j) * a(k) * (centres.col(j) * centres.col(k)).mean(); };
  const Eigen::Array2d stiff = a * (1 + s * a / 2);
  struct Row {
    const char* name;
    std::function<double(int, int)> covariance;
    double gap, tolerance;
  };
  const Row rows[] = {
      {"SGD", [&](int j, int k) { return s * s * sigma(j, k) / (1 - (1 - s * a(j)) * (1 - s * a(k))); },
       -std::log(1 - s * a(0)) / s, 1e-6},
      {"SME-1", [&](int j, int k) { return s * sigma(j, k) / (a(j) + a(k)); }, a(0), 2e-3},
      {"SME-2", [&](int j, int k) { return s * sigma(j, k) / (stiff(j) + stiff(k)); }, stiff(0), 2e-3}};
  for (const Row& row : rows) {
    const MotionLaws& found = motion(laws.value(), row.name);
    const InvariantMeasure& measure = found.measures.at(0);
    const double scale = row.covariance(1, 1);
    for (int j = 0; j < 2; ++j)
      EXPECT_NEAR(measure.variance[static_cast<std::size_t>(j)].value(), row.covariance(j, j), row.tolerance * scale)
          << row.name;
    EXPECT_NEAR(measure.covariance->value(), row.covariance(0, 1), row.tolerance * scale) << row.name;
    EXPECT_GT(std::abs(row.covariance(0, 1)), 20 * row.tolerance * scale);
    EXPECT_NEAR(found.gap->value(), row.gap, row.tolerance * row.gap) << row.name;
    EXPECT_TRUE(found.remark.empty()) << found.remark;
  }
}

// Sigma = I at every x: SME-1 is Gibbs at s/2. Two coupled wells, so that everything is compared. Gibbs comes from
// the divergence form and its own grid. Fails for any difference between the two discretisations beyond their order.
TEST(PlaneLaws, IsotropicNoiseIsGibbs) {
  const auto f = [](double x, double y) {
    return 0.125 * (x * x - 1) * (x * x - 1) + 0.02 * x + (y - 0.3 * x) * (y - 0.3 * x);
  };
  const auto slope = [](double x, double y) {
    return Eigen::Vector2d(0.5 * x * (x * x - 1) + 0.02 - 0.6 * (y - 0.3 * x), 2 * (y - 0.3 * x));
  };
  Points corners(4, 2);
  corners << 1, 1, 1, -1, -1, 1, -1, -1;
  const test::NoisyPlane sum(f, slope, [corners](double, double) { return corners; });
  const Result<SgdLaws> laws = sgd_laws(sum, LearningRate(0.2), with_cells(64));
  ASSERT_TRUE(laws.ok()) << laws.why();
  const MotionLaws &sme = motion(laws.value(), "SME-1"), &gibbs = motion(laws.value(), "Gibbs at s/2");
  EXPECT_NEAR(sme.gap->value() / gibbs.gap->value(), 1, 5e-3);
  EXPECT_NEAR(sme.escape_time->value() / gibbs.escape_time->value(), 1, 0.05);
  EXPECT_NEAR(sme.committor->at_saddle.value(), gibbs.committor->at_saddle.value(), 0.03);
  for (const std::size_t j : {0, 1}) {
    EXPECT_NEAR(sme.measures[0].mean[j].value(), gibbs.measures[0].mean[j].value(), 3e-3);
    EXPECT_NEAR(sme.measures[0].variance[j].value() / gibbs.measures[0].variance[j].value(), 1, 3e-3);
  }
  EXPECT_NEAR(sme.measures[0].covariance->value() / gibbs.measures[0].covariance->value(), 1, 3e-3);
}

// Independent coordinates, one of them of TiltedWells: every motion's slowest rate is that of the wells alone, from
// the line's code. The noise of the wells' coordinate is turned by half a radian against the grid.
TEST(PlaneLaws, TurnedProductOfWellsIsTheLine) {
  const double tilt = 2.5, s = 0.1, angle = 0.5;
  const double c = std::cos(angle), n = std::sin(angle);
  const auto along = [=](double x, double y) { return c * x + n * y; };
  const auto across = [=](double x, double y) { return -n * x + c * y; };
  const auto f = [=](double x, double y) {
    const double u = along(x, y), v = across(x, y);
    return (u * u - 1) * (u * u - 1) + 2 * v * v;
  };
  const auto slope = [=](double x, double y) {
    const double du = 4 * along(x, y) * (along(x, y) * along(x, y) - 1), dv = 4 * across(x, y);
    return Eigen::Vector2d(c * du - n * dv, n * du + c * dv);
  };
  const auto noises = [=](double, double) {
    Points terms(4, 2);
    Index i = 0;
    for (const double u : {tilt, -tilt})
      for (const double v : {0.5, -0.5}) terms.row(i++) << c * u - n * v, n * u + c * v;
    return terms;
  };
  const Result<SgdLaws> plane = sgd_laws(test::NoisyPlane(f, slope, noises), LearningRate(s), with_cells(96));
  ASSERT_TRUE(plane.ok()) << plane.why();
  const Result<SgdLaws> line = sgd_laws(test::TiltedWells(tilt), LearningRate(s), {});
  ASSERT_TRUE(line.ok()) << line.why();
  for (const char* name : {"SGD", "SME-1", "SME-2"}) {
    const MotionLaws &two = motion(plane.value(), name), &one = motion(line.value(), name);
    EXPECT_NEAR(two.gap->value() / one.gap->value(), 1, 0.02) << name;
    EXPECT_GE(two.gap->upper(), one.gap->value()) << name;
    EXPECT_LE(two.gap->lower(), one.gap->value()) << name;
    const double variance = two.measures[0].variance[0].value() * c * c +
                            two.measures[0].variance[1].value() * n * n +
                            2 * c * n * two.measures[0].covariance->value();
    EXPECT_NEAR(variance / one.measures[0].variance[0].value(), 1, 5e-3) << name;
    EXPECT_NEAR(two.committor->at_saddle.value(), 0.5, 0.02) << name;
  }
}

}  // namespace
}  // namespace sgdlimits
