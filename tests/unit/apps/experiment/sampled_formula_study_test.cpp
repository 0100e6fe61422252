// Formulas of fresh samples and the exact modified equation, from the file to the run.
#include <gtest/gtest.h>

#include "apps/experiment/run.hpp"
#include "models/data/column_laws.hpp"
#include "models/formula/sampled_formula.hpp"
#include "support/experiments.hpp"
#include "support/folder.hpp"
#include "support/message_of.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

const std::string kFile = R"TOML([run]
seed = 7
[potential]
kind = "formula"
formula = "x^2/2 - z*x + b*x*(a - 2)"
variables = ["x"]
parameters = {b = 0.5}
[potential.data]
law = "independent-columns"
columns.z = {law = "mixture", parts.low = {probability = 0.25, law = "gaussian", mean = -1, sd = 0.5}, parts.high = {probability = 0.75, law = "uniform", lower = 0, upper = 2}}
columns.a = {law = "exponential", mean = 2}
[dynamics]
learning_rate = 0.5
initial = {kind = "gaussian", mean = 1.0, sd = 0.1}
until = 2.0
observe = ["x", "x^2"]
[[study]]
name = "online"
kind = "sgd"
batch = 2
paths = 2000
[[study]]
name = "exact"
kind = "sgd-modified-equation"
order = "exact"
batch = 2
step = 1.0
paths = 2000
)TOML";

Experiment loaded(const std::string& text) {
  const Folder folder;
  return load_experiment(folder.write("e.toml", text));
}

std::string refusal(const std::string& from, const std::string& to) { return message_of(with(kFile, from, to)); }

// The file's potential is the library's: the same risk and the same bits of a sample's gradient. A part's probability
// read as another's, or mean and sd exchanged, fails.
TEST(SampledFormulaFile, IsTheLibrarysFormula) {
  const Problem problem = loaded(kFile).problems.front();
  ASSERT_TRUE(problem.sampled);
  EXPECT_FALSE(problem.sum);
  const auto z = mixture_column({{0.25, gaussian_column(-1, 0.5)}, {0.75, uniform_column(0, 2)}});
  const auto same =
      quadrature_risk({"x^2/2 - z*x + b*x*(a - 2)", {"x"}, {{"b", 0.5}}, {{"z", z}, {"a", exponential_column(2)}}});
  Points x(16, 1), g(16, 1), h(16, 1);
  Noise(1, Stream::test).normals(0, 0, x);
  EXPECT_TRUE((values(*problem.potential, x) == values(*same, x)).all());
  Scratch scratch;
  const Noise noise(3, Stream::sample);
  problem.sampled->sample_gradient(x, noise, 0, 5, 2, g, scratch);
  same->sample_gradient(x, noise, 0, 5, 2, h, scratch);
  EXPECT_TRUE((g == h).all());
}

// The resolved file resolves to itself, with quadrature and with a test sample, whose seed it keeps.
TEST(SampledFormulaFile, ResolvesToItself) {
  for (const std::string& text :
       {kFile, with(kFile, "law = \"independent-columns\"", "law = \"independent-columns\"\nnodes = 12"),
        with(kFile, "law = \"independent-columns\"", "law = \"independent-columns\"\ntest_samples = 50")}) {
    const Experiment first = loaded(text);
    const std::string resolved = resolved_toml(first);
    EXPECT_EQ(resolved_toml(loaded(resolved)), resolved);
    const Points x = Points::Constant(8, 1, 0.3);
    EXPECT_TRUE((values(*loaded(with(resolved, "seed = 7", "seed = 9")).problems.front().potential, x) ==
                 values(*first.problems.front().potential, x))
                    .all());
  }
}

TEST(SampledFormulaFile, RefusesWithTheRemedy) {
  EXPECT_EQ(refusal("law = \"exponential\"", "law = \"exponental\""),
            "potential.data.columns.a.law is \"exponental\" but must be one of gaussian, uniform, rademacher, "
            "exponential, lognormal, mixture; did you mean \"exponential\"?");
  EXPECT_EQ(refusal("upper = 2", "upper = -2"), "upper is -2 but must be greater than lower = 0");
  EXPECT_EQ(refusal("probability = 0.75", "probability = 0.7"),
            "sum of the probabilities of parts is 0.95 but must be 1");
  EXPECT_EQ(refusal("probability = 0.75, ", ""),
            "[potential.data.columns.z.parts.high] has no key \"probability\"; it has no default, so write it");
  EXPECT_EQ(refusal("[potential.data]", "samples = {z = [1.0]}\n[potential.data]"),
            "potential.samples are finite data, but potential.data is a law; take one of them");
  EXPECT_EQ(refusal("law = \"independent-columns\"", "law = \"independent-columns\"\nnodes = 8\ntest_samples = 9"),
            "potential.data.nodes is for a risk by quadrature, but there are potential.data.test_samples");
  EXPECT_EQ(refusal("law = \"independent-columns\"", "law = \"independent-columns\"\nseed = 8"),
            "potential.data.seed is for potential.data.test_samples");
  EXPECT_EQ(refusal("(a - 2)", "2"),
            "sample symbol a is not in the formula \"x^2/2 - z*x + b*x*2\" but must be in the formula; did you mean "
            "\"x\"?");
  // a lognormal sample has no exponential moment
  const std::string heavy = refusal("b*x*(a - 2)\"", "b*exp(a*x)\"");
  EXPECT_NE(heavy.find("the population risk is not reached by quadrature"), std::string::npos) << heavy;
  EXPECT_EQ(refusal("batch = 2\nstep", "replacement = \"with\"\nbatch = 2\nstep"),
            "study.exact.replacement is for finite data, but the samples have a law");
  EXPECT_EQ(refusal("order = \"exact\"", "order = \"exakt\""),
            "study.exact.order is \"exakt\" but must be one of exact; did you mean \"exact\"?");
}

