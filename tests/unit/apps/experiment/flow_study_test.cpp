// Flow studies in experiment files.
#include <gtest/gtest.h>

#include <cmath>

#include "apps/experiment/run.hpp"
#include "support/folder.hpp"
#include "support/message_of.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

/// Two wells, +-1, and a Gaussian start N(0.5, 1): the right basin has the share Phi(1/2) = .6914625.
const std::string kWells = R"TOML(title = "wells"
[potential]
kind = "formula"
formula = "x^4/4 - x^2/2"
[dynamics]
temperature = 0.1
initial = {kind = "gaussian", mean = 0.5, sd = 1.0}
until = 40.0
report_at = [1.0, 40.0]
observe = ["loss", "x"]
[[study]]
name = "fall"
kind = "flow"
starts = 4000
)TOML";

std::optional<Measurement> row(const RunResults& results, const std::string& quantity,
                               std::optional<double> time = std::nullopt) {
  for (const MeasurementRow& row : results.measurements)
    if (row.quantity == quantity && row.time == time) return row.measurement;
  ADD_FAILURE() << "no row " << quantity;
  return std::nullopt;
}

// Fails for a wrong start, clock, end or share.
TEST(FlowStudy, MeasuresBasins) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", kWells));
  const Result<RunResults> results = run_experiment(experiment, {}, Execution::with_threads(2));
  ASSERT_TRUE(results.ok()) << results.why();
  const StudyOutcome& outcome = results->studies.front();
  ASSERT_EQ(outcome.report.status, Status::ok) << outcome.report.why;
  const Measurement share = *row(results.value(), "end 1, share of the starts");
  EXPECT_NEAR(share.value(), 0.6914625, Measurement::kLevelOneInAMillion * std::sqrt(0.69 * 0.31 / 4000));
  EXPECT_NEAR(row(results.value(), "end 1, x")->value(), 1, 1e-6);
  EXPECT_NEAR(row(results.value(), "end 2, x")->value(), -1, 1e-6);
  EXPECT_NEAR(row(results.value(), "end 1, f")->value(), -0.25, 1e-9);
  EXPECT_NEAR(row(results.value(), "mean loss", 40.0)->value(), -0.25, 1e-6);
  EXPECT_GT(row(results.value(), "mean loss", 0.0)->value(), row(results.value(), "mean loss", 1.0)->value());
  EXPECT_LT(row(results.value(), "largest gradient", 40.0)->value(), 1e-6);
  EXPECT_LT(row(results.value(), "largest f", 1.0)->discretisation_bound(), 1e-6);
}

// From a point there is one start: x(1) = x e/sqrt(1 + x^2 (e^2 - 1)), within the stated bound.
TEST(FlowStudy, StartsAtAPoint) {
  const Folder folder;
  const std::string point =
      with(with(kWells, "{kind = \"gaussian\", mean = 0.5, sd = 1.0}", "{kind = \"point\", x = 2}"),
           "starts = 4000\n", "tolerance = 1e-7\n");
  const Result<RunResults> results =
      run_experiment(load_experiment(folder.write("e.toml", point)), {}, Execution::with_threads(1));
  ASSERT_TRUE(results.ok()) << results.why();
  const Measurement x = *row(results.value(), "mean x", 1.0);
  const double exact = 2 * std::exp(1.0) / std::sqrt(1 + 4 * (std::exp(2.0) - 1));
  EXPECT_LE(std::abs(x.value() - exact), x.discretisation_bound());
  EXPECT_EQ(x.standard_error(), 0);
  EXPECT_LT(x.discretisation_bound(), 1e-5);
}

TEST(FlowStudy, SaysWhatItCannotDo) {
  EXPECT_NE(message_of(with(with(kWells, "{kind = \"gaussian\", mean = 0.5, sd = 1.0}", "{kind = \"point\", x = 2}"),
                            "starts = 4000", "starts = 2"))
                .find("study.fall.starts is 2 but the initial law is one point"),
            std::string::npos);
  EXPECT_NE(message_of(with(kWells, "starts = 4000", "tolerance = 1")).find("study.fall.tolerance is 1"),
            std::string::npos);
  EXPECT_NE(message_of(with(kWells, "starts = 4000", "stars = 4")).find("did you mean \"starts\"?"),
            std::string::npos);
  const Folder folder;
  const Result<RunResults> results = run_experiment(
      load_experiment(folder.write("e.toml", with(kWells, "x^4/4 - x^2/2", "-x^4"))), {}, Execution::with_threads(1));
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(results->studies.front().report.status, Status::blew_up);
}

}  // namespace
