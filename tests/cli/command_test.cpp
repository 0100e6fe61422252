// What the command does when it is asked well.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <csignal>
#include <thread>

#include "shell.hpp"
#include "support/experiments.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;
using sgdlimits::test::kEveryKind;
using sgdlimits::test::kTiny;

void expect_equal_files(const std::map<std::string, std::string>& a, const std::map<std::string, std::string>& b) {
  EXPECT_GE(a.size(), 10u);
  for (const auto& [name, bytes] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    EXPECT_TRUE(bytes == b.at(name)) << name << " differs";
  }
  EXPECT_EQ(a.size(), b.size());
}

void expect_equal_runs(const std::filesystem::path& first, const std::filesystem::path& second) {
  expect_equal_files(files_of(first), files_of(second));
}

void expect_no_nan(const Json& json) {
  if (json.is_number_float()) {
    EXPECT_TRUE(std::isfinite(json.get<double>()));
  }
  if (json.is_structured()) {
    for (const Json& child : json) expect_no_nan(child);
  }
}

// References: the gap of (x^2-1)^2 at s = 1/2 from a Schroedinger solver (sinc-DVR) and weighted finite elements,
// which agree to 1e-10; the keys are a promise to scripts. Fails if a key, a digit or the error bound is wrong.
TEST(Gap, OfTheDoubleWellAsJson) {
  const Outcome outcome =
      Place().run({"gap", "--formula", "(x^2-1)^2", "--learning-rate", "0.5", "--modes", "5", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_NEAR(json.at("spectral_gap").get<double>(), 0.0297795933, 0.0297795933e-6);
  EXPECT_NEAR(json.at("poincare_constant").get<double>(), 0.25 / 0.0297795933, 1e-5);
  EXPECT_LE(std::abs(json.at("spectral_gap").get<double>() - 0.0297795933),
            json.at("error_bound").get<double>() + 1e-10);
  ASSERT_EQ(json.at("eigenvalues").size(), 5u);
  for (std::size_t k = 1; k < 5; ++k) EXPECT_GT(json["eigenvalues"][k], json["eigenvalues"][k - 1]);
  EXPECT_EQ(json.at("residuals").size(), 5u);
  EXPECT_EQ(json.at("temperature"), 0.25);
  EXPECT_EQ(json.at("learning_rate"), 0.5);
  EXPECT_EQ(json.at("grid").at("dimension"), 1);
  EXPECT_GE(json.at("seconds").get<double>(), 0);
  const Json& measurement = json.at("measurements").at("spectral_gap");
  for (const char* key : {"value", "lower", "upper", "standard_error", "grade"})
    EXPECT_TRUE(measurement.contains(key)) << key;
  EXPECT_LE(measurement["lower"], measurement["value"]);
  expect_no_nan(json);
}

// f = 0 on [-1, 1] has the gap tau (pi/2)^2; at a very high temperature x^2/2 does not matter.
TEST(Gap, OnAReflectingInterval) {
  const Outcome outcome =
      Place().run({"gap", "--formula", "x^2/2", "--domain", "x=-1:1", "--temperature", "1e6", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NEAR(Json::parse(outcome.out).at("spectral_gap").get<double>() / (1e6 * 2.4674011002723395), 1, 1e-5);
}

// Parameters, named variables, a leading minus sign and an experiment file all reach the same solver.
TEST(Gap, ByParametersAndFile) {
  const Place place;
  place.write(
      "e.toml",
      "title = \"q\"\n[potential]\nkind = \"quadratic\"\nparameters = {k = 3.0}\n[dynamics]\nlearning_rate = 0.5\n"
      "[[study]]\nname = \"gap\"\nkind = \"spectral-gap\"\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"gap", "--formula", "-y+k*x^2/2+y^2+y", "--variables", "x,y", "--param", "k=3",
                                 "--temperature", "0.25", "--json", "--modes", "1"},
        std::vector<std::string>{"gap", "e.toml", "--set", "potential.parameters={k=2.0}", "--json"}}) {
    const Outcome outcome = place.run(arguments);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NEAR(Json::parse(outcome.out).at("spectral_gap").get<double>(), 2,
                1e-5);  // Ornstein-Uhlenbeck: the smallest k
  }
}

// Fails if a machine cannot tell a missing answer from an answer.
TEST(Gap, WithoutAnswerIsJsonToo) {
  const Outcome outcome = Place().run({"gap", "--formula", "abs(x)", "--learning-rate", "0.5", "--json", "--quiet"});
  EXPECT_EQ(outcome.status, 2);
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("status"), "essential spectrum");
  EXPECT_TRUE(json.at("eigenvalues").empty());
  EXPECT_FALSE(json.contains("spectral_gap"));
}

TEST(Version, NamesVersionCommitAndCompiler) {
  const Outcome outcome = Place().run({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out.rfind("sgdlimits 0.", 0), 0u) << outcome.out;
  EXPECT_NE(outcome.out.find("compiled by"), std::string::npos);
  EXPECT_EQ(Place().run({"run", "--help"}).status, 0);
}

TEST(List, SaysWhatThereIs) {
  for (const auto& [topic, word] : std::map<std::string, std::string>{{"potentials", "mueller-brown"},
                                                                      {"schemes", "heun"},
                                                                      {"activations", "softplus"},
                                                                      {"claims", "poincare-inequality"},
                                                                      {"examples", "file"}}) {
    const Outcome outcome = Place().run({"list", topic});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.out.find(word), std::string::npos) << topic;
    EXPECT_TRUE(Json::parse(Place().run({"list", topic, "--json"}).out).at(topic).is_array());
  }
}

// Fails if the claim or its control does not come out as expected, or the JSON lies about it.
TEST(Verify, PoincareInequalityWithControls) {
  const Outcome outcome = Place().run({"verify", "A6", "--effort", "quick", "--controls", "--json", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err << outcome.out;
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.at("claims").size(), 1u);
  EXPECT_EQ(json["claims"][0].at("verdict"), "consistent");
  ASSERT_FALSE(json["claims"][0].at("controls").empty());
  for (const Json& control : json["claims"][0]["controls"]) EXPECT_EQ(control.at("verdict"), "refuted");
  expect_no_nan(json);
  const Outcome table = Place().run({"verify", "poincare-inequality", "--effort", "quick", "--quiet"});
  EXPECT_EQ(table.status, 0);
  EXPECT_NE(table.out.find("consistent"), std::string::npos);
}

// Threads and block size stand in the manifest alone. Fails if any other byte depends on them.
TEST(Run, IsTheSameForAnyThreadsAndBlocks) {
  const Place place;
  place.write("e.toml", kTiny);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one", "--threads", "1"}).status, 0);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "three", "--threads", "3", "--block", "1000"}).status, 0);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "two", "--threads", "2", "--block", "64"}).status, 0);
  expect_equal_runs(place.path() / "one", place.path() / "two");
  expect_equal_runs(place.path() / "one", place.path() / "three");
  for (const char* file : {"report.html", "experiment.toml", "measurements.csv", "claims.json", "arrays.nc",
                           "manifest.json", "plots/density.png", "plots/decay.svg", "plots/marginals.gp"}) {
    EXPECT_TRUE(std::filesystem::exists(place.path() / "one" / file)) << file;
  }
}

// Fresh processes differ in addresses, hashes and the order of terms in formulas. Fails if a byte of a result,
// picture or page depends on these, on the threads or on the block size. gnuplot, most of the time, draws in four of
// the twenty; the scripts that it draws are compared in all.
TEST(Run, IsTheSameInTwentyProcesses) {
  const Place place;
  place.write("e.toml", kEveryKind);
  const char* const blocks[] = {"64", "1000", "256"};
  std::map<std::string, std::string> drawn, plain;
  int status = 0;
  for (int k = 0; k < 20; ++k) {
    const bool draw = k % 5 == 0;
    const Outcome outcome = place.run({"run", "e.toml", "--quiet", "--out", "out", "--threads",
                                       std::to_string(k % 3 + 1), "--block", blocks[k / 3 % 3]},
                                      draw ? "" : "/nonexistent");
    if (k == 0) status = outcome.status;
    ASSERT_LE(outcome.status, 2) << outcome.err << outcome.out;  // so few paths leave claims undecided
    ASSERT_EQ(outcome.status, status);
    auto& first = draw ? drawn : plain;
    const auto files = files_of(place.path() / "out");
    if (first.empty()) first = files;
    expect_equal_files(first, files);
    std::filesystem::remove_all(place.path() / "out");
  }
  for (const auto& [name, bytes] : plain) EXPECT_TRUE(drawn[name] == bytes) << name;
  for (const char* file : {"report.html", "arrays.nc", "measurements.csv", "claims.json", "plots/density.gp",
                           "plots/decay.gp", "plots/marginals.gp", "plots/escape.gp"})
    EXPECT_TRUE(plain.contains(file)) << file;
}

// The resolved file reproduces the run, which is the point of it.
TEST(Run, OfTheResolvedFileIsTheSameRun) {
  const Place place;
  place.write("e.toml", kTiny);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "one"}).status, 0);
  ASSERT_EQ(place.run({"run", "one/experiment.toml", "--quiet", "--out", "two"}).status, 0);
  expect_equal_runs(place.path() / "one", place.path() / "two");
  EXPECT_EQ(place.run({"run", "e.toml", "--dry-run"}).out, place.read("one/experiment.toml"));
}

