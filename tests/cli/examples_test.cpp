// The experiment files of examples/, run as a user runs them. Each fails if its table of claims is not the one that
// the file promises, or a file or picture is missing or broken.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;

struct Example {
  std::string file;  ///< below examples/, without ".toml"
  /// claim and study that must occur in claims.json -> verdict
  std::map<std::pair<std::string, std::string>, std::string> claims;
  std::vector<std::string> pictures;
  std::vector<std::string> settings{};  ///< --set
};
void PrintTo(const Example& example, std::ostream* out) { *out << example.file; }

std::vector<Example> examples() {
  const std::string yes = "consistent", no = "refuted", beside = "not applicable";
  return {
      // To half of the time, where exp(-lambda_1 t) = 0.366 of the paths are still in the worse well: by the formula
      // in
      // the file chi needs (4.89 + 2.58) 1.32/sqrt(N) <= 0.05 - 0.0043 - 0.0012, N >= 49000.
      {"01-iris-sigmoid-neuron",
       {{{"A2", "langevin"}, yes},
        {{"A2", "isotropic"}, no},
        {{"A2", "minibatch"}, no},
        {{"A2", "stationary-langevin"}, yes},
        {{"A2", "stationary-minibatch"}, no},
        {{"A3", "langevin"}, beside},
        {{"A3", "isotropic"}, beside},
        {{"A3", "minibatch"}, beside},
        {{"A3", "stationary-langevin"}, yes},
        {{"A3", "stationary-minibatch"}, no},
        {{"A4", "grid"}, yes},
        {{"A4", "langevin"}, yes},
        {{"A4", "isotropic"}, no},
        {{"A4", "minibatch"}, no},
        {{"A6", "gap"}, yes}},
       {"density", "decay", "marginals", "escape"},
       {"dynamics.until=60.0", "dynamics.report_at=[1, 5, 10, 20, 30, 40, 50, 60]", "study.langevin.paths=50000",
        "compare=[{of = [\"grid\", \"langevin\", \"minibatch\"], at = [5, 20, 60], measure = [\"w1-marginals\", "
        "\"ks-marginals\", \"chi_squared\", \"observables\"], expect = {minibatch = \"refuted\"}}]"}},
      {"02-double-well",
       {{{"A2", "particles"}, yes},
        {{"A3", "particles"}, yes},
        {{"A4", "grid"}, yes},
        {{"A4", "grid-s1"}, yes},
        {{"A4", "grid-s025"}, yes},
        {{"A4", "particles"}, yes},
        {{"A6", "gap"}, yes},
        {{"A6", "gap-s1"}, yes},
        {{"A6", "gap-s025"}, yes}},
       {"density", "decay", "marginals", "eyring-kramers"}},
      {"03-two-minima-net",
       {{{"A2", "particles"}, yes},
        {{"A3", "particles"}, yes},
        {{"A4", "grid"}, yes},
        {{"A4", "particles"}, yes},
        {{"A6", "gap"}, yes}},
       {"density", "decay", "marginals", "escape"}},
      {"04-sgd-is-no-diffusion", {}, {"operator"}},
      // fewer paths would leave equality open: intervals of half of the tolerance need 50000
      {"06-online-sgd-momentum-schedule", {}, {"density", "decay", "marginals"}},
  };
}

/// Every row has the verdict that was expected of it, the promised rows are there, and each claim that holds has a
/// control that was refuted at the same sample size.
void expect_claims(const Json& json, const Example& example) {
  std::map<std::pair<std::string, std::string>, std::string> verdicts;
  for (const Json& claim : json.at("claims")) {
    const std::string id = claim.at("id"), subject = claim.at("subject"), verdict = claim.at("verdict");
    verdicts[{id, subject.substr(0, subject.find(' '))}] = verdict;
    EXPECT_EQ(verdict, claim.at("expected")) << id << " on " << subject << ": " << claim.at("why");
    EXPECT_EQ(claim.at("as_expected"), true) << id << " on " << subject;
    if (verdict != "consistent") continue;
    EXPECT_FALSE(claim.at("controls").empty()) << id << " on " << subject;
    for (const Json& control : claim.at("controls"))
      EXPECT_EQ(control.at("verdict"), "refuted") << id << " on " << subject << ": " << control.at("why");
  }
  for (const auto& [row, verdict] : example.claims)
    EXPECT_EQ(verdicts[row], verdict) << row.first << " on " << row.second;
  EXPECT_FALSE(json.at("distances").empty());
  for (const Json& distance : json.at("distances"))
    EXPECT_EQ(distance.at("verdict"), distance.at("expected")) << distance;
}