// Only a quadratic with one covariance has the exact equation; a net on a law knows no covariance at all.
TEST(SampledFormulaFile, ExactEquationIsForQuadraticsAlone) {
  EXPECT_EQ(refusal("x^2/2", "0.8*x^2"), "accepted");
  EXPECT_NE(refusal("x^2/2", "x^4/4").find("the Hessian is different by"), std::string::npos);
  EXPECT_NE(refusal("- z*x", "- z*x^2/2").find("the covariance of the gradient is different by"), std::string::npos);
  EXPECT_NE(refusal("x^2/2", "3*x^2/2").find("SGD jumps across the minimum, which no diffusion does"),
            std::string::npos);
  EXPECT_EQ(refusal("order = \"exact\"", "order = 3"), "study.exact.order is 3 but must be at least 1 and at most 2");
}

// x' = x/2 + (z mean + b (a - 2))/2 for online SGD, so that after 4 steps E x = m + (1 - m)/16, m = E z = 1/2, and
// Var x = 0.01/256 + (1/4) C (1 + 1/4 + 1/16 + 1/64), C = (Var z + Var a/4)/2; the exact equation has the same at its
// own two steps. 2000 paths, the level 1e-6 (|t| < 5.2); a variance with batch 1 would be twice as large: |t| > 10.
TEST(SampledFormulaFile, OnlineSgdAndTheExactEquationRun) {
  const Result<RunResults> run = run_experiment(loaded(kFile), {}, {});
  ASSERT_TRUE(run.ok());
  const double m = 0.5 + 0.5 / 16, variance_z = 0.25 * 1.25 + 0.75 * 4 / 3 - 0.25,
               noise = (variance_z + 0.25 * 4) / 2,
               v = 0.01 / 256 + 0.25 * noise * (1 + 1.0 / 4 + 1.0 / 16 + 1.0 / 64);
  int seen = 0;
  for (const StudyOutcome& study : run->studies) {
    ASSERT_TRUE(study.ensemble) << study.report.why;
    if (seen == 0) {  // said once
      ASSERT_FALSE(study.remarks.empty());
      EXPECT_EQ(study.remarks.back().find("f is a mean by quadrature: 8 nodes"), 0u) << study.remarks.back();
    }
    const Values x = study.ensemble->snapshots.back().col(0), square = (x - m).square();
    const double root = std::sqrt(static_cast<double>(x.size()));
    EXPECT_LT(std::abs(x.mean() - m) * root / std::sqrt(v), 5.2) << study.name;
    const double sd = std::sqrt((square - square.mean()).square().mean());
    EXPECT_LT(std::abs(square.mean() - v) * root / sd, 5.2) << study.name;
    EXPECT_GT(std::abs(square.mean() - 2 * v) * root / sd, 10) << study.name;
    ++seen;
  }
  EXPECT_EQ(seen, 2);
}

// A kink at the samples with nodes given: the run measures the rule's error where the paths are, and does not show
// numbers that it spoils.
TEST(SampledFormulaFile, RunRefusesARuleThatIsOff) {
  std::string text = with(kFile, "b*x*(a - 2)\"", "b*abs(a - 5*x)\"");
  text = with(text, "law = \"independent-columns\"", "law = \"independent-columns\"\nnodes = 16");
  text = text.substr(0, text.find("[[study]]\nname = \"exact\""));
  const Result<RunResults> run = run_experiment(loaded(text), {}, {});
  ASSERT_TRUE(run.ok());
  const StudyOutcome& study = run->studies.front();
  EXPECT_EQ(study.report.status, Status::not_converged);
  EXPECT_NE(study.report.why.find("raise nodes, or write test_samples"), std::string::npos) << study.report.why;
  EXPECT_FALSE(study.ensemble);
  EXPECT_TRUE(run->measurements.empty());
}

}  // namespace
