#include "validation/claims/three_grids.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/errors.hpp"
#include "models/laws/gaussian.hpp"
#include "models/potentials/catalogue.hpp"
#include "validation/claims/law_comparison.hpp"

namespace sgdlimits {
namespace {

// v(h) = truth + a h^2 + b h^4. Fails if the correction has the wrong factor, if the bound misses what is left (by
// either sign of b) or is wasteful.
TEST(Refine, TakesSecondOrderOffAndBoundsTheRest) {
  for (const double b : {-0.4, 0.1, 2.0}) {
    const auto v = [&](double h) { return 3 + h * h + b * std::pow(h, 4); };
    const RefinedNumber r = refine(v(0.1), v(0.2), v(0.4));
    EXPECT_TRUE(r.extrapolated) << r.order;
    EXPECT_LE(std::abs(r.value - 3), r.bound);
    EXPECT_LE(r.bound, 100 * std::abs(r.value - 3));
    EXPECT_LE(r.bound, 0.5 * std::abs(v(0.1) - 3));
  }
}

// A planted wrong order, a change of sign and an accidental agreement of the two finest: the value must stay and the
// bound hold. Fails if the fall-back is not taken or trusts the finer difference alone.
TEST(Refine, FallsBackWhereTheOrderIsNotTwo) {
  const auto check = [](double fine, double middle, double coarse) {
    const RefinedNumber r = refine(fine, middle, coarse);
    EXPECT_FALSE(r.extrapolated) << r.order;
    EXPECT_EQ(r.value, fine);
    EXPECT_LE(std::abs(fine - 3), r.bound);
  };
  check(3.1, 3.2, 3.4);                      // first order
  check(3.001, 3.008, 3.064);                // third
  check(3.1, 2.8, 3.4);                      // not monotone
  check(3 - 0.0075, 3 - 0.0075, 3 - 0.187);  // h^2 - h^4/4: the first two agree
  const RefinedNumber exact = refine(3, 3, 3);
  EXPECT_EQ(exact.value, 3);
  EXPECT_EQ(exact.bound, 0);
}

TEST(FineGridBound, HoldsForFirstAndSecondOrder) {
  EXPECT_DOUBLE_EQ(fine_grid_bound(0.3, 1.2), 0.2);  // second order: the error is 0.1
  EXPECT_GE(fine_grid_bound(0.1, 0.2), 0.1);         // first order: the error is 0.1
}

// f = x^2/2 at tau = 1 from N(1.5, 0.5): X_t ~ N(1.5 e^{-t}, 1 - 0.5 e^{-2t}) and chi in closed form.
class OrnsteinUhlenbeckGrids : public testing::Test {
 protected:
  std::shared_ptr<const Potential> potential_ = make_potential("quadratic");
  std::vector<Observable> observables_ = law_observables(*potential_);  // f, x, x^2
  std::vector<double> times_{0.25, 0.5, 1, 2, 3};
  std::vector<std::shared_ptr<const Generator>> generators_;
  std::vector<Evolution> evolutions_;