bool starts_with(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }

void expect_picture(const Place& place, const std::string& name, bool drawn) {
  const std::string path = "out/plots/" + name;
  EXPECT_FALSE(place.read(path + ".gp").empty()) << name;
  if (!drawn) return;
  EXPECT_TRUE(starts_with(place.read(path + ".png"), "\x89PNG\r\n")) << name;
  const std::string svg = place.read(path + ".svg");
  EXPECT_NE(svg.find("<svg"), std::string::npos) << name;
  EXPECT_NE(svg.find("</svg>"), std::string::npos) << name;
}

/// Nothing is loaded from elsewhere: no source, link, script, import or address of another page.
void expect_self_contained(const std::string& page) {
  EXPECT_TRUE(starts_with(page, "<!DOCTYPE html>"));
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_NE(page.find("</html>"), std::string::npos);
  for (const char* word :
       {"<script", "<link", "<img", "<iframe", "<object", " src=", "@import", "http://", "https://"})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  for (std::size_t at = page.find("url("); at != std::string::npos; at = page.find("url(", at + 1))
    EXPECT_EQ(page.substr(at, 5), "url(#");
}

class Examples : public testing::TestWithParam<Example> {};

TEST_P(Examples, ShowWhatTheySay) {
  const Example& example = GetParam();
  const Place place;
  const bool gnuplot = std::system("command -v gnuplot >/dev/null 2>&1") == 0;
  std::vector<std::string> words = {
      "run", SGDLIMITS_SOURCE_DIR "/examples/" + example.file + ".toml", "--out", "out", "--quiet", "--threads", "2"};
  for (const std::string& setting : example.settings) {
    words.push_back("--set");
    words.push_back(setting);
  }
  const Outcome outcome = place.run(words);
  ASSERT_EQ(outcome.status, 0) << outcome.err << outcome.out;
  EXPECT_TRUE(!gnuplot || outcome.err.empty()) << outcome.err;
  expect_claims(Json::parse(place.read("out/claims.json")), example);
  for (const char* file : {"measurements.csv", "arrays.nc", "experiment.toml", "manifest.json"})
    EXPECT_FALSE(place.read(std::string("out/") + file).empty()) << file;
  for (const std::string& name : example.pictures) expect_picture(place, name, gnuplot);
  expect_self_contained(place.read("out/report.html"));
}
INSTANTIATE_TEST_SUITE_P(Files, Examples, testing::ValuesIn(examples()), [](const auto& example) {
  std::string name = example.param.file;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// The example of a sweep. Fails if a slope is not the barrier's, a point fails, or a picture is missing.
TEST(Files, ShowTheSlopeOfEyringAndKramers) {
  const Place place;
  const bool gnuplot = std::system("command -v gnuplot >/dev/null 2>&1") == 0;
  const Outcome outcome = place.run(
      {"run", SGDLIMITS_SOURCE_DIR "/examples/05-eyring-kramers-sweep.toml", "--out", "out", "--quiet", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err << outcome.out;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("points").size(), 16u);
  ASSERT_EQ(json.at("fits").size(), 2u);
  for (const Json& fit : json.at("fits")) {
    EXPECT_EQ(fit.at("points").size(), 8u);
    EXPECT_EQ(fit.at("verdict"), "consistent");
  }
  expect_picture(place, "fit-eyring_kramers-0_75", gnuplot);
  expect_picture(place, "fit-eyring_kramers-1_0", gnuplot);
  expect_self_contained(place.read("out/report.html"));
}

}  // namespace
}  // namespace cli
