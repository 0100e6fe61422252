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
  static const auto result = discrete_time_risk_on_a_line(quadratic(), 6, 4096, true, Execution::with_threads(1));
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

// C = -(t/2) e^{-2t} E x_0^2. Fails if the functional or its quadrature is wrong, or its bound too small.
TEST(DiscreteTimeRisk, LeadingTermIsExactOnAQuadratic) {
  ASSERT_EQ(material().leading_term.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) {
    const double t = material().times[i];
    const double expected = -t / 2 * std::exp(-2 * t) * (kMean * kMean + kVariance);
    EXPECT_NEAR(material().leading_term[i].value(), expected, material().leading_term[i].discretisation_bound());
    EXPECT_LT(material().leading_term[i].discretisation_bound(), 1e-6);
  }
}

// Fails if a control is not told from the theorem: order 2, noise that does not vanish, twice the variance.
TEST(DiscreteTimeRisk, IsConsistentOnAQuadraticAndRefutesItsControls) {
  const ClaimReport report = judge_discrete_time_risk(material(), true);
  EXPECT_EQ(report.verdict, Verdict::consistent) << report.why;
  EXPECT_NE(report.why.find("A = 0.25,"), std::string::npos) << report.why;
  ASSERT_EQ(report.controls.size(), 3u);
  for (const ClaimReport& control : report.controls)
    EXPECT_EQ(control.verdict, Verdict::refuted) << control.subject << control.why;
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

// An end that is off by a constant, or by sqrt(s), is no end of order 1; one that is off by s, or of order s^2, is,
// but not with this leading term.
TEST(DiscreteTimeRisk, RefutesPlantedDistances) {
  const auto constant = changed([](const RiskAtRate& at, std::size_t i) { return at.continuous[i].value() + 0.01; });
  EXPECT_EQ(judge_discrete_time_risk(constant, false).comparisons[0].verdict, Verdict::refuted);
  const auto root = changed([](const RiskAtRate& at, std::size_t i) {
    return at.continuous[i].value() + 0.02 * std::sqrt(at.learning_rate);
  });
  EXPECT_EQ(judge_discrete_time_risk(root, false).comparisons[0].verdict, Verdict::refuted);
  const auto linear =
      changed([](const RiskAtRate& at, std::size_t i) { return at.discrete[i].value() + 0.05 * at.learning_rate; });
  EXPECT_EQ(judge_discrete_time_risk(linear, false).comparisons[0].verdict, Verdict::consistent);
  EXPECT_EQ(judge_discrete_time_risk(linear, false).verdict, Verdict::refuted);
}

const auto kSquare = [](const RiskAtRate& at, std::size_t i) {
  return at.continuous[i].value() + at.learning_rate * at.learning_rate;
};

// The theorem bounds: D of order 2 obeys it where C vanishes, and is refuted only where C says otherwise.
TEST(DiscreteTimeRisk, AsksForOrderOneOnlyWhereTheLeadingTermIsNotZero) {
  DiscreteTimeRiskMaterial square = changed(kSquare);
  const ClaimReport told = judge_discrete_time_risk(square, false);
  EXPECT_EQ(told.comparisons[0].verdict, Verdict::consistent);
  EXPECT_EQ(told.verdict, Verdict::refuted);
  for (Measurement& c : square.leading_term) c = Measurement::deterministic(1e-9, 1e-8, Grade::estimate, "planted");
  const ClaimReport none = judge_discrete_time_risk(square, true);
  EXPECT_EQ(none.verdict, Verdict::consistent) << none.why;
  EXPECT_NE(none.why.find("order 1 of D is not asserted"), std::string::npos) << none.why;
  EXPECT_EQ(none.controls.size(), 2u);  // order 2 is no control here
  square.leading_term.clear();          // between walls
  EXPECT_EQ(judge_discrete_time_risk(square, true).verdict, Verdict::consistent);
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
  EXPECT_EQ(discrete_time_risk_on_a_line(plane, 5, 256, false, Execution::with_threads(1)).status(),
            Status::out_of_reach);
}

}  // namespace
}  // namespace sgdlimits