  void SetUp() override {
    for (const Index cells : {96, 48, 24}) {
      const auto grid = std::make_shared<const Grid>(std::vector<Axis>{Axis::uniform(-8, 8, cells)});
      generators_.push_back(std::make_shared<const Generator>(*potential_, grid, Temperature(1)));
      const GaussianLaw start(Eigen::VectorXd::Constant(1, 1.5), std::sqrt(0.5));
      EvolutionOptions options;
      options.tolerance = 1e-10;
      Result<Evolution> run =
          evolve(generators_.back(), density_of(start, grid), times_, options, Execution::with_threads(1));
      ASSERT_TRUE(run.ok()) << run.why();
      evolutions_.push_back(std::move(run).value());
    }
  }
  GridRun run(std::size_t k) const { return {evolutions_[k], *generators_[k]}; }
  static double mean(double t) { return 1.5 * std::exp(-t); }
  static double variance(double t) { return 1 - 0.5 * std::exp(-2 * t); }
  static double log_chi(double t) {
    const double m = mean(t), v = variance(t);
    return 0.5 * std::log(std::exp(m * m / (2 - v)) / std::sqrt(v * (2 - v)) - 1);
  }
};

// The bound contains the true error at every time, and over the times (an error may pass through 0) is at most a
// hundred times it. Fails if the order is not seen, an error is left out of a bound, or extrapolation gains nothing.
TEST_F(OrnsteinUhlenbeckGrids, BoundsContainTheTruth) {
  const ThreeGrids grids = three_grids(run(0), run(1), run(2), observables_);
  ASSERT_EQ(grids.log_chi.size(), times_.size() + 1);
  std::map<std::string, std::pair<double, double>> worst;  // error, bound
  const auto holds = [&](const Measurement& m, double truth, const std::string& what, const std::string& when) {
    const double error = std::abs(m.value() - truth);
    EXPECT_LE(error, m.discretisation_bound() + 1e-12) << what << when << ": " << m.how();
    auto& [largest_error, largest_bound] = worst[what];
    largest_error = std::max(largest_error, error);
    largest_bound = std::max(largest_bound, m.discretisation_bound());
  };
  for (std::size_t k = 1; k < grids.log_chi.size(); ++k) {
    const double t = times_[k - 1], before = k == 1 ? 0 : times_[k - 2], m = mean(t), v = variance(t);
    const std::string when = " at " + std::to_string(t);
    holds(*grids.log_chi[k], log_chi(t), "log chi", when);
    holds(*grids.log_chi_step[k], log_chi(t) - log_chi(before), "step", when);
    holds(grids.means[k][0], (m * m + v) / 2, "E f", when);
    holds(grids.means[k][1], m, "E x", when);
    holds(grids.means[k][2], m * m + v, "E x^2", when);
    const double unrefined = std::abs(0.5 * std::log(evolutions_[0].snapshots[k].chi_squared) - log_chi(t));
    EXPECT_LE(std::abs(grids.log_chi[k]->value() - log_chi(t)), unrefined / 5) << when;
    EXPECT_NEAR(grids.chi(k)->value(), std::exp(log_chi(t)), 1e-3 * std::exp(log_chi(t)));
    EXPECT_NEAR(grids.chi_squared(k)->value(), std::exp(2 * log_chi(t)), 2e-3 * std::exp(2 * log_chi(t)));
    const Measurement alone =
        refined_mean(observables_[2], evolutions_[0].snapshots[k].density, evolutions_[1].snapshots[k].density,
                     evolutions_[2].snapshots[k].density, evolutions_[0].time_errors[k]);
    EXPECT_EQ(alone.value(), grids.means[k][2].value());
    EXPECT_EQ(alone.discretisation_bound(), grids.means[k][2].discretisation_bound());
  }
  for (const auto& [what, pair] : worst) EXPECT_LE(pair.second, 100 * pair.first) << what;
  EXPECT_NEAR(grids.gibbs_means[2].value(), 1, grids.gibbs_means[2].discretisation_bound() + 1e-12);
}

// The L1 error of the fine density against the exact one: contained, at most a hundred times too large.
TEST_F(OrnsteinUhlenbeckGrids, L1BoundsContainTheTruth) {
  const ThreeGrids grids = three_grids(run(0), run(1), run(2), observables_);
  for (std::size_t k = 1; k < grids.l1.size(); ++k) {
    const double t = times_[k - 1];
    const auto grid = generators_[0]->shared_grid();
    const GaussianLaw law(Eigen::VectorXd::Constant(1, mean(t)), std::sqrt(variance(t)));
    const double error =
        ((density_of(law, grid).averages() - evolutions_[0].snapshots[k].density.averages()).abs() * grid->volumes())
            .sum();
    EXPECT_LE(error, grids.l1[k]);
    EXPECT_LE(grids.l1[k], 100 * error);
  }
}

TEST_F(OrnsteinUhlenbeckGrids, WantsHalvedGridsAndEqualTimes) {
  EXPECT_THROW(three_grids(run(0), run(2), run(1), observables_), InvalidArgument);
  Evolution fewer = evolutions_[1];
  fewer.snapshots.pop_back();
  EXPECT_THROW(three_grids(run(0), {fewer, *generators_[1]}, run(2), observables_), InvalidArgument);
}

// Where chi is infinite (it overflowed) nothing is said, instead of a number that means nothing.
TEST_F(OrnsteinUhlenbeckGrids, SaysNothingOfAnInfiniteChi) {
  Evolution infinite = evolutions_[0];
  infinite.snapshots[2].chi_squared = INFINITY;
  const ThreeGrids grids = three_grids({infinite, *generators_[0]}, run(1), run(2), observables_);
  EXPECT_FALSE(grids.log_chi[2] || grids.log_chi_step[2] || grids.log_chi_step[3] || grids.chi_squared(2));
  EXPECT_TRUE(grids.log_chi_step[1] && grids.log_chi[3]);
}

}  // namespace
}  // namespace sgdlimits
