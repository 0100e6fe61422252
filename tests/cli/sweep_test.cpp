// Sweeps and fits, run as a user runs them.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "shell.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;

/// 2 x 2 points, each well under a second.
const std::string kSweep = R"TOML(title = "small sweep"
run = {seed = 3}
[potential]
kind = "double-well"
[dynamics]
learning_rate = 0.4
initial = {kind = "gibbs", temperature_ratio = 0.5, tilt = [0.1]}
until = 2.0
report_at = [1.0, 2.0]
observe = ["x^2", "x^4", "x^4 - x^2"]
[[study]]
name = "gap"
kind = "spectral-gap"
modes = 2
[[study]]
name = "particles"
kind = "langevin"
step = 0.05
paths = 2000
[sweep]
"dynamics.learning_rate" = [0.4, 0.5, 0.6]
replicates = 2
[[fit]]
name = "slope"
y = "log(gap.spectral_gap)"
x = "1/dynamics.learning_rate"
[[fit]]
name = "spread"
y = "particles.mean_x_2"
x = "dynamics.learning_rate"
[[fit]]
name = "difference"
y = "particles.mean_x_4 - particles.mean_x_2"
x = "dynamics.learning_rate"
[[fit]]
name = "the same"
y = "particles.mean_x_4_x_2"
x = "dynamics.learning_rate"
)TOML";

void expect_same(const Place& place, const std::string& one, const std::string& other) {
  const auto a = files_of(place.path() / one), b = files_of(place.path() / other);
  EXPECT_EQ(a.size(), b.size());
  for (const auto& [name, bytes] : a) {
    const auto found = b.find(name);
    ASSERT_NE(found, b.end()) << name;
    EXPECT_TRUE(found->second == bytes) << name;
  }
}

std::filesystem::file_time_type written(const Place& place, const std::string& file) {
  return std::filesystem::last_write_time(place.path() / file);
}

// Fails if any byte of a sweep depends on threads or blocks, or on whether the resolved file is run.
TEST(Sweep, IsTheSameForAnyThreadsAndBlocksAndFromTheResolvedFile) {
  const Place place;
  place.write("e.toml", kSweep);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one", "--threads", "1"}).status, 0);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "two", "--threads", "3", "--block", "64"}).status, 0);
  ASSERT_EQ(place.run({"run", "one/experiment.toml", "--quiet", "--out", "three"}).status, 0);
  expect_same(place, "one", "two");
  expect_same(place, "one", "three");
  const std::string csv = place.read("one/sweep.csv");
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "dynamics.learning_rate,replicate,study,quantity,time,value,standard_error,discretisation_bound,side,"
            "grade");
  const std::string points = place.read("one/points.csv");
  EXPECT_EQ(std::count(points.begin(), points.end(), '\n'), 7);
  for (const char* file : {"report.html", "claims.json", "manifest.json", "plots/fit-slope.gp",
                           "points/dynamics.learning_rate=0.5,replicate=2/measurements.csv"})
    EXPECT_TRUE(std::filesystem::exists(place.path() / "one" / file)) << file;
}

// x^4 - x^2 by an expression in two means of one run and as an observable of its own: equal errors, which needs the
// correlation over the paths. Also after a resume, from the points' files. Fails if either is lost.
TEST(Sweep, MeansOfOneRunEnterWithTheirCorrelation) {
  const Place place;
  place.write("e.toml", kSweep);
  for (const bool resumed : {false, true}) {
    std::vector<std::string> arguments{"run", "e.toml", "--quiet", "--json", "--out", "out"};
    if (resumed) arguments.push_back("--resume");
    const Json json = Json::parse(place.run(arguments).out);
    const Json &one = json.at("fits").at(2).at("points"), &other = json.at("fits").at(3).at("points");
    ASSERT_EQ(one.size(), 6u);
    for (std::size_t k = 0; k < 6; ++k) {
      const double error = other[k].at("standard_error").get<double>();
      EXPECT_NEAR(one[k].at("standard_error").get<double>(), error, 1e-9 * error);
      EXPECT_NEAR(one[k].at("y").get<double>(), other[k].at("y").get<double>(), 1e-12);
    }
  }
}

