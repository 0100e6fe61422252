#include "apps/experiment/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "apps/experiment/output_folder.hpp"
#include "apps/experiment/study_record.hpp"
#include "support/experiments.hpp"
#include "support/folder.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

Execution execution_of(int threads, Index block) {
  Execution execution = Execution::with_threads(threads);
  execution.block = block;
  return execution;
}

// Threads and blocks change no byte. Fails if a sum, a sample or a grid solve depends on either.
TEST(Run, SameBytesForAnyThreadsAndBlocks) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", kTinyChecked));
  std::map<std::string, std::string> first;
  int number = 0;
  for (const auto& [threads, block] : {std::pair{1, 256}, {2, 64}, {3, 1000}}) {
    RunOptions options;
    options.out = folder.path() / std::to_string(number++);
    const Result<RunResults> run = run_experiment(experiment, options, execution_of(threads, block));
    ASSERT_TRUE(run.ok()) << run.why();
    EXPECT_LT(run->gradient_check, 1e-6);
    if (first.empty()) first = files_of(options.out);
    EXPECT_EQ(files_of(options.out), first);
  }
  EXPECT_EQ(first.size(), 5u);  // marker, experiment.toml, measurements.csv, claims.json, arrays.nc
}

// The stage after the studies says how far it is, forwards only. Fails if claims or comparisons are judged in
// silence: three pairs at four times, twelve claims, and the steps of A2's control.
TEST(Run, LastStageReportsItsProgress) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", kTinyChecked));
  std::vector<double> seen;
  const auto note = [&](const std::string& stage, double done) {
    if (stage == "comparisons and claims") seen.push_back(done);
  };
  ASSERT_TRUE(run_experiment(experiment, {}, execution_of(1, 256), note).ok());
  ASSERT_GE(seen.size(), 2u + 12 + 12);
  EXPECT_EQ(seen.front(), 0);
  EXPECT_EQ(seen.back(), 1);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

// Stopped when a study begins or has got somewhere, and resumed: the same bytes as a run in one piece.
TEST(Run, ResumedAfterAStopInAnyStudy) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", kTinyChecked),
                                                {"study.particles.paths=20000", "study.particles.step=0.01"});
  RunOptions whole;
  whole.out = folder.path() / "whole";
  ASSERT_TRUE(run_experiment(experiment, whole, execution_of(2, 256)).ok());
  const auto reference = files_of(whole.out);
  for (const auto& [name, fraction] : {std::pair<std::string, double>{"gap", 0.0},
                                       {"grid", 0.0},
                                       {"particles", 0.0},
                                       {"particles", 0.4},
                                       {"sgd", 0.0}}) {
    RunOptions options;
    options.out = folder.path() / (name + std::to_string(fraction));
    std::stop_source stop;
    Execution execution = execution_of(1, 64);
    execution.stop = stop.get_token();
    const Result<RunResults> stopped = run_experiment(
        experiment, options, execution, [&, &n = name, &f = fraction](const std::string& study, double done) {
          if (study == n && done >= f) stop.request_stop();
        });
    ASSERT_EQ(stopped.status(), Status::interrupted) << name;
    EXPECT_FALSE(stopped.has_value());
    EXPECT_FALSE(std::filesystem::exists(options.out / "measurements.csv"));
    options.resume = true;
    ASSERT_TRUE(run_experiment(experiment, options, execution_of(3, 1000)).ok());
    EXPECT_EQ(files_of(options.out), reference) << name;
  }
}

// A checkpoint of another experiment is refused in words, not mixed in.
TEST(Run, CheckpointOfAnotherExperimentIsRefused) {
  const Folder folder;
  const auto file = folder.write("e.toml", kTinyChecked);
  RunOptions options;
  options.out = folder.path() / "out";
  std::stop_source stop;
  Execution execution;
  execution.stop = stop.get_token();
  ASSERT_EQ(run_experiment(load_experiment(file), options, execution,
                           [&](const std::string& study, double) {
                             if (study == "particles") stop.request_stop();
                           })
                .status(),
            Status::interrupted);
  options.resume = true;
  try {
    (void)run_experiment(load_experiment(file, {"run.seed=2"}), options, {});
    FAIL() << "accepted";
  } catch (const DataError& error) {
    EXPECT_EQ(error.what(), (options.out / "checkpoint/gap.study").string() +
                                ": belongs to another experiment; run the experiment that began here, or delete the "
                                "checkpoint folder");
  }
}

// A study that fails numerically is an outcome; the others go on. Euler-Maruyama explodes at this step.
TEST(Run, BlowUpIsAnOutcome) {
  const Folder folder;
  const Experiment experiment = load_experiment(
      folder.write("e.toml", kTinyChecked),
      {"study.particles.scheme=\"euler-maruyama\"", "study.particles.step=1.0", "dynamics.learning_rate=8.0",
       "dynamics.until=16.0", "dynamics.report_at=[4, 8, 12, 16]", "study.sgd.learning_rate=0.01"});
  const Result<RunResults> run = run_experiment(experiment, {}, {});
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run->studies[2].report.status, Status::blew_up);
  EXPECT_EQ(run->studies[3].report.status, Status::ok);
}

// To bytes and back to the bit; one changed or missing byte, or another key, is noticed.
TEST(StudyRecord, RoundTripAndDamage) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", kTinyChecked));
  const Result<RunResults> run = run_experiment(experiment, {}, {});
  ASSERT_TRUE(run.ok());
  for (const StudyOutcome& outcome : run->studies) {
    sgdlimits::experiment::StudyRecord record;
    record.outcome = outcome;
    const std::string bytes = sgdlimits::experiment::record_bytes(record, "key");
    const auto back = sgdlimits::experiment::read_record(bytes, "key", "f");
    EXPECT_EQ(sgdlimits::experiment::record_bytes(back, "key"), bytes) << outcome.name;
    std::string changed = bytes;
    changed[changed.size() / 2] ^= 1;
    EXPECT_THROW(sgdlimits::experiment::read_record(changed, "key", "f"), DataError);
    EXPECT_THROW(sgdlimits::experiment::read_record(bytes.substr(0, bytes.size() - 1), "key", "f"), DataError);
    EXPECT_THROW(sgdlimits::experiment::read_record(bytes, "other", "f"), DataError);
  }
}

}  // namespace
