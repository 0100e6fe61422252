// The diffusion that has SGD's mean and covariance on quadratics, against the discrete recursion.
#include "solvers/sde/exact_modified_equation.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"
#include "support/sgd_sums.hpp"

namespace {

using namespace sgdlimits;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd random_matrix(Index d, Index first) {
  Points normals(d, d);
  Noise(3, Stream::test).normals(first, 0, normals);
  return normals.matrix();
}

/// A with these eigenvalues in a random basis, correlated errors of comparable size in all directions.
QuadraticSgd random_sgd(const VectorXd& eigenvalues, double s) {
  const Index d = eigenvalues.size();
  const MatrixXd q = Eigen::HouseholderQR<MatrixXd>(random_matrix(d, 0)).householderQ(), r = random_matrix(d, 100);
  return {q * eigenvalues.asDiagonal() * q.transpose(), random_matrix(d, 200).col(0),
          MatrixXd::Identity(d, d) + 0.1 * r * r.transpose(), LearningRate(s)};
}

struct Distance {
  double mean = 0, covariance = 0;  ///< largest over k, relative to the largest entry
};

/// Between SGD's moments, by its recursion, and the diffusion's at t = k s for all k <= steps.
Distance from_recursion(const QuadraticSgd& sgd, const LinearDiffusion& diffusion, int steps) {
  const Index d = sgd.linear.size();
  const double s = sgd.rate.value();
  const VectorXd m0 = VectorXd::LinSpaced(d, -1, 2);
  const MatrixXd v0 = 0.3 * MatrixXd::Identity(d, d) + 0.1 * MatrixXd::Ones(d, d),
                 propagator = MatrixXd::Identity(d, d) - s * sgd.hessian;
  VectorXd m = m0;
  MatrixXd v = v0;
  Distance worst;
  for (int k = 1; k <= steps; ++k) {
    m = propagator * m + s * sgd.linear;
    v = propagator * v * propagator + s * s * sgd.covariance;
    worst.mean = std::max(worst.mean, (diffusion.mean(m0, k * s) - m).norm() / m.norm());
    worst.covariance = std::max(
        worst.covariance, (diffusion.covariance(v0, k * s) - v).cwiseAbs().maxCoeff() / v.cwiseAbs().maxCoeff());
  }
  return worst;
}

// Every step up to 300, to 1e-12, also where the quadratic has a flat direction and a saddle. SME-1 and SME-2, held
// to the same test, miss by percents: their errors at s a of order one half.
TEST(ExactModifiedEquation, HasSgdsMeanAndCovarianceAtEveryStep) {
  const QuadraticSgd convex = random_sgd(Eigen::Vector4d(0.1, 0.7, 1.5, 2.5), 0.3),
                     saddle = random_sgd(Eigen::Vector3d(-0.05, 0, 1.2), 0.4);
  for (const QuadraticSgd* sgd : {&convex, &saddle}) {
    const Distance exact = from_recursion(*sgd, exact_modified_equation(*sgd), 300);
    EXPECT_LT(exact.mean, 1e-12);
    EXPECT_LT(exact.covariance, 1e-12);
    for (const ModifiedEquation equation : {ModifiedEquation::sme1, ModifiedEquation::sme2}) {
      const Distance wrong = from_recursion(*sgd, linear_modified_equation(*sgd, equation), 300);
      EXPECT_GT(wrong.covariance, 0.01) << to_string(equation);
      EXPECT_GT(wrong.mean, 1e-3) << to_string(equation);
    }
  }
}

// The Lyapunov integral by Simpson's rule with Eigen's exponential replaced by powers of the propagator's eigenbasis:
// int_0^s e^{-Ku} D e^{-Ku} du = s^2 C. Simpson's error is at most (2 k s)^4/(180 1000^4) = 3e-14 of D s. Uses K and
// D alone, not the closed form of the covariance.
TEST(ExactModifiedEquation, DiffusionSolvesTheLyapunovIntegral) {
  const QuadraticSgd sgd = random_sgd(Eigen::Vector3d(0.2, 0.9, 2.1), 0.25);
  const LinearDiffusion exact = exact_modified_equation(sgd);
  const double s = sgd.rate.value();
  const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(exact.drift_matrix());
  MatrixXd integral = MatrixXd::Zero(3, 3);
  constexpr int kPanels = 1000;
  for (int i = 0; i <= kPanels; ++i) {
    const double u = s * i / kPanels, weight = i == 0 || i == kPanels ? 1 : i % 2 == 1 ? 4 : 2;
    const MatrixXd e = eigen.eigenvectors() * (-u * eigen.eigenvalues()).array().exp().matrix().asDiagonal() *
                       eigen.eigenvectors().transpose();
    integral += weight * s / (3 * kPanels) * e * exact.diffusion_matrix() * e;
  }
  EXPECT_LT((integral - s * s * sgd.covariance).cwiseAbs().maxCoeff(), 1e-11 * s * s);
}

// K - SME-1's and K - SME-2's vanish like s and s^2, D - sC relative like s: with the steps 0.02, 0.01 the ratios are
// 2, 4, 2 to a few per cent. A drift of SME-2's other sign fails.
TEST(ExactModifiedEquation, BeginsWithSme1AndSme2) {
  const auto gaps = [](double s) {
    const QuadraticSgd sgd = random_sgd(Eigen::Vector3d(0.4, 0.9, 1.6), s);
    const LinearDiffusion exact = exact_modified_equation(sgd);
    const auto gap = [&](ModifiedEquation equation) {
      return (exact.drift_matrix() - linear_modified_equation(sgd, equation).drift_matrix()).norm();
    };
    return Eigen::Vector3d(gap(ModifiedEquation::sme1), gap(ModifiedEquation::sme2),
                           (exact.diffusion_matrix() / s - sgd.covariance).norm());
  };
  const Eigen::Vector3d ratio = gaps(0.02).cwiseQuotient(gaps(0.01));
  EXPECT_NEAR(ratio(0), 2, 0.1);
  EXPECT_NEAR(ratio(1), 4, 0.2);
  EXPECT_NEAR(ratio(2), 2, 0.1);
}

// Errors +-(1, 1) on curvatures a and b: D has the entries s h(2p), s h(p+q), s h(2q), h(u) = u/(1 - e^-u), and
// h(2p) h(2q) < h(p+q)^2 since log h is concave: no covariance. With errors along one curvature alone there is one.
TEST(ExactModifiedEquation, RefusesWhereNoDiffusionExists) {
  const auto sgd = [](double b, double s) {
    return QuadraticSgd{Eigen::Vector2d(0.5, b).asDiagonal(), Eigen::Vector2d::Zero(), Eigen::Matrix2d::Ones(),
                        LearningRate(s)};
  };
  const auto message = [](const QuadraticSgd& problem) {
    try {
      exact_modified_equation(problem);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_NE(message(sgd(2, 0.3)).find("no linear diffusion has SGD's covariance"), std::string::npos);
  EXPECT_EQ(message(sgd(0.5, 0.3)), "accepted");
  EXPECT_NE(message(sgd(2, 0.5)).find("largest eigenvalue of s A is 1 but must be less than 1"), std::string::npos);
  QuadraticSgd wrong = sgd(2, 0.3);
  wrong.linear = Eigen::Vector3d::Zero();
  EXPECT_NE(message(wrong).find("sizes of A, b and C"), std::string::npos);
}

// A, b and C of f_i = sum_j a_j (x_j - g_ij)^2/2; a double well, or curvatures that change with the sample, are no
// quadratics of one covariance.
TEST(QuadraticSgd, IsReadOffAPotential) {
  Points centres(3, 2);
  centres << 1, 0, -1, 2, 3, 4;
  const test::Parabolas parabolas(Eigen::Array2d(0.5, 2), centres);
  const auto sigma = [&](const VectorXd& x) { return gradient_covariance(parabolas, x); };
  const QuadraticSgd sgd = quadratic_sgd(parabolas, sigma, 0.5, LearningRate(0.1));
  EXPECT_LT((sgd.hessian - MatrixXd(Eigen::Vector2d(0.5, 2).asDiagonal())).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LT((sgd.linear - Eigen::Vector2d(0.5, 4)).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(sgd.covariance(0, 0), 0.5 * 0.25 * 8.0 / 3, 1e-12);
  EXPECT_NEAR(sgd.covariance(1, 1), 0.5 * 4 * 8.0 / 3, 1e-12);
  const test::TiltedWells wells(1.0);
  EXPECT_THROW(quadratic_sgd(
                   wells, [&](const VectorXd& x) { return gradient_covariance(wells, x); }, 1, LearningRate(0.1)),
               InvalidArgument);
  EXPECT_THROW(quadratic_sgd(
                   parabolas, [](const VectorXd& x) { return MatrixXd(x * x.transpose()); }, 1, LearningRate(0.1)),
               InvalidArgument);
}

// The transition over h is exact in law for any h: steps of a half and of two learning rates give SGD's mean and
// covariance at t = 8 s at the level 1e-6 (9 numbers, |t| < 5.2). SME-2's transition is rejected.
TEST(ExactTransition, HasTheLawAtAnyStep) {
  const QuadraticSgd sgd = random_sgd(Eigen::Vector3d(0.3, 1.0, 2.4), 0.3);
  constexpr Index kPaths = 100'000;
  const double s = sgd.rate.value();
  const MatrixXd propagator = MatrixXd::Identity(3, 3) - s * sgd.hessian;
  VectorXd m = VectorXd::Ones(3);
  MatrixXd v = MatrixXd::Zero(3, 3);
  for (int k = 0; k < 8; ++k) {
    m = propagator * m + s * sgd.linear;
    v = propagator * v * propagator + s * s * sgd.covariance;
  }
  const auto worst = [&](const LinearDiffusion& diffusion, double step) {
    const auto scheme = exact_transition(diffusion, step, "exact");
    Ensemble e{Points::Ones(kPaths, 3), 0, 17, 0};
    EXPECT_TRUE(advance(e, *scheme, scheme->steps_until(8 * s)).status == Status::ok);
    const Points centred = e.points.rowwise() - m.transpose().array();
    double t = 0;
    for (Index i = 0; i < 3; ++i) {
      t = std::max(t, std::abs(centred.col(i).mean()) * std::sqrt(kPaths / v(i, i)));
      for (Index j = i; j < 3; ++j) {
        const double sd = std::sqrt((v(i, i) * v(j, j) + v(i, j) * v(i, j)) / kPaths);
        t = std::max(t, std::abs((centred.col(i) * centred.col(j)).mean() - v(i, j)) / sd);
      }
    }
    return t;
  };
  EXPECT_LT(worst(exact_modified_equation(sgd), s / 2), 5.2);
  EXPECT_LT(worst(exact_modified_equation(sgd), 2 * s), 5.2);
  EXPECT_GT(worst(linear_modified_equation(sgd, ModifiedEquation::sme2), s / 2), 5.2);
  EXPECT_THROW(exact_transition(exact_modified_equation(sgd), 0, ""), InvalidArgument);
}

}  // namespace
