#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/errors.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/fokker_planck/extrapolated_step.hpp"
#include "support/random_generators.hpp"

namespace sgdlimits {
namespace {

using test::random_generator;
using test::random_grid;
using test::rough_density;

// exp(A t) rho by the dense eigen-decomposition of H.
Values exact(const Generator& generator, const Values& rho, double t) {
  const Eigen::VectorXd root = (generator.gibbs().averages() * generator.grid().volumes()).sqrt().matrix();
  const Eigen::VectorXd vol = generator.grid().volumes().matrix();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> modes(Eigen::MatrixXd(generator.symmetrised_matrix()));
  const Eigen::VectorXd coefficients =
      modes.eigenvectors().transpose() * (rho.matrix().cwiseProduct(vol).cwiseQuotient(root));
  const Eigen::VectorXd decayed = (-modes.eigenvalues().array() * t).exp() * coefficients.array();
  return (root.asDiagonal() * (modes.eigenvectors() * decayed)).cwiseQuotient(vol).array();
}

// The tolerance holds against the exact exponential, the reported error covers the true one, chi decreases, the sign
// and the mass stay. Fails for a stepping that trusts an estimate of the wrong order or clips without rescaling.
TEST(Evolve, MeetsItsToleranceAndKeepsTheInvariants) {
  for (int k = 0; k < 24; ++k) {
    std::mt19937_64 random(static_cast<std::uint64_t>(k));
    const Index dimension = 1 + k % 3;
    const Index cells = dimension == 1 ? 60 : dimension == 2 ? 9 : 4;
    const auto generator = random_generator(random_grid(dimension, cells, k % 2 == 1, random), 1.0 * k, random);
    const Density start = rough_density(generator->shared_grid(), random);
    const double fast = 1 / generator->largest_eigenvalue_bound();
    const std::vector<double> times = {0.7 * fast, 20 * fast, 333 * fast, 1e4 * fast};
    EvolutionOptions options;
    options.tolerance = k % 2 ? 1e-5 : 1e-8;
    const auto result = evolve(generator, start, times, options, {});
    ASSERT_TRUE(result.ok()) << result.why();
    ASSERT_EQ(result->snapshots.size(), times.size() + 1);
    for (std::size_t i = 0; i < result->snapshots.size(); ++i) {
      const DensitySnapshot& s = result->snapshots[i];
      EXPECT_EQ(s.time, i == 0 ? 0 : times[i - 1]);
      const Values truth = exact(*generator, start.averages(), s.time);
      const double error = ((s.density.averages() - truth).abs() * generator->grid().volumes()).sum();
      // the reference itself is off by rounding times the range of sqrt(mu), e^{barrier/2}
      EXPECT_LE(error, result->time_errors[i] + 1e-12 + 1e-14 * std::exp(0.5 * k)) << k << ' ' << i;
      EXPECT_LE(result->time_errors[i], options.tolerance) << k << ' ' << i;
      const double before = result->snapshots[i > 0 ? i - 1 : 0].chi_squared;
      EXPECT_LE(s.chi_squared, before * (1 + 1e-12) + 1e-24);
      EXPECT_NEAR(s.mean_potential, s.density.expectation(generator->potential()), 1e-14);
    }
    EXPECT_GE(result->smallest_cell, 0);
    EXPECT_LT(result->mass_drift, 1e-12);
  }
}

// A narrow start in a wide box: the extrapolated tails of a long step are negative, so the last stage acts.
TEST(Evolve, StaysNonnegativeWhereExtrapolationIsNot) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-6, 6, 600)});
  const Values x = grid->centers().col(0);
  const auto generator = std::make_shared<Generator>(Values(0.5 * x.square()), grid, Temperature(1));
  Values spike = Values::Zero(600);
  spike.segment(298, 4) = 1;
  const Density start = Density(grid, spike).normalised();
  ExtrapolatedStep step(generator);
  Values next;
  EXPECT_GT(step.propose(start.averages(), 0.2, *Execution().pool, next).clipped_mass, 0);
  EXPECT_EQ(next.minCoeff(), 0);
  EXPECT_NEAR((next * grid->volumes()).sum(), 1, 1e-13);
  EvolutionOptions options;
  options.tolerance = 1e-4;
  const std::vector<double> times = {1e-3, 1e-2, 0.1, 1, 3, 10};
  const auto result = evolve(generator, start, times, options, {});
  ASSERT_TRUE(result.ok()) << result.why();
  EXPECT_GE(result->smallest_cell, 0);
  EXPECT_LT(result->mass_drift, 1e-12);
  for (std::size_t i = 1; i < result->snapshots.size(); ++i)
    EXPECT_LE(result->snapshots[i].chi_squared, result->snapshots[i - 1].chi_squared);
  EXPECT_NEAR(result->snapshots.back().mean_potential, 0.5, 2e-3);
}

// The combination of resolvents is at most one in size on the whole half line: the reason why chi never increases.
TEST(Evolve, ExtrapolationIsBoundedByOneOnEveryMode) {
  const double n[5] = {1, 2, 4, 8, 16};
  for (double lx = -6; lx < 12; lx += 1e-3) {
    const double x = std::pow(10, lx);
    double r = 0;
    for (int i = 0; i < 5; ++i) {
      double weight = 1;
      for (int j = 0; j < 5; ++j)
        if (j != i) weight *= n[i] / (n[i] - n[j]);
      r += weight * std::exp(-n[i] * std::log1p(x / n[i]));
    }
    ASSERT_LE(std::abs(r), 1) << x;
  }
}

// Same bits for any number of threads; stopping and running out of steps leave what was reached.
TEST(Evolve, HonoursItsExecution) {
  std::mt19937_64 random(5);
  const auto generator = random_generator(random_grid(2, 11, true, random), 5, random);
  const Density start = rough_density(generator->shared_grid(), random);
  const double t = 1000 / generator->largest_eigenvalue_bound();
  double seen = 0;
  Execution one, three = Execution::with_threads(3);
  one.progress = [&](double done) {
    EXPECT_GE(done, seen);
    seen = done;
  };
  const auto a = evolve(generator, start, {t / 3, t}, {}, one), b = evolve(generator, start, {t / 3, t}, {}, three);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(seen, 1);
  EXPECT_TRUE((a->snapshots[2].density.averages() == b->snapshots[2].density.averages()).all());
  std::stop_source source;
  source.request_stop();
  one.stop = source.get_token();
  const auto stopped = evolve(generator, start, {t}, {}, one);
  EXPECT_EQ(stopped.status(), Status::interrupted);
  EXPECT_EQ(stopped->snapshots.size(), 1u);
  EXPECT_EQ(evolve(generator, start, {t}, {1e-8, 2}, {}).status(), Status::not_converged);
}

TEST(Evolve, RefusesBadInput) {
  std::mt19937_64 random(6);
  const auto generator = random_generator(random_grid(1, 8, false, random), 5, random);
  const auto other = random_grid(1, 8, true, random);
  const Density start = rough_density(generator->shared_grid(), random);
  EXPECT_THROW((void)evolve(generator, rough_density(other, random), {1}, {}, {}), InvalidArgument);
  EXPECT_THROW((void)evolve(generator, start, {1, 1}, {}, {}), InvalidArgument);
  EXPECT_THROW((void)evolve(generator, start, {-1}, {}, {}), InvalidArgument);
  EXPECT_THROW((void)evolve(generator, start, {1}, {0.0, 10}, {}), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
