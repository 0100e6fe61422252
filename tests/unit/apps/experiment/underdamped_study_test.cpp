// Underdamped schemes in experiment files.
#include <gtest/gtest.h>

#include <cmath>

#include "apps/experiment/run.hpp"
#include "support/folder.hpp"
#include "support/message_of.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

/// A harmonic well of curvature 2 at temperature 0.6, started in its Gibbs measure.
const std::string kWell = R"TOML(title = "harmonic"
run = {seed = 11}
[potential]
kind = "formula"
formula = "x^2"
[dynamics]
temperature = 0.6
initial = {kind = "gibbs", temperature_ratio = 0.5}
until = 20.0
report_at = [1.0, 20.0]
observe = ["x^2"]
[[study]]
name = "kinetic"
kind = "langevin"
scheme = "obabo"
step = 0.5
friction = 1.5
mass = 0.5
paths = 40000
)TOML";

// OBABO at h = .5, k = 2, m = .5: w = 1, <q^2> = (tau/k)/(1 - 1/4) = .4, where the equation has .3. Fails if scheme,
// friction, mass or temperature do not arrive, or a momentum is observed. Level 1e-6.
TEST(UnderdampedStudy, ObservesPositionsInTheStationaryLawOfTheScheme) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", kWell));
  const Result<RunResults> results = run_experiment(experiment, {}, Execution::with_threads(1));
  ASSERT_TRUE(results.ok()) << results.why();
  const StudyOutcome& outcome = results->studies.front();
  ASSERT_EQ(outcome.report.status, Status::ok) << outcome.report.why;
  EXPECT_EQ(outcome.ensemble->motion, "obabo, step 0.5, friction 1.5, mass 0.5");
  const Points& last = outcome.ensemble->snapshots.back();
  ASSERT_EQ(last.cols(), 1);
  const Values square = last.col(0).square();
  EXPECT_NEAR(square.mean(), 0.4, Measurement::kLevelOneInAMillion * 0.4 * std::sqrt(2 / 40000.0));
  EXPECT_EQ(outcome.ensemble->sample_paths.front().cols(), 1);
}

TEST(UnderdampedStudy, FrictionBelongsToUnderdampedSchemes) {
  EXPECT_NE(message_of(with(kWell, "\"obabo\"", "\"heun\""))
                .find("study.kinetic.friction is for the underdamped schemes alone: baoab, aboba, obabo, oabao"),
            std::string::npos);
  EXPECT_NE(message_of(with(kWell, "\"obabo\"", "\"obabao\"")).find("did you mean"), std::string::npos);
  EXPECT_NE(message_of(with(kWell, "friction = 1.5", "friction = 0")).find("study.kinetic.friction is 0"),
            std::string::npos);
}

}  // namespace