// The guide's example: order 1 inside, both neighbouring half orders and a wrong limit outside. Fails if one of the
// four verdicts differs, or the slope's interval at level 1e-6 does not hold 1.
TEST(Sweep, OverTheStepMeasuresTheWeakOrder) {
  const Place place;
  const std::string guide = sgdlimits::test::read_file(SGDLIMITS_SOURCE_DIR "/docs/guide/sweeps.md");
  const std::size_t begin = guide.find("title = "), end = guide.find("```", begin);
  ASSERT_NE(end, std::string::npos);
  place.write("order.toml", guide.substr(begin, end - begin));
  const Outcome outcome = place.run({"run", "order.toml", "--quiet", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const Json fits = Json::parse(outcome.out).at("fits");
  ASSERT_EQ(fits.size(), 4u);
  EXPECT_EQ(fits[0].at("verdict"), "consistent");
  EXPECT_EQ(fits[0].at("points").size(), 5u);
  const Json& slope = fits[0].at("line").at("slope");
  const double error = slope.at("standard_error"), upper = slope.at("upper"), lower = slope.at("lower");
  EXPECT_NEAR(slope.at("value").get<double>(), 1, (upper - lower) / 2 + (4.89 - 1.96) * error);
  EXPECT_EQ(fits[1].at("verdict"), "refuted");
  EXPECT_EQ(fits[2].at("verdict"), "refuted");
  EXPECT_EQ(fits[3].at("verdict"), "not applicable");
}

// A point is the run of its own experiment.toml. Fails if the sweep does something else than run the file.
TEST(Sweep, PointsAreRunsOfTheirFiles) {
  const Place place;
  place.write("e.toml", kSweep);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one"}).status, 0);
  const std::string point = "one/points/dynamics.learning_rate=0.6,replicate=1/";
  ASSERT_EQ(place.run({"run", point + "experiment.toml", "--quiet", "--out", "alone"}).status, 0);
  for (const char* file : {"measurements.csv", "experiment.toml", "claims.json"})
    EXPECT_EQ(place.read(point + file), place.read(std::string("alone/") + file)) << file;
}

// Fails if an extended sweep computes a finished point again, or differs from one that was whole from the start.
TEST(Sweep, ExtendedComputesOnlyWhatIsNew) {
  const Place place;
  place.write("e.toml", kSweep);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one"}).status, 0);
  const std::string old = "one/points/dynamics.learning_rate=0.5,replicate=1/point.json";
  const auto before = written(place, old);
  place.write("e.toml",
              with(with(kSweep, "[0.4, 0.5, 0.6]", "[0.3, 0.4, 0.5, 0.6]"), "replicates = 2", "replicates = 3"));
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one", "--resume"}).status, 0);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "whole"}).status, 0);
  EXPECT_EQ(written(place, old), before);
  expect_same(place, "whole", "one");
}

// Fails if points of another file are taken for those of this one.
TEST(Sweep, ResumedAfterAChangeComputesAgain) {
  const Place place;
  place.write("e.toml", kSweep);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one"}).status, 0);
  place.write("e.toml", with(kSweep, "paths = 2000", "paths = 1000"));
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one", "--resume"}).status, 0);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "whole"}).status, 0);
  expect_same(place, "whole", "one");
}

// Fails if Ctrl-C loses a finished point, hides how to go on, or leaves a trace in the results.
TEST(Sweep, InterruptedAndResumedGivesTheSameBytes) {
  const Place place;
  place.write("e.toml", with(with(kSweep, "paths = 2000", "paths = 200000"), "step = 0.05", "step = 0.005"));
  const std::filesystem::path sign =
      place.path() / "stopped/points/dynamics.learning_rate=0.4,replicate=1/point.json";
  const Outcome stopped = place.run({"run", "e.toml", "--quiet", "--out", "stopped"}, "", [&](pid_t child) {
    for (int k = 0; k < 6000 && !std::filesystem::exists(sign); ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(child, SIGINT);
  });
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("stopped in point 2 of 6, dynamics.learning_rate=0.4,replicate=2; go on with\n  "
                             "sgdlimits run e.toml --out stopped --resume"),
            std::string::npos)
      << stopped.err;
  const auto before = std::filesystem::last_write_time(sign);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "stopped", "--resume"}).status, 0);
  EXPECT_EQ(std::filesystem::last_write_time(sign), before);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "whole"}).status, 0);
  expect_same(place, "whole", "stopped");
}

