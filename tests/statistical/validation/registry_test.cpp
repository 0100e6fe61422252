#include "validation/claims/registry.hpp"

#include <gtest/gtest.h>

#include "models/laws/gaussian.hpp"
#include "models/potentials/catalogue.hpp"

namespace sgdlimits {
namespace {

std::string describe(const ClaimReport& report) {
  std::string text = report.id + " " + report.subject + ": " + to_string(report.verdict) + " - " + report.why + "\n";
  for (const Hypothesis& h : report.hypotheses)
    text += "  " + std::string(h.holds ? "holds: " : "FAILS: ") + h.statement + " (" + h.evidence + ")\n";
  for (const Comparison& c : report.comparisons)
    text += "  " + to_string(c.verdict) + ": " + c.quantity + " " + std::to_string(c.prediction.value()) + " +- " +
            std::to_string(c.prediction.discretisation_bound()) + " / " + std::to_string(c.measurement.value()) +
            " +- " + std::to_string(c.measurement.discretisation_bound()) + " se " +
            std::to_string(c.measurement.standard_error()) + " | " + c.rule + "\n";
  return text;
}

class EveryClaim : public testing::TestWithParam<std::size_t> {};

// The theorem holds on the default problem, and every control is refuted at the same sample size. Fails if either
// end, the comparison or a control loses its power.
TEST_P(EveryClaim, IsConsistentAndItsControlsAreRefuted) {
  const ClaimEntry& entry = claim_registry().at(GetParam());
  const Result<ClaimReport> report =
      entry.check(entry.default_problem(), Effort::quick, true, Execution::with_threads(2));
  ASSERT_TRUE(report.ok()) << report.why();
  EXPECT_EQ(report->id, entry.id);
  EXPECT_EQ(report->verdict, Verdict::consistent) << describe(report.value());
  EXPECT_FALSE(report->controls.empty());
  for (const ClaimReport& control : report->controls) {
    EXPECT_EQ(control.expected, Verdict::refuted);
    EXPECT_EQ(control.verdict, Verdict::refuted) << describe(control);
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryClaim, testing::Range<std::size_t>(0, claim_registry().size()),
                         [](const auto& entry) { return claim_registry().at(entry.param).id; });

// A Gaussian start for a quartic well is not in L2(1/mu): chi(0) grows with the box, so A4 must decline.
TEST(ChiDecay, DeclinesAnInadmissibleStart) {
  ClaimProblem problem = claim_registry().at(3).default_problem();
  problem.initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Constant(1, 1.0), 0.5);
  const Result<ClaimReport> report =
      claim_registry().at(3).check(problem, Effort::quick, false, Execution::with_threads(1));
  ASSERT_TRUE(report.ok()) << report.why();
  EXPECT_EQ(report->verdict, Verdict::not_applicable) << describe(report.value());
}

}  // namespace
}  // namespace sgdlimits
