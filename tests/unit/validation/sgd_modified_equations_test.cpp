// A1: the operators of SGD and of its modified equations against closed forms, and planted violations.
#include "validation/claims/a1_sgd_modified_equations/sgd_modified_equations.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "models/laws/gaussian.hpp"
#include "models/potentials/catalogue.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

// E x^2 at T = 1 for f_g = g x^2/2, a = v = 1, at s = .1, .05, .025, .0125: equation minus SGD, from an independent
// evaluation of the formulas.
TEST(ModifiedEquations, ClosedFormsReproduceTheTable) {
  const ModifiedEquationMaterial exact = exact_modified_equations(4);
  const double first[] = {0.01212, 0.006452, 0.003309, 0.001674};
  const double second[] = {-0.002113, -0.0004872, -0.0001171, -2.873e-05};
  for (std::size_t k = 0; k < 4; ++k) {
    const ModifiedEquationMeans& means = exact.means[0];
    EXPECT_NEAR(means.first[k].value() - means.sgd[k].value(), first[k], first[k] * 1e-3);
    EXPECT_NEAR(means.second[k].value() - means.sgd[k].value(), second[k], -second[k] * 1e-3);
  }
}

constexpr double kMean = 1.5, kVariance = 0.0025;

/// g in {.5, 1.5}: a = 1, v = 1/2.
ClaimProblem random_curvature() {
  Values g(2);
  g << 0.5, 1.5;
  return {.title = "random curvature",
          .potential = std::make_shared<test::RandomCurvature>(g),
          .temperature = LearningRate(0.1).temperature(),
          .initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Constant(1, kMean), std::sqrt(kVariance)),
          .report_times = {1},
          .seed = 1};
}

const ModifiedEquationMaterial& own() {
  static const auto result = modified_equations_on_a_line(random_curvature(), 5, 20000, Execution::with_threads(1));
  EXPECT_TRUE(result.ok()) << result.why();
  return result.value();
}

// Fails if SGD's map, the drift, the noise or the clock of an equation is wrong, or a bound too small.
TEST(ModifiedEquations, OperatorsAgreeWithTheClosedForms) {
  const double start = kMean * kMean + kVariance;
  ASSERT_EQ(own().rates.size(), 5u);
  for (std::size_t k = 0; k < own().rates.size(); ++k) {
    const double s = own().rates[k];
    const ModifiedEquationMeans& square = own().means[1];
    const double sgd = std::pow((1 - s) * (1 - s) + s * s / 4, std::round(1 / s));
    EXPECT_NEAR(square.sgd[k].value(), start * sgd, square.sgd[k].discretisation_bound() + 1e-10);
    EXPECT_NEAR(square.first[k].value(), start * std::exp(-2 + s / 4), square.first[k].discretisation_bound() + 1e-9);
    EXPECT_NEAR(square.second[k].value(), start * std::exp(-2 - s + s / 4),
                square.second[k].discretisation_bound() + 1e-9);
    EXPECT_LT(square.second[k].discretisation_bound(), 1e-3 * s * s);
    EXPECT_NEAR(own().means[0].sgd[k].value(), square.sgd[k].value() / 2, 1e-9);  // f = x^2/2
  }
}

TEST(ModifiedEquations, AreConsistentAndTheControlIsRefuted) {
  const ClaimReport report = judge_modified_equations(exact_modified_equations(7), own(), true);
  EXPECT_EQ(report.verdict, Verdict::consistent) << report.why;
  ASSERT_EQ(report.controls.size(), 1u);
  EXPECT_EQ(report.controls[0].verdict, Verdict::refuted);
}

Verdict verdict_of(const ModifiedEquationMaterial& material) {
  return judge_modified_equations(exact_modified_equations(7), material, false).verdict;
}

// SME-1 in place of SME-2, an SGD that is off by a constant, paths that are off by a tenth.
TEST(ModifiedEquations, PlantedViolationsAreRefuted) {
  ModifiedEquationMaterial swapped = own();
  for (ModifiedEquationMeans& means : swapped.means) means.second = means.first;
  EXPECT_EQ(verdict_of(swapped), Verdict::refuted);
  ModifiedEquationMaterial moved = own();
  for (Measurement& sgd : moved.means[0].sgd)
    sgd = Measurement::deterministic(sgd.value() - 0.05, 1e-10, Grade::estimate, "planted");
  EXPECT_EQ(verdict_of(moved), Verdict::refuted);
  ModifiedEquationMaterial paths = own();
  paths.path_means[1] =
      Measurement::sampled(1.1 * paths.path_means[1].value(), paths.path_means[1].standard_error(), "planted");
  EXPECT_EQ(verdict_of(paths), Verdict::refuted);
}

TEST(ModifiedEquations, DeclineWhatIsNoFiniteSumOnALine) {
  ClaimProblem whole = random_curvature();
  whole.potential = make_potential("double-well");
  EXPECT_EQ(modified_equations_on_a_line(whole, 5, 100, Execution::with_threads(1)).status(), Status::out_of_reach);
}

}  // namespace
}  // namespace sgdlimits