// Fails if a dry run computes, or a point is not listed.
TEST(Sweep, DryRunListsThePoints) {
  const Place place;
  place.write("e.toml", kSweep);
  const Outcome outcome = place.run({"run", "e.toml", "--dry-run"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.out.find("\n# 6 points:\n# dynamics.learning_rate=0.4,replicate=1, seed "), std::string::npos)
      << outcome.out;
  EXPECT_FALSE(std::filesystem::exists(place.path() / "e-results"));
}

// -a x^2 has no Gibbs measure. Fails if this point stops the others, is not said, or does not show in the status.
TEST(Sweep, AFailedPointDoesNotStopTheOthers) {
  const Place place;
  place.write("e.toml", R"TOML([potential]
kind = "formula"
formula = "a*x^2"
parameters = {a = 1.0}
[dynamics]
learning_rate = 0.5
[[study]]
name = "gap"
kind = "spectral-gap"
[sweep]
"potential.parameters.a" = [0.5, -1.0, 1.0, 2.0, 4.0]
[[fit]]
y = "log(gap.spectral_gap)"
x = "log(potential.parameters.a)"
expect = {slope = 1.0}
)TOML");
  const Outcome outcome = place.run({"run", "e.toml", "--quiet", "--json", "--out", "out"});
  EXPECT_EQ(outcome.status, 3) << outcome.err;
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.at("points").size(), 5u);
  EXPECT_EQ(json["points"][1].at("status"), "no Gibbs measure");
  EXPECT_NE(json["points"][1].at("why"), "");
  EXPECT_EQ(json["points"][4].at("status"), "ok");
  const Json& fit = json.at("fits").at(0);
  EXPECT_EQ(fit.at("points").size(), 4u);
  ASSERT_EQ(fit.at("left_out").size(), 1u);
  // lambda_1 = 2 a exactly
  EXPECT_NEAR(fit.at("line").at("slope").at("value").get<double>(), 1, 1e-5);
  EXPECT_EQ(fit.at("verdict"), "consistent");
}

// Fails if a wrong prediction passes, or does not show in the exit status.
TEST(Sweep, AWrongSlopeIsExitStatusOne) {
  const Place place;
  place.write("e.toml", R"TOML([potential]
kind = "quadratic"
[dynamics]
learning_rate = 0.5
[[study]]
name = "gap"
kind = "spectral-gap"
[sweep]
"potential.parameters.k" = {geometric = [0.5, 4.0, 6]}
[[fit]]
y = "log(gap.spectral_gap)"
x = "log(potential.parameters.k)"
expect = {slope = 1.2}
)TOML");
  EXPECT_EQ(place.run({"run", "e.toml", "--quiet"}).status, 1);
}

// Fails if a quantity that nobody measures is found at the end only, or the names that there are are not said.
TEST(Sweep, UnknownQuantitiesEndItAfterTheFirstPoint) {
  const Place place;
  place.write("e.toml", with(kSweep, "gap.spectral_gap", "gap.spectral_gp"));
  const Outcome outcome = place.run({"run", "e.toml", "--quiet", "--out", "out"});
  EXPECT_EQ(outcome.status, 78);
  EXPECT_NE(outcome.err.find("e.toml:25:10: fit.slope: gap.spectral_gp was not measured; did you mean "
                             "gap.spectral_gap? known: "),
            std::string::npos)
      << outcome.err;
  std::size_t points = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(place.path() / "out/points"))
    ++points;
  EXPECT_EQ(points, 1u);
}

}  // namespace
}  // namespace cli
