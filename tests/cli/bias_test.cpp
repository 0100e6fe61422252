// The sub-command bias as a user runs it: numbers against an independent computation, keys that scripts rely on,
// outcomes without an answer. (Mistakes on the command line: bad_input_test.cpp.)
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;

std::vector<std::string> double_well(const std::string& scheme, const std::string& steps,
                                     std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"bias",          "--formula", "x^4/4-x^2/2", "--scheme", scheme,
                                     "--temperature", "0.5",       "--steps",     steps,      "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Biases from transition densities on 701 points of |x| <= 2.9, to their printed digits. Fails if a key, a sign, the
// pairing of steps and biases or a digit is wrong.
TEST(Bias, OfTheDoubleWellAsJson) {
  const Outcome outcome =
      Place().run(double_well("heun", "0.025,0.1,0.05", {"--observe", "x^2", "--observe", "x^4", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_EQ(json.at("status"), "ok");
  EXPECT_EQ(json.at("scheme"), "heun");
  EXPECT_EQ(json.at("temperature"), 0.5);
  EXPECT_EQ(json.at("learning_rate"), 1);
  EXPECT_EQ(json.at("steps"), Json({0.1, 0.05, 0.025}));
  EXPECT_NEAR(json.at("exact").at("x^2").get<double>(), 0.8934649696, 5e-11);
  EXPECT_NEAR(json.at("exact").at("x^4").get<double>(), 1.3934649696, 5e-11);
  EXPECT_NEAR(json.at("gap_exact").get<double>(), 0.422945, 5e-7);
  const std::vector<double> square = json.at("bias").at("x^2"), gap = json.at("gap_bias");
  ASSERT_EQ(square.size(), 3u);
  EXPECT_NEAR(square[0], -0.012886, 5e-7);
  EXPECT_NEAR(square[1], -0.0027077, 5e-8);
  EXPECT_NEAR(square[2], -0.00060929, 5e-9);
  EXPECT_NEAR(gap[0], 0.0036, 5e-6);
  EXPECT_NEAR(gap[1], 0.000639, 1e-6);
  EXPECT_NEAR(gap[2], 0.000125, 1e-6);
  for (const char* key : {"x^2", "x^4"})
    for (const double bound : json.at("error_bounds").at("bias").at(key)) EXPECT_LT(bound, 1e-8);
  EXPECT_EQ(json.at("error_bounds").at("gap_bias").size(), 3u);
  EXPECT_EQ(json.at("exit_rate").size(), 3u);
  EXPECT_EQ(json.at("intervals").size(), 3u);
}

// Five halvings: the interval holds the declared order and excludes its neighbours at a half.
TEST(Bias, FitsOrdersWithIntervals) {
  const std::string steps = "0.1,0.05,0.025,0.0125,0.00625,0.003125";
  for (const auto& [scheme, declared] : std::map<std::string, double>{{"euler-maruyama", 1}, {"heun", 2}}) {
    const Outcome outcome = Place().run(double_well(scheme, steps, {"--observe", "x^2", "--json"}));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const Json json = Json::parse(outcome.out);
    const Json& order = json.at("orders").at("x^2");
    EXPECT_EQ(order.at("declared"), declared);
    for (const Json& fitted : {order.at("fitted"), json.at("gap_order").at("fitted")}) {
      EXPECT_LT(fitted.at("lower"), declared) << scheme;
      EXPECT_GT(fitted.at("upper"), declared) << scheme;
      EXPECT_GT(fitted.at("lower"), declared - 0.5) << scheme;
      EXPECT_LT(fitted.at("upper"), declared + 0.5) << scheme;
    }
  }
}

TEST(Bias, IsATableWithoutJson) {
  const Outcome outcome = Place().run(double_well("euler-maruyama", "0.1,0.05,0.025,0.0125", {"--observe", "x^2"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* text :
       {"f = x^4/4-x^2/2", "temperature 0.5, learning rate 1, scheme euler-maruyama", "bias of x^2",
        "bias of spectral gap", "0.8934649696", "-0.0225165", "0.037323", "declared 1"})
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
}

// --param and --learning-rate reach the problem: k x^2/2 at s = 1.4, variance (s/2)/k / (1 - k h/2) for Euler.
TEST(Bias, TakesParametersAndTheLearningRate) {
  const Outcome outcome =
      Place().run({"bias", "--formula", "k*x^2/2", "--variables", "x", "--param", "k=2", "--learning-rate", "1.4",
                   "--scheme", "euler-maruyama", "--steps", "0.1", "--observe", "x^2", "--json", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_NEAR(json["bias"]["x^2"][0].get<double>(), 0.35 / 0.9 - 0.35, 1e-11);
  EXPECT_NEAR(json["gap_bias"][0].get<double>(), -std::log(0.8) / 0.1 - 2, 1e-7);
  EXPECT_TRUE(json["orders"]["x^2"]["fitted"].is_null());
  EXPECT_NE(json["orders"]["x^2"]["why"].get<std::string>().find("1 of 1 steps"), std::string::npos);
}

// Between walls the motion is folded: a flat potential keeps its uniform law under any step, <x^2> = 1/3.
TEST(Bias, ReflectsAtTheEndsOfTheDomain) {
  const Outcome outcome =
      Place().run({"bias", "--formula", "x^2/2", "--domain", "x=-1:1", "--temperature", "1e6", "--scheme",
                   "euler-maruyama", "--steps", "1e-8", "--observe", "x^2", "--json", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_NEAR(json["exact"]["x^2"].get<double>(), 1.0 / 3, 1e-6);
  EXPECT_NEAR(json["bias"]["x^2"][0].get<double>(), 0, 1e-5);
  EXPECT_TRUE(json["orders"]["x^2"]["declared"].is_null());
}

// A step without an invariant law leaves a hole, not a number, the reason, and exit status 3.
TEST(Bias, SaysWhereThereIsNoInvariantLaw) {
  const Outcome outcome = Place().run(double_well("euler-maruyama", "0.5,0.1", {"--observe", "x^2", "--json"}));
  EXPECT_EQ(outcome.status, 3);
  const Json json = Json::parse(outcome.out);
  EXPECT_TRUE(json["bias"]["x^2"][0].is_null());
  EXPECT_NEAR(json["bias"]["x^2"][1].get<double>(), -0.022517, 5e-7);
  EXPECT_NE(json["why"].get<std::string>().find("at step 0.5 the scheme has no invariant law"), std::string::npos);
}

TEST(Bias, WithoutGibbsMeasureSaysSo) {
  const Outcome outcome = Place().run(
      {"bias", "--formula", "-x^2", "--temperature", "1", "--scheme", "heun", "--steps", "0.1", "--quiet"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_EQ(outcome.err.rfind("sgdlimits: no Gibbs measure: ", 0), 0u) << outcome.err;
}

// The lists of known names grow with the catalogue; their beginning does not.
TEST(Bias, NamesTheSchemes) {
  const Outcome none = Place().run({"bias", "--formula", "x^2", "--temperature", "1", "--steps", "0.1"});
  EXPECT_EQ(none.status, 64);
  EXPECT_EQ(none.err.rfind("sgdlimits: bias needs --scheme NAME; known: euler-maruyama, heun", 0), 0u) << none.err;
  const Outcome misspelt =
      Place().run({"bias", "--formula", "x^2", "--temperature", "1", "--steps", "0.1", "--scheme", "huen"});
  EXPECT_EQ(misspelt.status, 64);
  EXPECT_NE(misspelt.err.find("heun"), std::string::npos) << misspelt.err;
}

}  // namespace
}  // namespace cli
