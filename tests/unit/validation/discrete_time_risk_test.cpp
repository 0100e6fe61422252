// A9 on a quadratic, where both ends are Gaussian and exact, and with planted violations.
#include "validation/claims/a9_discrete_time_risk/discrete_time_risk.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "models/laws/gaussian.hpp"
#include "models/potentials/catalogue.hpp"

namespace sgdlimits {
namespace {

constexpr double kMean = 1.2, kVariance = 0.04, kEnd = 2;

ClaimProblem quadratic() {
  return {.title = "x^2/2",
          .potential = make_potential("quadratic"),
          .temperature = LearningRate(0.5).temperature(),
          .initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Constant(1, kMean), std::sqrt(kVariance)),
          .report_times = {kEnd},
          .seed = 1};
}

const DiscreteTimeRiskMaterial& material() {
  static const auto result = discrete_time_risk_on_a_line(quadratic(), 6, 4096, Execution::with_threads(1));
  EXPECT_TRUE(result.ok()) << result.why();
  return result.value();
}

/// E x^2/2 after k steps of x <- (1 - s) x + s g, and at time t of dX = -X dt + sqrt(s) dB.
double discrete_risk(double s, double t) {
  const double keep = std::pow((1 - s) * (1 - s), std::round(t / s)), limit = s / (2 - s);
  return 0.5 * (keep * (kMean * kMean + kVariance - limit) + limit);
}
double continuous_risk(double s, double t) {
  const double keep = std::exp(-2 * t);
  return 0.5 * (keep * (kMean * kMean + kVariance - s / 2) + s / 2);
}

// Fails if either end, its clock or its temperature is wrong, or an error bound too small.
TEST(DiscreteTimeRisk, BothEndsAreExactOnAQuadratic) {
  const DiscreteTimeRiskMaterial& found = material();
  ASSERT_EQ(found.times.size(), 8u);
  ASSERT_EQ(found.ladder.size(), 6u);
  EXPECT_NEAR(found.lipschitz, 1, 1e-12);
  EXPECT_NEAR(found.minimum.value(), 0, 1e-12);
  for (const RiskAtRate& at : found.ladder) {
    const double s = at.learning_rate;
    for (std::size_t i = 0; i < found.times.size(); ++i) {
      const double t = found.times[i];
      EXPECT_NEAR(at.discrete[i].value(), discrete_risk(s, t), at.discrete[i].discretisation_bound() + 1e-11);
      EXPECT_NEAR(at.continuous[i].value(), continuous_risk(s, t), at.continuous[i].discretisation_bound());
      EXPECT_LT(at.continuous[i].discretisation_bound(), 0.01 * s);  // D is of size s/10
    }
    EXPECT_NEAR(at.gibbs.value(), s / 4, 1e-12);  // eps = d s/4
    EXPECT_NEAR(at.gap.value(), 1, 1e-5);
    EXPECT_NEAR(at.gibbs_deviation, s / 4 * std::sqrt(2), 1e-9);
  }
}

TEST(DiscreteTimeRisk, IsConsistentOnAQuadraticAndSeesOrderTwo) {
  const ClaimReport report = judge_discrete_time_risk(material(), true);
  EXPECT_EQ(report.verdict, Verdict::consistent) << report.why;
  EXPECT_NE(report.why.find("A = 0.25,"), std::string::npos) << report.why;
  ASSERT_EQ(report.controls.size(), 1u);
  EXPECT_EQ(report.controls[0].verdict, Verdict::refuted) << report.controls[0].why;
  EXPECT_LE(report.slack.value(), 1);
}

/// The material with every E f(x_k) replaced.
template <class Change>
DiscreteTimeRiskMaterial changed(const Change& change) {
  DiscreteTimeRiskMaterial found = material();
  for (RiskAtRate& at : found.ladder)
    for (std::size_t i = 0; i < at.discrete.size(); ++i)
      at.discrete[i] = Measurement::deterministic(change(at, i), 1e-12, Grade::estimate, "planted");
  return found;
}

// An end that is off by a constant, or by sqrt(s), is no end of order 1.
TEST(DiscreteTimeRisk, RefutesPlantedDistances) {
  const auto constant = changed([](const RiskAtRate& at, std::size_t i) { return at.continuous[i].value() + 0.01; });
  EXPECT_EQ(judge_discrete_time_risk(constant, false).verdict, Verdict::refuted);
  const auto root = changed([](const RiskAtRate& at, std::size_t i) {
    return at.continuous[i].value() + 0.02 * std::sqrt(at.learning_rate);
  });
  EXPECT_EQ(judge_discrete_time_risk(root, false).verdict, Verdict::refuted);
  const auto square = changed([](const RiskAtRate& at, std::size_t i) {
    return at.continuous[i].value() + at.learning_rate * at.learning_rate;
  });
  EXPECT_EQ(judge_discrete_time_risk(square, false).verdict, Verdict::refuted);
}

// A chi(0) a thousand times too small breaks the bound where the transient fills it.
TEST(DiscreteTimeRisk, RefutesABrokenBound) {
  DiscreteTimeRiskMaterial found = material();
  for (RiskAtRate& at : found.ladder) at.initial_chi *= 1e-3;
  EXPECT_EQ(judge_discrete_time_risk(found, false).verdict, Verdict::refuted);
}

TEST(DiscreteTimeRisk, DeclinesWhatIsOutsideOfTheTheorem) {
  DiscreteTimeRiskMaterial steep = material();
  steep.lipschitz = 1.1 / steep.ladder.front().learning_rate;
  EXPECT_EQ(judge_discrete_time_risk(steep, false).verdict, Verdict::not_applicable);
  ClaimProblem plane = quadratic();
  plane.potential = make_potential("mexican-hat");
  EXPECT_EQ(discrete_time_risk_on_a_line(plane, 5, 256, Execution::with_threads(1)).status(), Status::out_of_reach);
}

}  // namespace
}  // namespace sgdlimits
