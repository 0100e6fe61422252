// Claims about SGD on the studies of a file: the right studies, their batches and rates, and the reasons why not.
#include <gtest/gtest.h>

#include "apps/experiment/run.hpp"
#include "support/folder.hpp"
#include "support/message_of.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

std::vector<ClaimReport> claims_of(const std::string& text) {
  const Folder folder;
  const Result<RunResults> results =
      run_experiment(load_experiment(folder.write("e.toml", text)), {}, Execution::with_threads(2));
  EXPECT_TRUE(results.ok()) << results.why();
  return results->claims;
}

void expect_as_expected(const std::vector<ClaimReport>& reports) {
  for (const ClaimReport& report : reports) {
    EXPECT_TRUE(report.as_expected()) << report.id << " on " << report.subject << ": " << to_string(report.verdict)
                                      << ", " << report.why;
    if (report.verdict == Verdict::not_applicable) continue;
    EXPECT_FALSE(report.controls.empty()) << report.id;
    for (const ClaimReport& control : report.controls)
      EXPECT_EQ(control.verdict, Verdict::refuted)
          << report.id << " on " << report.subject << ", " << control.subject;
  }
}

const std::string kLeastSquares = R"TOML(title = "Least squares"
[potential]
kind = "formula"
formula = "0.5*a*x^2 - b*x"
variables = ["x"]
samples = {a = [1.0, 0.64, 0.36], b = [1.0, -0.4, 0.18]}
[dynamics]
learning_rate = 0.5
initial = {kind = "gaussian", mean = 0.0, sd = 0.5}
until = 1.0
[[study]]
name = "sgd"
kind = "sgd"
batch = 2
replacement = "without"
paths = 100
[[study]]
name = "nesterov"
kind = "sgd"
batch = 1
momentum = {kind = "nesterov", beta = 0.5}
paths = 100
[[study]]
name = "operator"
kind = "sgd-operator"
cells = 400
[claims]
check = ["A11", "H1", "H2"]
expect.nesterov = {H1 = "not applicable", H2 = "not applicable"}
)TOML";

// Without replacement the covariance is half of that with it, which a control offers and which must be refuted: fails
// if a study's batches do not arrive in its claim. Momentum is outside of the theorems. Order of reports: by claim.
TEST(SgdClaims, AreJudgedOnTheStudiesThatTheyAreAbout) {
  const std::vector<ClaimReport> reports = claims_of(kLeastSquares);
  std::vector<std::string> ids;
  for (const ClaimReport& report : reports) ids.push_back(report.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"A11", "H1", "H1", "H1", "H2", "H2", "H2"}));
  expect_as_expected(reports);
  EXPECT_EQ(reports[0].subject, "operator (B = 1, with replacement)");
  EXPECT_EQ(reports[1].controls.size(), 2u);
  EXPECT_NE(reports[2].why.find("nesterov momentum"), std::string::npos) << reports[2].why;
}

// Hypotheses that fail: a quartic term, equal curvatures, a law that is Gaussian as far as 4e5 paths reach.
TEST(SgdClaims, SayWhyTheyDoNotApply) {
  const std::string tail = "check = [\"H2\"]\ncontrols = false\n";
  const auto only = [&](const std::string& from, const std::string& to) {
    const std::string text = with(with(kLeastSquares, from, to), "check = [\"A11\", \"H1\", \"H2\"]\n", tail);
    const ClaimReport report =
        claims_of(with(text, "expect.nesterov = {H1 = \"not applicable\", H2 = \"not applicable\"}\n", "")).front();
    EXPECT_EQ(report.verdict, Verdict::not_applicable);
    return report.why;
  };
  EXPECT_NE(only("- b*x", "- b*x + 0.1*x^4").find("a term is not quadratic"), std::string::npos);
  EXPECT_NE(only("[1.0, 0.64, 0.36]", "[1.0, 1.0, 1.0]").find("the noise is additive"), std::string::npos);
  // pairs of curvature .25, .25, -.1
  EXPECT_NE(only("[1.0, 0.64, 0.36]", "[0.6, -0.1, -0.1]").find("paths show up to"), std::string::npos);
}

const std::string kTwoCurvatures = R"TOML(title = "Two curvatures"
[potential]
kind = "formula"
formula = "0.5*g*x^2"
variables = ["x"]
samples = {g = [0.5, 1.5]}
[dynamics]
learning_rate = 0.1
initial = {kind = "gaussian", mean = 1.5, sd = 0.05}
until = 1.0
[[study]]
name = "sgd"
kind = "sgd"
batch = 1
paths = 20000
[[study]]
name = "sme1"
kind = "sgd-modified-equation"
order = 1
batch = 1
step = 0.02
paths = 20000
[claims]
check = ["A1"]
)TOML";

// Orders by the ladder (8 rows), two means of each study. SME-1 and SGD differ by ten per cent at this rate: fails if
// a study is compared with another end, or if an equation of other batches is taken for this SGD's.
TEST(SgdClaims, ModifiedEquationsAreTiedToTheirStudies) {
  const std::vector<ClaimReport> reports = claims_of(kTwoCurvatures);
  ASSERT_EQ(reports.size(), 1u);
  expect_as_expected(reports);
  EXPECT_EQ(reports[0].comparisons.size(), 12u);
  const std::string wider = with(kTwoCurvatures, "batch = 1\nstep", "batch = 2\nstep");
  EXPECT_NE(message_of(wider).find("A1 is checked on an sgd study with mini-batch noise and"), std::string::npos)
      << message_of(wider);
}

const std::string kRisk = R"TOML(title = "Rippled parabola"
[potential]
kind = "formula"
formula = "x^2/2 + cos(2*x)/2"
[dynamics]
learning_rate = 0.25
initial = {kind = "gaussian", mean = 1.3, sd = 0.2}
until = 2.0
[[study]]
name = "sgd"
kind = "sgd"
noise = "isotropic"
paths = 20000
[[study]]
name = "particles"
kind = "langevin"
step = 0.02
paths = 20000
[claims]
check = ["A9"]
)TOML";

// One ladder for both ends, each tied to its own paths; L = 3. Fails if a study is tied to the other end: E f differs
// by a tenth of its deviation at s = 1/4.
TEST(SgdClaims, DiscreteTimeRiskIsTiedToBothKindsOfStudies) {
  const std::vector<ClaimReport> reports = claims_of(kRisk);
  ASSERT_EQ(reports.size(), 2u);
  expect_as_expected(reports);
  for (const ClaimReport& report : reports)
    EXPECT_NE(report.comparisons.back().quantity.find("the study's paths"), std::string::npos);
  const std::vector<ClaimReport> fast =
      claims_of(with(with(kRisk, "check = [\"A9\"]", "check = [\"A9\"]\ncontrols = false"), "0.25", "0.5"));
  EXPECT_EQ(fast.front().verdict, Verdict::not_applicable);
  EXPECT_NE(fast.front().why.find("above 1/L"), std::string::npos) << fast.front().why;
}

// A claim without a study that it is about. Fails if it is passed over in silence.
TEST(SgdClaims, AClaimWithoutAStudyIsRefused) {
  EXPECT_EQ(message_of(with(kRisk, "\"A9\"", "\"A11\"")),
            "A11 is checked on an sgd-operator study, which the file does not have; add it, or leave the claim out");
}

}  // namespace
