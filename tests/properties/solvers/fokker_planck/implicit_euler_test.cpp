#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/errors.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "support/random_generators.hpp"

namespace sgdlimits {
namespace {

using test::random_generator;
using test::random_grid;
using test::rough_density;

// Case k of 200: dimensions 1 (half), 2 and 3, every second grid graded, barriers 0 to 30 tau, dt lambda_max from
// 1 to 1e9.
struct RandomCase {
  std::shared_ptr<const Generator> generator;
  double dt;
  std::mt19937_64 random;
};
RandomCase random_case(int k) {
  std::mt19937_64 random(static_cast<std::uint64_t>(1000 + k));
  const Index dimension = k % 4 == 3 ? 3 : k % 4 == 1 ? 2 : 1;
  const Index cells = dimension == 1 ? 150 : dimension == 2 ? 12 : 5;
  const double barrier = 30.0 * k / 199;
  auto generator = random_generator(random_grid(dimension, cells, k % 8 >= 4, random), barrier, random);
  const double dt = std::pow(10.0, 9.0 * (k % 10) / 9) / generator->largest_eigenvalue_bound();
  return {generator, dt, random};
}

double mass(const Generator& generator, const Values& rho) { return (rho * generator.grid().volumes()).sum(); }

// Fails for an elimination that subtracts: pivots 1 + dt(rates) - products lose the excess 1 once dt lambda_max is
// large, and mass and the Gibbs measure drift by 1e-9 a step.
TEST(ImplicitEuler, KeepsGibbsMassAndSignForEveryStep) {
  for (int k = 0; k < 200; ++k) {
    const RandomCase c = random_case(k);
    const ImplicitEuler euler(c.generator, c.dt);
    const Values& gibbs = c.generator->gibbs().averages();
    Values rho = gibbs;
    euler.step(rho);
    EXPECT_LT((rho - gibbs).abs().maxCoeff(), 1e-13 * gibbs.maxCoeff()) << k;
    for (int n = 1; n < 100; ++n) euler.step(rho);
    EXPECT_LT((rho - gibbs).abs().maxCoeff(), 1e-12 * gibbs.maxCoeff()) << k;
    auto random = c.random;
    rho = rough_density(c.generator->shared_grid(), random).averages();
    double smallest = 0;
    for (int n = 0; n < 1000; ++n) {
      euler.step(rho);
      smallest = std::min(smallest, rho.minCoeff());
    }
    EXPECT_NEAR(mass(*c.generator, rho), 1, 1e-12) << k;
    EXPECT_GE(smallest, 0) << k;
  }
}

// The step is the resolvent: against a dense solve, cell by cell relative. Fails on any wrong coupling.
TEST(ImplicitEuler, IsTheResolvent) {
  for (int k = 0; k < 200; k += 3) {
    RandomCase c = random_case(k);
    const Index n = c.generator->grid().size();
    const double dt = 30 / c.generator->largest_eigenvalue_bound();
    Eigen::MatrixXd resolvent = Eigen::MatrixXd::Identity(n, n);
    Values unit(n), column(n);
    for (Index i = 0; i < n; ++i) {
      unit.setZero();
      unit(i) = 1;
      c.generator->apply(unit, column);
      resolvent.col(i) -= dt * column.matrix();
    }
    Values rho = rough_density(c.generator->shared_grid(), c.random).averages();
    const Values expected = resolvent.partialPivLu().solve(rho.matrix()).array();
    ImplicitEuler(c.generator, dt).step(rho);
    EXPECT_LT((rho - expected).abs().maxCoeff(), 1e-11 * expected.maxCoeff()) << k;
  }
}

// chi_squared and KL to Gibbs never increase beyond rounding, from a density that vanishes on half of the cells.
TEST(ImplicitEuler, DivergencesNeverIncrease) {
  for (int k = 0; k < 200; ++k) {
    RandomCase c = random_case(k);
    const ImplicitEuler euler(c.generator, c.dt / 100);
    Density rho = rough_density(c.generator->shared_grid(), c.random);
    double chi = chi_squared(*c.generator, rho), kl = kl_divergence(*c.generator, rho);
    for (int n = 0; n < 30; ++n) {
      Values next = rho.averages();
      euler.step(next);
      rho = Density(rho.shared_grid(), next);
      const double new_chi = chi_squared(*c.generator, rho), new_kl = kl_divergence(*c.generator, rho);
      EXPECT_LE(new_chi, chi * (1 + 1e-12) + 1e-24) << k << ' ' << n;
      EXPECT_LE(new_kl, kl * (1 + 1e-12) + 1e-24) << k << ' ' << n;
      chi = new_chi;
      kl = new_kl;
    }
  }
}

// A mode of the dense eigen-decomposition of H decays by 1/(1 + dt lambda): rates to 1e-8 relative.
TEST(ImplicitEuler, ModesDecayAtTheirRate) {
  for (int k = 1; k < 100; k += 6) {
    const RandomCase c = random_case(k);
    const Values root = (c.generator->gibbs().averages() * c.generator->grid().volumes()).sqrt();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> modes(Eigen::MatrixXd(c.generator->symmetrised_matrix()));
    for (const Index m : {Index{1}, Index{3}}) {
      const double lambda = modes.eigenvalues()(m), dt = 0.3 / lambda;
      const ImplicitEuler euler(c.generator, dt);
      const Values start = root * modes.eigenvectors().col(m).array() / c.generator->grid().volumes();
      Values rho = start;
      const int steps = 10;
      for (int n = 0; n < steps; ++n) euler.step(rho);
      const Values weight = c.generator->grid().volumes().square() / root.square();
      const double left = (rho * start * weight).sum() / (start.square() * weight).sum();
      const double rate = -std::log(left) / (steps * dt), expected = std::log1p(dt * lambda) / dt;
      EXPECT_NEAR(rate, expected, 1e-8 * expected) << k << " mode " << m;
    }
  }
}

TEST(ImplicitEuler, RefusesAStepThatIsNotPositive) {
  std::mt19937_64 random(1);
  const auto generator = random_generator(random_grid(1, 5, false, random), 1, random);
  for (const double dt :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(ImplicitEuler(generator, dt), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
