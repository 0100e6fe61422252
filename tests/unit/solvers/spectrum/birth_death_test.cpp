// The chain solver against closed forms and a quadruple-precision Sturm count.
#include <gtest/gtest.h>

#include <numbers>

#include "core/errors.hpp"
#include "solvers/spectrum/birth_death.hpp"

namespace sgdlimits {
namespace {

/// Rates of a double-well random walk on n sites: log mass = -barrier (x^2-1)^2.
BirthDeathChain wells(Index n, double barrier, Values* mass) {
  const auto f = [&](Index i) {
    const double x = -1.5 + 3.0 * static_cast<double>(i) / static_cast<double>(n - 1);
    return barrier * (x * x - 1) * (x * x - 1);
  };
  BirthDeathChain chain{Values(n - 1), Values(n - 1)};
  for (Index i = 0; i + 1 < n; ++i) {
    chain.up(i) = std::exp((f(i) - f(i + 1)) / 2);
    chain.down(i) = std::exp((f(i + 1) - f(i)) / 2);
  }
  mass->resize(n);
  for (Index i = 0; i < n; ++i) (*mass)(i) = std::exp(-f(i));
  *mass /= mass->sum();
  return chain;
}

/// Number of eigenvalues below lambda by the plain LDL^T of H - lambda I in quadruple precision: a textbook
/// recurrence, safe for relative accuracy 1e-12 as long as lambda is far above 1e-34.
Index quadruple_count(const BirthDeathChain& chain, double lambda) {
  __float128 d = chain.up(0) - static_cast<__float128>(lambda);
  Index count = d < 0;
  for (Index i = 1; i < chain.states(); ++i) {
    const __float128 up = i < chain.up.size() ? chain.up(i) : 0.0;
    d = up + chain.down(i - 1) - static_cast<__float128>(lambda) -
        static_cast<__float128>(chain.up(i - 1)) * chain.down(i - 1) / d;
    count += d < 0;
  }
  return count;
}

TEST(BirthDeath, SymmetricWalkHasCosines) {
  const Index n = 100;
  const BirthDeathChain chain{Values::Ones(n - 1), Values::Ones(n - 1)};
  const Values lambda = lowest_eigenvalues(chain, n - 1);
  for (Index k = 1; k < n; ++k) {
    const double exact = 4 * std::pow(std::sin(std::numbers::pi * static_cast<double>(k) / (2 * n)), 2);
    EXPECT_NEAR(lambda(k - 1) / exact, 1.0, 1e-14);
  }
}

// lambda_1 down to 1e-20 with twelve digits: an algorithm with absolute error eps |H| has none
TEST(BirthDeath, RelativeAccuracyOfTinyGaps) {
  for (const double barrier : {10.0, 30.0, 45.0}) {
    Values mass;
    const BirthDeathChain chain = wells(300, barrier, &mass);
    const Values lambda = lowest_eigenvalues(chain, 4);
    if (barrier > 40) {
      EXPECT_LT(lambda(0), 1e-17);
    }
    for (Index k = 0; k < 4; ++k) {
      // the zero eigenvalue, lambda_1..lambda_k below; lambda_{k+1} not (pairs may agree to rounding)
      EXPECT_LE(quadruple_count(chain, lambda(k) * (1 - 1e-12)), k + 1) << barrier;
      EXPECT_GE(quadruple_count(chain, lambda(k) * (1 + 1e-12)), k + 2) << barrier;
    }
    EXPECT_EQ(eigenvalues_below(chain, 0.5 * lambda(0)), 1);
  }
}

// orthonormal, mean zero, odd u_1, and each an eigenfunction: also for pairs that agree to rounding
TEST(BirthDeath, EigenfunctionsOfDeepWells) {
  for (const double barrier : {3.0, 30.0, 200.0}) {
    Values mass;
    const BirthDeathChain chain = wells(300, barrier, &mass);
    const Values lambda = lowest_eigenvalues(chain, 5);
    const Points h = eigenfunctions(chain, mass, lambda);
    const Eigen::MatrixXd gram = h.matrix().transpose() * mass.matrix().asDiagonal() * h.matrix();
    EXPECT_LT((gram - Eigen::MatrixXd::Identity(5, 5)).cwiseAbs().maxCoeff(), 1e-7) << barrier;
    EXPECT_LT((h.matrix().transpose() * mass.matrix()).cwiseAbs().maxCoeff(), 1e-7) << barrier;
    EXPECT_NEAR(h(0, 0) / h(299, 0), -1.0, 1e-7) << barrier;
    for (Index k = 0; k < 5; ++k) {
      const Values flux = mass.head(299) * chain.up * (h.col(k).tail(299) - h.col(k).head(299));
      Values image = Values::Zero(300);  // M L h
      image.head(299) += flux;
      image.tail(299) -= flux;
      const Values residual = (image + lambda(k) * mass * h.col(k)) / mass.sqrt();
      EXPECT_LT(residual.matrix().norm(), 1e-9) << barrier << " mode " << k;
    }
  }
}

TEST(BirthDeath, RefusesTooManyModes) {
  const BirthDeathChain chain{Values::Ones(4), Values::Ones(4)};
  EXPECT_THROW((void)lowest_eigenvalues(chain, 5), InvalidArgument);
  EXPECT_THROW((void)lowest_eigenvalues(chain, 0), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
