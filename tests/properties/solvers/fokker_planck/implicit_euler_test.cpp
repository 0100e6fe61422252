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

// Line `kind`: flat, random with a barrier of 3 tau, stiff with one of 60 tau; every second grid is graded.
std::shared_ptr<const Generator> line(int kind, Index cells, int variant, std::mt19937_64& random) {
  const double ends[][2] = {{-1, 1}, {-3, 3}, {-0.3, 1.7}, {-3.14159, 2.7}};
  const double lower = ends[variant][0], upper = ends[variant][1];
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{
      variant % 2 ? test::graded_axis(lower, upper, cells, 20, random) : Axis::uniform(lower, upper, cells)});
  if (kind == 0) return std::make_shared<Generator>(Values(Values::Zero(cells)), grid, Temperature(0.5));
  return random_generator(grid, kind == 1 ? 3 : 60, random);
}

// Drift of the mass after `steps` steps from a rough density, in extended precision.
double drift(const Generator& generator, double dt, int steps, Values rho) {
  const Values& vol = generator.grid().volumes();
  const auto exact_mass = [&vol](const Values& r) { return (r.cast<long double>() * vol.cast<long double>()).sum(); };
  const long double before = exact_mass(rho);
  const ImplicitEuler euler(std::make_shared<Generator>(generator), dt);
  for (int n = 0; n < steps; ++n) euler.step(rho);
  return static_cast<double>(std::abs(exact_mass(rho) - before));
}

// Fails if roundings of the sweeps, the same in every step near a fixed point, add up: on a flat line of 1000 cells
// they take 1.3e-12 of the mass in a thousand steps and 2.4e-12 in ten thousand unless the step gives them back.
TEST(ImplicitEulerOnALine, KeepsMassOverTenThousandSteps) {
  for (int kind = 0; kind < 3; ++kind)
    for (int variant = 0; variant < 4; ++variant)
      for (const double stiffness : {1.0, 1e3, 1e6, 1e9, 1e12})
        for (const Index cells : {50, 150, 1000}) {
          std::mt19937_64 random(static_cast<std::uint64_t>(100 * kind + variant));
          const auto generator = line(kind, cells, variant, random);
          const Values start = rough_density(generator->shared_grid(), random).averages();
          const double dt = stiffness / generator->largest_eigenvalue_bound();
          EXPECT_LT(drift(*generator, dt, 1000, start), 1e-12) << kind << ' ' << variant << ' ' << stiffness;
          if (cells < 1000 || variant < 2) {
            EXPECT_LT(drift(*generator, dt, 10000, start), 1e-12) << kind << ' ' << variant << ' ' << stiffness;
          }
        }
}

// The same on a fine grid, where the sweeps carry a rounding over up to 20000 cells.
TEST(ImplicitEulerOnALine, KeepsMassOnAFineGrid) {
  for (int kind = 0; kind < 3; ++kind)
    for (const double stiffness : {1e6, 1e9, 1e12}) {
      std::mt19937_64 random(static_cast<std::uint64_t>(kind));
      const auto generator = line(kind, 20000, 0, random);
      const Values start = rough_density(generator->shared_grid(), random).averages();
      const double dt = stiffness / generator->largest_eigenvalue_bound();
      EXPECT_LT(drift(*generator, dt, 1000, start), 1e-12) << kind << ' ' << stiffness;
    }
}

// Fails if giving the mass back disturbs the Gibbs measure, or breaks the symmetry of the resolvent in L2(1/mu)
// (detailed balance) or its linearity on vectors of mixed sign.
TEST(ImplicitEulerOnALine, KeepsGibbsAndDetailedBalanceToRounding) {
  for (int kind = 0; kind < 3; ++kind)
    for (int variant = 0; variant < 4; ++variant)
      for (const double stiffness : {1.0, 1e3, 1e6, 1e9}) {
        std::mt19937_64 random(static_cast<std::uint64_t>(100 * kind + variant));
        const auto generator = line(kind, 1000, variant, random);
        const ImplicitEuler euler(generator, stiffness / generator->largest_eigenvalue_bound());
        const Values& gibbs = generator->gibbs().averages();
        Values rho = gibbs;
        euler.step(rho);
        EXPECT_LT((rho - gibbs).abs().maxCoeff(), 1e-13 * gibbs.maxCoeff()) << kind << ' ' << variant;
        const Values& vol = generator->grid().volumes();
        std::uniform_real_distribution<double> uniform(-1, 1);
        Values u(vol.size()), v(vol.size());
        for (Index i = 0; i < u.size(); ++i) {
          u(i) = uniform(random);
          v(i) = uniform(random);
        }
        Values step_u = gibbs * u, step_v = gibbs * v, step_sum = gibbs * (u + v);
        euler.step(step_u);
        euler.step(step_v);
        euler.step(step_sum);
        const double scale = ((gibbs * u.abs() * vol).sum());
        EXPECT_NEAR((step_u * v * vol).sum(), (step_v * u * vol).sum(), 1e-13 * scale) << kind << ' ' << variant;
        EXPECT_LT((step_sum - step_u - step_v).abs().maxCoeff(), 1e-13 * gibbs.maxCoeff()) << kind << ' ' << variant;
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
