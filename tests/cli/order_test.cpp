// The sub-command order as a user runs it: the keys that scripts rely on, orders with intervals, wrong equations that
// must be refuted. (Mistakes on the command line: bad_input_test.cpp.)
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;

Json measured(const std::vector<std::string>& arguments, int status = 0) {
  std::vector<std::string> all{"order", "--json", "--quiet"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const Outcome outcome = Place().run(all);
  EXPECT_EQ(outcome.status, status) << outcome.err << outcome.out;
  return outcome.out.empty() ? Json() : Json::parse(outcome.out);
}

void expect_sharp(const Json& json, double declared) {
  EXPECT_EQ(json.at("status"), "ok");
  EXPECT_EQ(json.at("declared"), declared);
  EXPECT_EQ(json.at("verdict"), "consistent");
  EXPECT_EQ(json.at("sharp"), true);
  const double lower = json.at("interval")[0], upper = json.at("interval")[1], order = json.at("order");
  EXPECT_LT(lower, order);
  EXPECT_LT(order, upper);
  EXPECT_GT(lower, declared - 0.5);
  EXPECT_LT(upper, declared + 0.5);
  EXPECT_EQ(json.at("errors").size(), json.at("steps").size());
  EXPECT_GE(json.at("steps").size(), 5u);
}

// Fails if a scheme is measured on another problem, or with another kind of order, than its default.
TEST(Order, OfSchemesOnTheirDefaultProblems) {
  const Json milstein = measured({"--scheme", "milstein", "--paths", "8000"});
  expect_sharp(milstein, 1);
  EXPECT_EQ(milstein.at("problem"), "tanh");
  EXPECT_EQ(milstein.at("kind"), "strong");
  EXPECT_EQ(milstein.at("method"), "paths");
  EXPECT_EQ(milstein.at("seed"), "1");
  expect_sharp(measured({"--scheme", "euler-maruyama", "--problem", "tanh", "--paths", "8000"}), 0.5);
  expect_sharp(measured({"--scheme", "sra1"}), 1.5);
  const Json weak = measured({"--scheme", "stratonovich-heun", "--kind", "weak"});
  expect_sharp(weak, 1);
  EXPECT_EQ(weak.at("problem"), "circle");
  EXPECT_EQ(weak.at("method"), "lattice");
  expect_sharp(measured({"--scheme", "heun", "--kind", "weak"}), 2);
  expect_sharp(measured({"--scheme", "leimkuhler-matthews", "--kind", "measure"}), 2);
  const Json sme = measured({"--scheme", "sme-2"});
  expect_sharp(sme, 1);
  EXPECT_EQ(sme.at("problem"), "three-waves");
}

TEST(Order, OfASplitting) {
  expect_sharp(measured({"--scheme", "baoab", "--problem", "log-cosh", "--kind", "weak", "--friction", "0.8"}), 2);
  const Json measure = measured({"--scheme", "aboba", "--kind", "measure"});
  expect_sharp(measure, 2);
  EXPECT_EQ(measure.at("against"), "the invariant density on a lattice");
}

const std::string kGeometric = "x0*exp((a-b^2/2)*t+b*w)";

std::vector<std::string> geometric(const std::string& scheme, std::vector<std::string> more) {
  std::vector<std::string> arguments{"--scheme", scheme,    "--drift", "a*x",     "--diffusion", "b*x",     "--param",
                                     "a=1.01",   "--param", "b=0.87",  "--start", "0.5",         "--paths", "8000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Own formulas: the symbolic derivative makes Milstein of order 1; read in the wrong calculus, with noise of another
// size, or against another solution, the order is refuted, with exit status 1.
TEST(Order, OfAnEquationOfOnesOwn) {
  const Json json = measured(geometric("milstein", {"--exact", kGeometric}));
  expect_sharp(json, 1);
  EXPECT_EQ(json.at("against"), "the solution on the same Brownian path");
  expect_sharp(measured(geometric("stratonovich-heun", {"--exact", kGeometric})), 1);
  expect_sharp(measured(geometric("milstein", {})), 1);  // against itself at half the step
  EXPECT_EQ(measured(geometric("milstein", {"--exact", kGeometric, "--calculus", "stratonovich"}), 1).at("verdict"),
            "refuted");
  EXPECT_EQ(measured(geometric("milstein", {"--exact", "x0*exp((a-b^2/2)*t+sqrt(2)*b*w)"}), 1).at("verdict"),
            "refuted");
}

// Stratonovich in the plane with one noise: the Kubo oscillator keeps its modulus.
TEST(Order, OfAnEquationInThePlane) {
  expect_sharp(measured({"--scheme", "milstein", "--drift", "-y; x", "--diffusion", "-0.8*y; 0.8*x", "--noise",
                         "scalar", "--calculus", "stratonovich", "--exact",
                         "x0*cos(t+0.8*w)-y0*sin(t+0.8*w); x0*sin(t+0.8*w)+y0*cos(t+0.8*w)", "--start", "1,0",
                         "--variables", "x,y", "--paths", "8000"}),
               1);
  expect_sharp(measured({"--scheme", "milstein", "--drift", "sin(x+y); sin(x+y)", "--diffusion",
                         "1+sin(x)/2; sqrt(1+y^2)", "--noise", "diagonal", "--start", "0.3,-0.2", "--paths", "8000"}),
               1);
}

// Weak orders by pairs of paths, where there is no lattice.
TEST(Order, WeakByPaths) {
  const Json json = measured({"--scheme", "milstein", "--kind", "weak", "--problem", "kubo", "--paths", "50000"});
  EXPECT_EQ(json.at("method"), "paths");
  expect_sharp(json, 1);
}

// A potential of one's own, by its formula; additive noise from --drift and --diffusion serves the schemes for it.
TEST(Order, OfAPotentialAndOfAdditiveNoise) {
  expect_sharp(measured({"--scheme", "trapezoidal", "--formula", "x^4/4-x^2/2", "--temperature", "0.5", "--start",
                         "0.5", "--kind", "weak"}),
               2);
  expect_sharp(measured({"--scheme", "sra1", "--drift", "-sinh(x)", "--diffusion", "1", "--start", "0.5"}), 1.5);
}

TEST(Order, IsATableWithoutJson) {
  const Outcome outcome = Place().run({"order", "--scheme", "milstein", "--kind", "weak", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* text : {"circle: dX = (sin(x)", "weak order of milstein at T = 1, no sampling", "0.00390625",
                           "declared 1: consistent, sharp"})
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
}

// Paths that blow up leave no order, and say why, and what to do: 5 x^3 explodes.
TEST(Order, SaysWhyThereIsNone) {
  const Json json = measured({"--scheme", "milstein", "--drift", "5*x^3", "--diffusion", "x", "--start", "2"}, 3);
  EXPECT_TRUE(json.at("order").is_null());
  EXPECT_EQ(json.at("status"), "blew up");
  const std::string why = json.at("why").get<std::string>();
  for (const char* text : {"moments of an explicit scheme do not converge", "steps smaller than", "tamed-euler"})
    EXPECT_NE(why.find(text), std::string::npos) << why;
}

TEST(Order, ProblemsAreListed) {
  const Outcome outcome = Place().run({"list", "problems", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json problems = Json::parse(outcome.out).at("problems");
  EXPECT_EQ(problems.size(), 14u);
  EXPECT_EQ(problems[1].at("name"), "tanh");
}

}  // namespace
}  // namespace cli
