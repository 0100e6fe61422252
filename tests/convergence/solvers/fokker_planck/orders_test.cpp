#include <gtest/gtest.h>

#include <cmath>

#include "core/law.hpp"
#include "solvers/fokker_planck/evolution.hpp"

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
