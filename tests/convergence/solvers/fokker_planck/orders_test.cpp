#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>

#include "core/law.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/fokker_planck/extrapolated_step.hpp"

namespace sgdlimits {
namespace {

class Gaussian final : public Law {
 public:
  Gaussian(double mean, double sd) : mean_(mean), sd_(sd) {}
  Index dimension() const override { return 1; }
  void sample(const Noise&, Index, PointsOut) const override {}
  void log_density(PointsView x, ValuesOut out, Scratch&) const override {
    out = -0.5 * ((x.col(0) - mean_) / sd_).square();
  }
  std::string description() const override { return "Gaussian"; }

 private:
  double mean_, sd_;
};

std::shared_ptr<const Generator> double_well(Index cells) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-3.2, 3.2, cells)});
  return std::make_shared<Generator>(Values((grid->centers().col(0).square() - 1).square()), grid, Temperature(0.5));
}

// First and second moment of a density that is constant in each cell.
std::array<double, 2> moments(const Density& density) {
  const Axis& axis = density.grid().axis(0);
  const Values x = axis.centers();
  return {density.expectation(x), density.expectation(x.square() + axis.widths().square() / 12)};
}

// Slope of log error in log n over consecutive halvings, all inside (lowest, highest).
void expect_order(const std::vector<double>& errors, double lowest, double highest) {
  for (std::size_t i = 1; i < errors.size(); ++i) {
    const double slope = std::log2(errors[i - 1] / errors[i]);
    EXPECT_GT(slope, lowest) << i << ": " << errors[i - 1] << " -> " << errors[i];
    EXPECT_LT(slope, highest) << i << ": " << errors[i - 1] << " -> " << errors[i];
  }
}

// Moments of d_t rho = div(rho f') + tau rho'' for f = (x^2-1)^2, tau = 1/2, from N(-0.5, 0.3^2), by a spectral
// method on two grids that agree to 4e-7. The last grid's error is an order above that.
TEST(FokkerPlanckInSpace, HasOrderTwoInTheMomentsOfTheDoubleWell) {
  const std::vector<double> times = {0.1, 1, 5};
  const double reference[3][2] = {
      {-0.571611214, 0.50991883}, {-0.538729781, 0.843573961}, {-0.217088943, 0.852136151}};
  std::vector<double> errors[3];
  EvolutionOptions options;
  options.tolerance = 1e-8;
  for (const Index cells : {40, 80, 160, 320, 640}) {
    const auto generator = double_well(cells);
    const auto result =
        evolve(generator, density_of(Gaussian(-0.5, 0.3), generator->shared_grid()), times, options, {});
    ASSERT_TRUE(result.ok()) << result.why();
    for (std::size_t i = 0; i < 3; ++i) {
      const auto m = moments(result->snapshots[i + 1].density);
      errors[i].push_back(std::abs(m[0] - reference[i][0]) + std::abs(m[1] - reference[i][1]));
    }
  }
  for (const auto& e : errors) {
    expect_order(e, 1.75, 2.25);
    EXPECT_LT(e.back(), 2e-4);
  }
}

// The same with Richardson on the two finest grids meets the reference to its stated accuracy.
TEST(FokkerPlanckInSpace, ExtrapolatedMomentsMeetTheReference) {
  const double reference[2] = {-0.217088943, 0.852136151};
  EvolutionOptions options;
  options.tolerance = 1e-9;
  std::array<double, 2> m[2];
  for (int level = 0; level < 2; ++level) {
    const auto generator = double_well(level == 0 ? 1000 : 2000);
    const auto result =
        evolve(generator, density_of(Gaussian(-0.5, 0.3), generator->shared_grid()), {5}, options, {});
    ASSERT_TRUE(result.ok()) << result.why();
    m[level] = moments(result->snapshots[1].density);
  }
  for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR((4 * m[1][k] - m[0][k]) / 3, reference[k], 4e-7);
}

// Fixed steps against the evolution at a tolerance far below, on one grid.
TEST(FokkerPlanckInTime, ImplicitEulerHasOrderOne) {
  const auto generator = double_well(200);
  const Density start = density_of(Gaussian(-0.5, 0.3), generator->shared_grid());
  EvolutionOptions options;
  options.tolerance = 1e-10;
  const auto truth = evolve(generator, start, {1}, options, {});
  ASSERT_TRUE(truth.ok()) << truth.why();
  std::vector<double> errors;
  for (int steps = 40; steps <= 640; steps *= 2) {
    const ImplicitEuler euler(generator, 1.0 / steps);
    Values rho = start.averages();
    for (int k = 0; k < steps; ++k) euler.step(rho);
    errors.push_back(((rho - truth->snapshots[1].density.averages()).abs() * generator->grid().volumes()).sum());
  }
  expect_order(errors, 0.75, 1.25);
}

// On a mode of rate lambda a step multiplies by r(h lambda), r(x) = sum of weights times (1 + x/n)^{-n}.
template <class Real>
Real extrapolated(Real x) {
  Real sum = 0;
  for (int n = 1; n <= 16; n *= 2) {
    Real term = 1;
    for (int m = 1; m <= 16; m *= 2)
      if (m != n) term *= Real(n) / (n - m);
    for (int k = 0; k < n; ++k) term /= 1 + x / n;
    sum += term;
  }
  return sum;
}

// The local error r(x) - e^{-x} is of order six, so the method of order five; its onset is at errors of 1e-10, so
// this needs fifty digits. Fails for a sequence or weights that do not cancel four powers.
TEST(FokkerPlanckInTime, ExtrapolatedStepHasOrderFive) {
  using Real = boost::multiprecision::cpp_bin_float_50;
  std::vector<double> errors;
  for (Real x = Real(1) / 64; x > Real(1) / 4096; x /= 2)
    errors.push_back(static_cast<double>(abs(extrapolated<Real>(x) - exp(-x))));
  expect_order(errors, 5.5, 6.5);
}

// The code's step is that r on a mode (two cells have one), to the rounding of 16 sub-steps times the sum 7.3 of the
// weights' sizes; fails for any wrong weight.
TEST(FokkerPlanckInTime, ExtrapolatedStepMultipliesAModeByItsFactor) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1, 1, 2)});
  const auto generator = std::make_shared<Generator>(Values(Eigen::Array2d(0, 0.4)), grid, Temperature(0.5));
  const double lambda = generator->exit_rate().sum();
  const Values& gibbs = generator->gibbs().averages();
  const Values rho = Eigen::Array2d(0.9, 0.1);
  ExtrapolatedStep step(generator);
  ThreadPool pool(1);
  Values next;
  for (const double x : {0.01, 0.3, 1.0, 3.0, 20.0}) {
    EXPECT_EQ(step.propose(rho, x / lambda, pool, next).clipped_mass, 0);
    EXPECT_NEAR((next(0) - gibbs(0)) / (rho(0) - gibbs(0)), extrapolated(x), 1e-13) << x;
  }
}

// 3-point Gauss in each cell integrates exp of a quadratic to sixth order: moments of a Gaussian law come out far
// better than by midpoint values (error 1e-4 here).
TEST(DensityOfALaw, HasTheMomentsOfTheLaw) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-3, 3, 60)});
  const Density density = density_of(Gaussian(-0.51, 0.3), grid);
  EXPECT_NEAR(density.mass(), 1, 1e-14);
  EXPECT_NEAR(density.expectation(grid->centers().col(0)), -0.51, 1e-7);
}

}  // namespace
}  // namespace sgdlimits
