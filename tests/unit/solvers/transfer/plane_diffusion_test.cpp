// Diffusions of the plane with state-dependent, tilted and degenerate noise, beside closed forms and one dimension.
#include "solvers/transfer/plane_diffusion.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/hitting.hpp"
#include "solvers/transfer/selling.hpp"
#include "support/plane_problems.hpp"

namespace sgdlimits {
namespace {

using Matrix = Eigen::Matrix2d;

std::shared_ptr<const Grid> square(double half, Index cells) {
  return std::make_shared<Grid>(
      std::vector<Axis>{Axis::uniform(-half, half, cells), Axis::uniform(-half, half, cells)});
}

Matrix covariance_of(const Grid& grid, const Values& mass) {
  const Eigen::MatrixXd x = grid.centers().matrix();
  const Eigen::RowVectorXd mean = mass.matrix().transpose() * x;
  const Eigen::MatrixXd about = x.rowwise() - mean;
  return about.transpose() * mass.matrix().asDiagonal() * about;
}

/// dX = -A X dt + sqrt(D) dB.
PlaneCoefficients linear(const Matrix& a, const Matrix& d) {
  return [=](PointsView x, PointsOut b, PointsOut covariance) {
    b = -(x.matrix() * a.transpose()).array();
    covariance.col(0).setConstant(d(0, 0));
    covariance.col(1).setConstant(d(0, 1));
    covariance.col(2).setConstant(d(1, 1));
  };
}

Matrix stationary_covariance(const PlaneCoefficients& coefficients, double half, Index cells) {
  const PlaneChain chain = plane_chain(coefficients, square(half, cells));
  const Result<Values> law = stationary_law(chain);
  EXPECT_TRUE(law.ok()) << law.why();
  return covariance_of(*chain.grid, law.value());
}

/// Richardson's extrapolation of order 2.
Matrix extrapolated_covariance(const PlaneCoefficients& coefficients, double half, Index cells) {
  const Matrix coarse = stationary_covariance(coefficients, half, cells / 2);
  const Matrix fine = stationary_covariance(coefficients, half, cells);
  return fine + (fine - coarse) / 3;
}

// The sum is the matrix, weights are nonnegative, offsets have no common divisor, lengths obey the bound. Fails for
// any slip in the exchange of the superbase.
TEST(Selling, DecomposesRandomMatrices) {
  Points normals(500, 4);
  Noise(3, Stream::test).normals(0, 0, normals);
  for (Index i = 0; i < normals.rows(); ++i) {
    Matrix root;
    root << normals(i, 0), normals(i, 1), normals(i, 2), normals(i, 3);
    const Matrix m = root * root.transpose() + 1e-4 * Matrix::Identity();
    const Eigen::Vector2d spectrum = Eigen::SelfAdjointEigenSolver<Matrix>(m).eigenvalues();
    Matrix sum = Matrix::Zero();
    for (const SellingTerm& term : selling_decomposition(m)) {
      EXPECT_GE(term.weight, 0);
      EXPECT_EQ(std::gcd(term.offset(0), term.offset(1)), 1);
      if (term.weight > 0) {
        EXPECT_LE(term.offset.cast<double>().norm(), std::sqrt(2 * spectrum(1) / spectrum(0)) * (1 + 1e-9));
      }
      sum += term.weight * term.offset.cast<double>() * term.offset.cast<double>().transpose();
    }
    EXPECT_LT((sum - m).cwiseAbs().maxCoeff(), 1e-12 * m.trace()) << m;
  }
}

TEST(Selling, KeepsTheAxesOfADiagonalMatrixAndRefusesIndefiniteOnes) {
  for (const SellingTerm& term : selling_decomposition(Matrix(Eigen::Vector2d(1e-3, 7).asDiagonal()))) {
    if (term.weight > 0) {
      EXPECT_EQ(term.offset.cwiseAbs().sum(), 1);
    }
  }
  Matrix indefinite;
  indefinite << 1, 2, 2, 1;
  EXPECT_THROW((void)selling_decomposition(indefinite), InvalidArgument);
  EXPECT_THROW((void)selling_decomposition(Matrix::Zero()), InvalidArgument);
}

// Local consistency: rates are nonnegative, the mean jump is the drift to rounding at every place inside, whatever
// the noise, and the covariance of jumps is at least D and D + O(h^2). Fails for a wrong sign or factor in the fit.
TEST(PlaneDiffusion, MeanOfTheJumpsIsTheDrift) {
  const test::TurnedProduct product{[](double u) { return u - u * u * u; },
                                    [](double u) { return 0.3 + 0.2 * std::sin(2 * u); }, 1.3, 0.15, 0.4};
  const PlaneCoefficients coefficients = product.coefficients();
  double former = 0;
  for (const Index cells : {40, 80}) {
    const PlaneChain chain = plane_chain(coefficients, square(1.5, cells));
    const Points x = chain.grid->centers();
    Points b(x.rows(), 2), covariance(x.rows(), 3);
    coefficients(x, b, covariance);
    double excess = 0;
    for (Index i = 0; i < x.rows(); ++i) {
      if (x.row(i).abs().maxCoeff() > 1) continue;
      Eigen::RowVector2d mean = Eigen::RowVector2d::Zero();
      Matrix second = Matrix::Zero();
      for (TransitionMatrix::InnerIterator to(chain.rates, i); to; ++to) {
        ASSERT_GE(to.value(), 0);
        const Eigen::RowVector2d jump = (x.row(to.col()) - x.row(i)).matrix();
        mean += to.value() * jump;
        second += to.value() * jump.transpose() * jump;
      }
      ASSERT_LT((mean - b.row(i).matrix()).cwiseAbs().maxCoeff(), 1e-11);
      Matrix d;
      d << covariance(i, 0), covariance(i, 1), covariance(i, 1), covariance(i, 2);
      ASSERT_GT(Eigen::SelfAdjointEigenSolver<Matrix>(second - d).eigenvalues()(0), -1e-12);
      excess = std::max(excess, (second - d).trace());
      ASSERT_TRUE(chain.second_order(i));
    }
    if (former > 0) {
      EXPECT_NEAR(former / excess, 4, 0.6);
    }
    former = excess;
  }
}

// A and D do not commute, so that the stationary law carries a current: C solves A C + C A^T = D. Twin: the same
// without D_12 must be told apart by far. Fails for dropped off-diagonal terms or a wrong stencil.
TEST(PlaneDiffusion, LinearDriftHasLyapunovsCovariance) {
  Matrix a, d;
  a << 1.2, 0.5, 0.5, 0.8;
  d << 0.30, 0.17, 0.17, 0.20;
  const Matrix exact = test::lyapunov(a, d);
  const Matrix found = extrapolated_covariance(linear(a, d), 3.2, 96);
  EXPECT_LT((found - exact).cwiseAbs().maxCoeff(), 2e-4 * exact.trace()) << found << "\n" << exact;
  Matrix dropped = d;
  dropped(0, 1) = dropped(1, 0) = 0;
  const Matrix wrong = extrapolated_covariance(linear(a, dropped), 3.2, 96);
  EXPECT_GT((wrong - exact).cwiseAbs().maxCoeff(), 0.1 * exact.trace());
}

// Rotation: A = a I + w J has eigenvalues a +- i w, whatever D. Fails if the gap is read as a modulus.
TEST(PlaneDiffusion, RotationHasAComplexRate) {
  Matrix a;
  a << 0.7, 2.0, -2.0, 0.7;
  const PlaneCoefficients coefficients = linear(a, 0.3 * Matrix::Identity());
  double rate[2], frequency[2];
  for (int k = 0; k < 2; ++k) {
    const PlaneChain chain = plane_chain(coefficients, square(2.8, 48 << k));
    const Result<RelaxationRate> slowest = relaxation_rate(chain.rates, stationary_law(chain).value());
    ASSERT_TRUE(slowest.ok()) << slowest.why();
    rate[k] = slowest->rate;
    frequency[k] = slowest->frequency;
  }
  EXPECT_NEAR(rate[1] + (rate[1] - rate[0]) / 3, 0.7, 2e-3);
  EXPECT_NEAR(frequency[1] + (frequency[1] - frequency[0]) / 3, 2.0, 2e-3);
}

// Noise along one line, not along an axis, and turned into the plane by the drift: D has rank one everywhere, and C
// is definite. Order 1: the error halves, or better, when the cells do. Fails if degenerate noise is refused, or
// regularised by an amount that does not vanish.
TEST(PlaneDiffusion, NoiseOfRankOneConvergesWithoutAFloor) {
  Matrix a;
  a << 1.0, 0.8, -0.8, 1.5;
  const Eigen::Vector2d direction(0.5, 0.29);
  const Matrix d = direction * direction.transpose(), exact = test::lyapunov(a, d);
  double former = 0;
  for (const Index cells : {32, 64, 128}) {
    const PlaneChain chain = plane_chain(linear(a, d), square(2.2, cells));
    const Result<Values> law = stationary_law(chain);
    ASSERT_TRUE(law.ok()) << law.why();
    EXPECT_FALSE(chain.second_order.any());
    const double error = (covariance_of(*chain.grid, law.value()) - exact).cwiseAbs().maxCoeff();
    if (former > 0) {
      EXPECT_LT(error, 0.62 * former) << cells;
    }
    former = error;
  }
  EXPECT_LT(former, 0.1 * exact.trace());
}

// The turned product: moments and the slowest rate are those of the line. Twins: the Stratonovich reading of the same
// coefficients (b + d'/4 as Ito drift) must be told apart, through the types of core/diffusion.hpp. Fails for lost
// off-diagonal terms, or for the divergence form, whose drift differs by half of div D.
TEST(PlaneDiffusion, TurnedProductIsTheLineAndItoIsNotStratonovich) {
  const double angle = 0.5, v = 0.25, a = 1.1;
  const auto d = [](double u) { return 0.5 + 0.35 * std::sin(2 * u); };
  const test::TurnedProduct ito{[](double u) { return u - u * u * u; }, d, a, v, angle};
  const test::TurnedProduct stratonovich{[](double u) { return u - u * u * u + 0.25 * 0.7 * std::cos(2 * u); }, d, a,
                                         v, angle};
  const auto coordinate = [](double u) { return u; };
  const double exact = line_mean(ito, coordinate, -2.4, 2.4), other = line_mean(stratonovich, coordinate, -2.4, 2.4);
  ASSERT_GT(std::abs(exact - other), 0.05);
  DiffusionCoefficients of{.dimension = 2,
                           .noises = 2,
                           .noise_class = NoiseClass::general,
                           .drift = {},
                           .noise = {},
                           .noise_derivatives = {}};
  const PlaneCoefficients coefficients = ito.coefficients();
  of.drift = [=](double, PointsView x, PointsOut b, Scratch&) {
    Points covariance(x.rows(), 3);
    coefficients(x, b, covariance);
  };
  of.noise = [=](double, PointsView x, PointsOut sigma, Scratch&) {
    const double c = std::cos(angle), s = std::sin(angle);
    for (Index i = 0; i < x.rows(); ++i) {
      const double root = std::sqrt(d(c * x(i, 0) + s * x(i, 1)));
      sigma.row(i) << c * root, s * root, -s * std::sqrt(v), c * std::sqrt(v);
    }
  };
  const auto mean_u = [&](const ItoDiffusion& diffusion) {
    double value[2];
    for (int k = 0; k < 2; ++k) {
      const PlaneChain chain = plane_chain(plane_coefficients(diffusion), square(2.4, 48 << k));
      const Points x = chain.grid->centers();
      value[k] = (stationary_law(chain).value() * (std::cos(angle) * x.col(0) + std::sin(angle) * x.col(1))).sum();
    }
    return value[1] + (value[1] - value[0]) / 3;
  };
  EXPECT_NEAR(mean_u(ItoDiffusion(of)), exact, 2e-3);
  EXPECT_NEAR(mean_u(StratonovichDiffusion(of).ito()), other, 2e-3);
}

// Hitting times and committors of strips of the turned product do not know of the other coordinate: on the line the
// committor is int exp(-int 2b/d), the time a double integral. Cells cut the strips' edges: order 1, a few per cent.
TEST(PlaneDiffusion, StripsOfATurnedProductAreReachedAsOnTheLine) {
  const double angle = 0.3;
  const test::TurnedProduct product{[](double u) { return u - u * u * u; },
                                    [](double u) { return 0.4 + 0.2 * std::sin(u); }, 1.5, 0.3, angle};
  const double left = -0.8, right = 0.8, start = 0.3, low = -2.6;
  const int n = 100'000;
  double exponent = 0, speed = 0, scale = 0, at_start = 0, time = 0;
  const double h = (right - low) / n;
  for (int i = 0; i < n; ++i) {
    const double u = low + (i + 0.5) * h;
    exponent += h * 2 * product.b(u) / product.d(u);
    speed += h * 2 * std::exp(exponent) / product.d(u);
    if (u > left) scale += h * std::exp(-exponent);
    if (u > left && u < start) at_start += h * std::exp(-exponent);
    if (u > start) time += h * speed * std::exp(-exponent);
  }
  const PlaneChain chain = plane_chain(product.coefficients(), square(2.6, 128));
  const Points x = chain.grid->centers();
  const Values u = std::cos(angle) * x.col(0) + std::sin(angle) * x.col(1);
  Eigen::ArrayXd place(2);
  place << start * std::cos(angle), start * std::sin(angle);
  const Index cell = chain.grid->find(place);
  const Result<Values> q = committor(chain.rates, u <= left, u >= right);
  ASSERT_TRUE(q.ok());
  EXPECT_NEAR(q.value()(cell), at_start / scale, 0.03);
  EXPECT_NEAR(hitting_times(chain.rates, u >= right)(cell) / time, 1, 0.06);
}

// The box holds the law: half of the widths of a Gaussian's, to the tail that is asked for, from a start elsewhere.
TEST(PlaneDiffusion, BoxIsFoundFromAnyStart) {
  Matrix a, d;
  a << 1.0, 0, 0, 2.0;
  d << 0.02, 0.01, 0.01, 0.08;
  const Box point{Eigen::ArrayXd::Zero(2), Eigen::ArrayXd::Zero(2)};
  for (const double size : {0.2, 20.0}) {
    const Box start{Eigen::ArrayXd::Constant(2, -size), Eigen::ArrayXd::Constant(2, 1.3 * size)};
    const Result<Box> box = plane_diffusion_box(linear(a, d), start, Box::everywhere(2), point);
    ASSERT_TRUE(box.ok()) << box.why();
    for (const Index j : {0, 1}) {
      const double sd = std::sqrt(d(j, j) / (2 * a(j, j)));
      EXPECT_GT(-box->lower(j), 5.5 * sd);
      EXPECT_LT(-box->lower(j), 11 * sd);
      EXPECT_GT(box->upper(j), 5.5 * sd);
      EXPECT_LT(box->upper(j), 11 * sd);
    }
  }
}

TEST(PlaneDiffusion, SaysWhatItCannotDo) {
  const PlaneChain still = plane_chain(linear(Matrix::Identity(), Matrix::Zero()), square(1, 16));
  EXPECT_EQ(stationary_law(still).status(), Status::out_of_reach);
  Matrix indefinite;
  indefinite << 1, 2, 2, 1;
  EXPECT_THROW((void)plane_chain(linear(Matrix::Identity(), indefinite), square(1, 16)), InvalidArgument);
  const auto line = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(0, 1, 10)});
  EXPECT_THROW((void)plane_chain(linear(Matrix::Identity(), Matrix::Identity()), line), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