TEST(Run, GivesJsonAndAnotherSeedAnotherRun) {
  const Place place;
  place.write("e.toml", kTiny);
  const Outcome outcome = place.run({"run", "e.toml", "--json", "--out", "one", "--seed", "4"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_EQ(json.at("seed"), "4");
  EXPECT_EQ(json.at("studies").size(), 4u);
  expect_no_nan(json);
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "two"}).status, 0);
  EXPECT_NE(place.read("one/measurements.csv"), place.read("two/measurements.csv"));
}

/// Sends the signal once the run has something in its folder.
void interrupt_when_started(pid_t child, const std::filesystem::path& sign, int signal) {
  for (int k = 0; k < 2000 && !std::filesystem::exists(sign); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  kill(child, signal);
}

// Fails if Ctrl-C loses work, hides how to go on, or leaves a trace in the results.
TEST(Run, InterruptedAndResumedGivesTheSameBytes) {
  const Place place;
  place.write("e.toml", with(with(kTiny, "paths = 2000\n[[study]]", "paths = 200000\n[[study]]"), "step = 0.05",
                             "step = 0.002"));
  for (int signal : {SIGINT, SIGTERM}) {
    const std::string out = signal == SIGINT ? "int" : "term";
    const Outcome stopped = place.run({"run", "e.toml", "--quiet", "--out", out}, "", [&](pid_t child) {
      interrupt_when_started(child, place.path() / out / "checkpoint/grid.study", signal);
    });
    ASSERT_EQ(stopped.status, 130) << stopped.err;
    EXPECT_EQ(stopped.err, "sgdlimits: stopped in study \"particles\"; go on with\n  sgdlimits run e.toml --out " +
                               out + " --resume\n");
    EXPECT_FALSE(std::filesystem::exists(place.path() / out / "manifest.json"));
    ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", out, "--resume"}).status, 0);
  }
  ASSERT_EQ(place.run({"run", "e.toml", "--quiet", "--out", "whole"}).status, 0);
  expect_equal_runs(place.path() / "whole", place.path() / "int");
  expect_equal_runs(place.path() / "whole", place.path() / "term");
}

}  // namespace
}  // namespace cli
