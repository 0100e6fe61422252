// SGD against its modified equations without sampling: weak orders 1 and 2, the table of a quadratic, and the noise.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "solvers/sde/sgd_modified_equation.hpp"
#include "support/order_fit.hpp"
#include "support/sde_problems.hpp"
#include "support/sgd_sums.hpp"

namespace sgdlimits {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// Three terms on the circle, nonlinear, with noise of order one that varies with x: functions on the circle need no
/// boundary, and Fourier interpolation is exact to rounding.
class OnCircle final : public test::SmallSum {
 public:
  Index dimension() const override { return 1; }
  Index terms() const override { return 3; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (-2.2 * x.col(0).cos() + 0.3 * x.col(0).sin() - 0.4 * (2 * x.col(0)).cos()) / 3;
  }
  Points term_gradients(const Vector& x, Scratch&) const override {
    const double sine = std::sin(x(0)), cosine = std::cos(x(0)), twice = std::sin(2 * x(0));
    return (Values(3) << sine + 0.8 * twice, 1.2 * sine + 1.3 * cosine, -cosine).finished();
  }
};

constexpr Index kNodes = 101;

double node(Index j) { return 2 * std::numbers::pi * static_cast<double>(j) / kNodes; }

/// Row of the trigonometric interpolation at x.
Eigen::RowVectorXd interpolation(double x) {
  Eigen::RowVectorXd row(kNodes);
  for (Index m = 0; m < kNodes; ++m) {
    const double half = 0.5 * (x - node(m)), sine = std::sin(half);
    row(m) = std::abs(sine) < 1e-14 ? 1.0 : std::sin(kNodes * half) / (kNodes * sine);
  }
  return row;
}

Matrix derivative() {
  Matrix d = Matrix::Zero(kNodes, kNodes);
  for (Index j = 0; j < kNodes; ++j)
    for (Index m = 0; m < kNodes; ++m)
      if (j != m) d(j, m) = ((j - m) % 2 == 0 ? 0.5 : -0.5) / std::sin(0.5 * (node(j) - node(m)));
  return d;
}

Vector observed() {
  Vector u(kNodes);
  for (Index j = 0; j < kNodes; ++j) u(j) = std::cos(node(j)) + 0.5 * std::sin(2 * node(j));
  return u;
}

constexpr double kStart = 0.7;

/// E h(x_{1/s}) of SGD with batch 1: 1/s applications of the mean over samples.
double sgd_mean(const FiniteSum& sum, double s) {
  Scratch scratch;
  Matrix step = Matrix::Zero(kNodes, kNodes);
  for (Index j = 0; j < kNodes; ++j) {
    const Points slopes = sum.term_gradients(Vector::Constant(1, node(j)), scratch);
    for (Index i = 0; i < sum.terms(); ++i)
      step.row(j) += interpolation(node(j) - s * slopes(i, 0)) / static_cast<double>(sum.terms());
  }
  Vector u = observed();
  for (int k = 0; k < std::lround(1 / s); ++k) u = step * u;
  return interpolation(kStart) * u;
}

/// E h(X_1) of the modified equation: the exponential of its generator, with the library's drift and covariance.
double equation_mean(const FiniteSum& sum, double s, ModifiedEquation equation) {
  Scratch scratch;
  Points x(kNodes, 1), drift(kNodes, 1);
  for (Index j = 0; j < kNodes; ++j) x(j, 0) = node(j);
  modified_drift(sum, LearningRate(s), equation, x, drift, scratch);
  Vector variance(kNodes);
  for (Index j = 0; j < kNodes; ++j) variance(j) = s * gradient_covariance(sum, Vector::Constant(1, node(j)))(0, 0);
  const Matrix d = derivative();
  const Matrix generator = (drift.matrix().asDiagonal() * d + 0.5 * variance.asDiagonal() * d * d) / 4096.0;
  Matrix power = Matrix::Identity(kNodes, kNodes), exponential = power;
  for (int k = 1; k <= 12; ++k) {
    power = (power * generator / k).eval();
    exponential += power;
  }
  for (int k = 0; k < 12; ++k) exponential = (exponential * exponential).eval();
  return interpolation(kStart) * exponential * observed();
}

Measurement order_of(ModifiedEquation equation) {
  const OnCircle sum;
  Values s(6), error(6);
  for (int level = 0; level < 6; ++level) {
    s(level) = std::ldexp(1.0, -4 - level);
    error(level) = std::abs(sgd_mean(sum, s(level)) - equation_mean(sum, s(level), equation));
  }
  return test::fitted_order(s, error, Values::Zero(6));
}

// Fails if a drift or covariance is wrong at first (SME-1) or second order (SME-2: a factor other than s/4).
TEST(SgdModifiedEquation, WeakOrders) {
  const Measurement first = order_of(ModifiedEquation::sme1), second = order_of(ModifiedEquation::sme2);
  EXPECT_LT(first.lower(), 1);
  EXPECT_GT(first.upper(), 1);
  EXPECT_GT(first.lower(), 0.5);
  EXPECT_LT(first.upper(), 1.5);
  EXPECT_LT(second.lower(), 2);
  EXPECT_GT(second.upper(), 2);
  EXPECT_GT(second.lower(), 1.5);  // the planted fault, a missing s/4 term, is SME-1, which is below
  EXPECT_LT(second.upper(), 2.5);
}

// f_g = g x^2/2, E g = var g = 1, from 1 to time 1: error of E x^2, independently computed, to its printed digits.
TEST(SgdModifiedEquation, ReproducesTheTableOfTheQuadratic) {
  const test::RandomCurvature sum((Values(2) << 0, 2).finished());
  const double table[4][3] = {{0.1, 0.01212, -0.002113},
                              {0.05, 0.006452, -0.0004872},
                              {0.025, 0.003309, -0.0001171},
                              {0.0125, 0.001674, -2.873e-05}};
  Scratch scratch;
  const Points one = Points::Ones(8, 1);
  Points drift(8, 1);
  for (const auto& row : table) {
    const double s = row[0];
    const double variance = gradient_covariance(sum, Vector::Ones(1))(0, 0);
    const double sgd = std::pow((1 - s) * (1 - s) + s * s * variance, std::lround(1 / s));
    for (int k = 0; k < 2; ++k) {
      modified_drift(sum, LearningRate(s), k == 0 ? ModifiedEquation::sme1 : ModifiedEquation::sme2, one, drift,
                     scratch);
      // both equations are linear: d E X^2/dt = (2 b(1) + s variance) E X^2
      const double error = std::exp(2 * drift(0, 0) + s * variance) - sgd;
      EXPECT_NEAR(error, row[1 + k], 6e-4 * std::abs(row[1 + k])) << s << " SME-" << k + 1;
    }
  }
}

/// Three parabolas in the plane with curvatures that differ between axes.
std::shared_ptr<const FiniteSum> parabolas() {
  return std::make_shared<test::Parabolas>((Values(2) << 1, 3).finished(),
                                           (Points(3, 2) << 1, 0, -0.5, 0.8, 0.2, -1).finished());
}

/// What one step adds to X for the Gaussians in the rows of g, less what it adds for g = 0.
Points noise_of_a_step(const Scheme& scheme, const Points& g) {
  Scratch scratch;
  Points x = Points::Constant(8, 2, 0.4), normals = Points::Zero(8, scheme.normals_per_step());
  normals.topRows(g.rows()) = g;
  PathBlock block{{x.data(), 8, 2}, {normals.data(), 8, normals.cols()}, 0, 0, scratch};
  scheme.advance(block, 0, Noise(1, Stream::brownian));
  return x.rowwise() - Points(x.row(7)).row(0);
}

// Fails if a root's square is not s c h Sigma: both, with and without replacement.
TEST(SgdModifiedEquation, BothRootsHaveTheCovariance) {
  const auto sum = parabolas();
  const Matrix sigma = gradient_covariance(*sum, Vector::Constant(2, 0.4));
  for (const auto& [replacement, factor] : {std::pair{Replacement::with, 0.5}, {Replacement::without, 0.25}})
    for (const CovarianceRoot root : {CovarianceRoot::symmetric, CovarianceRoot::per_samples}) {
      const auto scheme =
          sgd_modified_equation(sum, LearningRate(0.1), 2, replacement, ModifiedEquation::sme2, root, 0.02);
      const Index k = scheme->normals_per_step();
      const Matrix added = noise_of_a_step(*scheme, Points(Matrix::Identity(k, k).array())).matrix();
      EXPECT_LT((added.transpose() * added - 0.1 * factor * 0.02 * sigma).cwiseAbs().maxCoeff(), 1e-16);
    }
}

// Fails if Hess f grad f by differences is not a^2 (x - mean), or the drift's sign or factor is wrong.
TEST(SgdModifiedEquation, DriftOfAQuadratic) {
  const auto sum = parabolas();
  Scratch scratch;
  Points x = Points::Random(16, 2), drift(16, 2);
  modified_drift(*sum, LearningRate(0.2), ModifiedEquation::sme2, x, drift, scratch);
  const double a[] = {1, 3}, mean[] = {0.7 / 3, -0.2 / 3};
  for (Index j = 0; j < 2; ++j)
    EXPECT_LT((drift.col(j) + a[j] * (1 + 0.1 * a[j]) * (x.col(j) - mean[j])).abs().maxCoeff(), 1e-11);
}

TEST(SgdModifiedEquation, RefusesWhatIsNone) {
  const auto make = [](Index batch, double step) {
    return sgd_modified_equation(parabolas(), LearningRate(0.1), batch, Replacement::without, ModifiedEquation::sme1,
                                 CovarianceRoot::symmetric, step);
  };
  EXPECT_THROW(make(4, 0.1), InvalidArgument);
  EXPECT_THROW(make(1, 0), InvalidArgument);
  EXPECT_NO_THROW(make(3, 0.1));
}

}  // namespace
}  // namespace sgdlimits
