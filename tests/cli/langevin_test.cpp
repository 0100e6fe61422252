// The sub-command langevin as a user runs it: means against closed forms, keys that scripts rely on, the same bytes
// for threads and blocks, outcomes without an answer, interruption.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;

/// f = k x^2/2, k = 2, at temperature 0.6.
std::vector<std::string> harmonic(std::vector<std::string> more) {
  std::vector<std::string> arguments{"langevin",    "--formula", "k*x^2/2",       "--param", "k=2",
                                     "--variables", "x",         "--temperature", "0.6",     "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Json answer(const Outcome& outcome) {
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return Json::parse(outcome.out.substr(0, outcome.out.find("\"seconds\"") - 4) + "}");
}

bool within(const Json& measurement, double exact) {
  const double error = measurement.at("standard_error");
  return std::abs(measurement.at("value").get<double>() - exact) < 4.9 * error + 1e-12;
}

// Euler-Maruyama on a quadratic has stationary variance (tau/k)/(1 - hk/2) = .3/.8 at h = .2, where Gibbs has .3: the
// mean must be that of the scheme at level 1e-6, and the difference from Gibbs must be found. The same for OBABO,
// (tau/k)/(1 - h^2 k/(4m)), w = 1. Fails if scheme, step, mass, temperature, parameter or observable do not arrive.
TEST(Langevin, MeansAreThoseOfTheScheme) {
  const Json euler = answer(Place().run(harmonic({"--scheme", "euler-maruyama", "--step", "0.2", "--until", "20",
                                                  "--paths", "200000", "--observe", "x^2", "--json"})));
  EXPECT_EQ(euler.at("schema"), 1);
  EXPECT_EQ(euler.at("status"), "ok");
  EXPECT_EQ(euler.at("temperature"), 0.6);
  EXPECT_EQ(euler.at("learning_rate"), 1.2);
  EXPECT_EQ(euler.at("scheme"), "euler-maruyama");
  EXPECT_EQ(euler.at("seed"), "1");
  const Json& square = euler.at("observables").at("x^2");
  EXPECT_TRUE(within(square, 0.375)) << square;
  EXPECT_NEAR(square.at("gibbs_mean").at("value").get<double>(), 0.3, 1e-12);
  EXPECT_TRUE(within(square.at("difference"), 0.075)) << square;
  EXPECT_EQ(square.at("verdict"), "refuted");

  const Json obabo =
      answer(Place().run(harmonic({"--scheme", "obabo", "--step", "0.5", "--mass", "0.5", "--friction", "1.5",
                                   "--until", "20", "--paths", "200000", "--observe", "x^2", "--json"})));
  EXPECT_TRUE(within(obabo.at("observables").at("x^2"), 0.4)) << obabo;
  EXPECT_EQ(obabo.at("friction"), 1.5);
  EXPECT_EQ(obabo.at("mass"), 0.5);
}

// BAOAB is exact on quadratics: equal to Gibbs within 0.05 standard deviations; in two dimensions <x y> = -tau c/(1 -
// c^2) for f = (x^2 + y^2)/2 + c x y. From a Gaussian start and from Gibbs.
TEST(Langevin, AgreesWithGibbsWhereTheSchemeIsExact) {
  for (const char* initial : {"x=1:0.5,y=0:0.1", "gibbs"}) {
    const Json json = answer(Place().run({"langevin",      "--formula", "(x^2+y^2)/2 + 0.5*x*y",
                                          "--temperature", "0.5",       "--scheme",
                                          "baoab",         "--step",    "0.5",
                                          "--until",       "30",        "--paths",
                                          "100000",        "--initial", initial,
                                          "--observe",     "x*y",       "--observe",
                                          "loss",          "--json",    "--quiet"}));
    const Json& product = json.at("observables").at("x*y");
    EXPECT_NEAR(product.at("gibbs_mean").at("value").get<double>(), -0.5 * 0.5 / 0.75, 1e-10);
    EXPECT_TRUE(within(product, -0.5 * 0.5 / 0.75)) << product;
    EXPECT_EQ(product.at("verdict"), "consistent") << product;
    EXPECT_TRUE(within(json.at("observables").at("loss"), 0.5)) << json;
  }
}

// Euler's chain on k x^2/2 has autocorrelation time h (1 + a)/(1 - a), a = 1 - hk, for x and the same with a^2 for
// x^2; time averages have the chain's variance, normal quantiles its law's. Fails if looks miss steps, times are in
// steps, or a number belongs to another observable.
TEST(Langevin, LooksAlongThePaths) {
  const Json json = answer(Place().run(harmonic(
      {"--scheme",       "euler-maruyama", "--step",      "0.1",  "--until",   "220", "--average-from", "20",
       "--observations", "2000",           "--paths",     "2000", "--observe", "x",   "--observe",      "x^2",
       "--quantiles",    "0.5,0.9",        "--histogram", "6",    "--json"})));
  const Json &x = json.at("observables").at("x"), &square = json.at("observables").at("x^2");
  const double a = 0.8, variance = 0.3 / 0.9;
  EXPECT_TRUE(within(x.at("autocorrelation_time"), 0.1 * (1 + a) / (1 - a))) << x;
  EXPECT_TRUE(within(square.at("autocorrelation_time"), 0.1 * (1 + a * a) / (1 - a * a))) << square;
  EXPECT_TRUE(within(square.at("time_average"), variance)) << square;
  EXPECT_FALSE(within(square.at("time_average"), 0.3)) << square;
  EXPECT_EQ(x.at("quantiles").at(1).at("level"), 0.9);
  EXPECT_TRUE(within(x.at("quantiles").at(1), 1.2815515655446 * std::sqrt(variance))) << x;
  EXPECT_EQ(x.at("histogram").at("edges").size(), 7u);
  int counted = 0;
  for (const Json& count : x.at("histogram").at("counts")) counted += count.get<int>();
  EXPECT_EQ(counted, 2000);
}

// Exponential Euler with k h = 40 draws a fresh N(0, tau/k) at every step: from Gibbs the first exit from |x| < c is
// geometric with p = 2 Phi(-c/sd) = .31731 at c = sd = .5477226, so the rate per step is p.
TEST(Langevin, CountsFirstExits) {
  const Json json = answer(Place().run(harmonic({"--scheme", "exponential-euler", "--step", "20", "--until", "200",
                                                 "--paths", "50000", "--exit", "abs(x) > sqrt(0.3)", "--json"})));
  EXPECT_TRUE(within(json.at("exit").at("rate"), 0.317310508 / 20)) << json.at("exit");
  EXPECT_TRUE(within(json.at("exit").at("share"), 1 - std::pow(1 - 0.317310508, 10))) << json.at("exit");
}

// From a point the mean is e^{-kt} x on the way (Euler: (1 - hk)^n x), far from Gibbs, and says so.
TEST(Langevin, SeesTheLawBeforeItIsStationary) {
  const Json json = answer(Place().run(harmonic({"--scheme", "euler-maruyama", "--step", "0.1", "--until", "0.5",
                                                 "--initial", "x=-3", "--observe", "x", "--json"})));
  EXPECT_EQ(json.at("initial"), "point (-3)");
  const Json& mean = json.at("observables").at("x");
  EXPECT_TRUE(within(mean, -3 * std::pow(0.8, 5))) << mean;
  EXPECT_EQ(mean.at("verdict"), "refuted");
}

// Fails if a number depends on threads or blocks, or does not depend on the seed.
TEST(Langevin, IsTheSameForThreadsAndBlocks) {
  const auto run = [](std::vector<std::string> more) {
    std::vector<std::string> arguments{"langevin", "--formula", "x^4/4-x^2/2", "--temperature", "0.5",    "--step",
                                       "0.05",     "--until",   "5",           "--paths",       "3001",   "--observe",
                                       "x^2",      "--observe", "exp(x)",      "--json",        "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return answer(Place().run(arguments));
  };
  const Json one = run({"--threads", "1"});
  EXPECT_EQ(one, run({"--threads", "3", "--block", "64"}));
  EXPECT_EQ(one, run({"--threads", "2", "--block", "1000"}));
  EXPECT_NE(one, run({"--threads", "1", "--seed", "2"}));
}

// The file that --dry-run prints has the same numbers when it is run.
TEST(Langevin, IsShorthandForAnExperimentFile) {
  const Place place;
  const std::vector<std::string> more{"--step", "0.1", "--until", "2", "--paths", "500", "--observe", "x^2"};
  std::vector<std::string> dry = more, json = more;
  dry.push_back("--dry-run");
  json.push_back("--json");
  place.write("e.toml", place.run(harmonic(dry)).out);
  const Outcome run = place.run({"run", "e.toml", "--quiet", "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const Json command = answer(place.run(harmonic(json)));
  const Json whole = Json::parse(run.out);
  bool found = false;
  for (const Json& row : whole.at("measurements")) {
    if (row.at("quantity") != "mean x^2" || row.at("time") != 2.0) continue;
    found = true;
    EXPECT_EQ(row.at("measurement").at("value"), command.at("observables").at("x^2").at("value"));
  }
  EXPECT_TRUE(found) << run.out;
  // the potential and dynamics of a file, with options that replace its own
  const Json of_file =
      answer(place.run({"langevin", "e.toml", "--step", "0.1", "--paths", "500", "--json", "--quiet"}));
  EXPECT_EQ(of_file.at("observables"), command.at("observables"));
  const Json hotter = answer(place.run(
      {"langevin", "e.toml", "--step", "0.1", "--learning-rate", "3", "--until", "4", "--json", "--quiet"}));
  EXPECT_EQ(hotter.at("temperature"), 1.5);
  EXPECT_EQ(hotter.at("until"), 4.0);
}

TEST(Langevin, IsATableWithoutJson) {
  const Outcome outcome = Place().run(harmonic({"--step", "0.1", "--until", "4", "--observe", "x^2"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* text : {"temperature 0.6, learning rate 1.2", "10000 paths, start point (0), seed 1",
                           "heun, step 0.1", "mean at t = 4", "Gibbs mean", "verdict"})
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
}

// Without a Gibbs measure the means stand alone, and the reason is said; beyond three dimensions likewise.
TEST(Langevin, DoesWithoutGibbs) {
  const Json json = answer(Place().run({"langevin", "--formula", "-x^2/2", "--temperature", "1", "--step", "0.1",
                                        "--until", "1", "--observe", "x", "--json", "--quiet"}));
  EXPECT_TRUE(json.at("observables").at("x").at("gibbs_mean").is_null());
  EXPECT_TRUE(json.at("observables").at("x").at("verdict").is_null());
  EXPECT_EQ(json.at("gibbs").at("status"), "no Gibbs measure");
  const Json four = answer(Place().run({"langevin", "--formula", "a^2+b^2+c^2+d^2", "--temperature", "1", "--step",
                                        "0.1", "--until", "1", "--json", "--quiet"}));
  EXPECT_EQ(four.at("gibbs").at("status"), "out of reach");
}

TEST(Langevin, ABlowUpIsAnOutcome) {
  const Outcome outcome = Place().run({"langevin", "--formula", "x^4", "--temperature", "1", "--step", "1", "--until",
                                       "100", "--initial", "x=9", "--scheme", "euler-maruyama", "--json", "--quiet"});
  EXPECT_EQ(outcome.status, 3);
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("status"), "blew up");
  EXPECT_NE(json.at("why").get<std::string>().find("became infinite or NaN"), std::string::npos);
  EXPECT_TRUE(json.at("observables").empty());
}

// Stopped by a signal it returns 130 and says how to go on; the resumed run has the numbers of one that was not
// stopped. Without --out it says that nothing is kept.
TEST(Langevin, IsInterruptedAndGoesOn) {
  const Place place;
  const auto arguments = [](std::vector<std::string> more) {
    return harmonic([&] {
      std::vector<std::string> all{"--step",    "0.01",   "--until",        "400", "--paths",        "20000",
                                   "--observe", "x^2",    "--average-from", "0",   "--observations", "400",
                                   "--exit",    "x > 2.2"};
      all.insert(all.end(), more.begin(), more.end());
      return all;
    }());
  };
  // stopped as soon as the folder is there: of 20000 paths and 40000 steps nearly all is still to do
  const Outcome stopped = place.run(arguments({"--out", "out dir"}), "", [&](pid_t child) {
    for (int k = 0; k < 6000 && !std::filesystem::exists(place.path() / "out dir/.sgdlimits"); ++k) usleep(5'000);
    usleep(50'000);
    kill(child, SIGINT);
  });
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("go on with\n  sgdlimits langevin '--formula=k*x^2/2'"), std::string::npos)
      << stopped.err;
  EXPECT_NE(stopped.err.find("--out 'out dir' --resume"), std::string::npos) << stopped.err;
  const Json resumed = answer(place.run(arguments({"--out", "out dir", "--resume", "--json"})));
  EXPECT_EQ(resumed, answer(place.run(arguments({"--json"}))));
  EXPECT_TRUE(std::filesystem::exists(place.path() / "out dir/report.html"));
  const Outcome lost = place.run(arguments({}), "", [](pid_t child) {
    usleep(300'000);
    kill(child, SIGINT);
  });
  EXPECT_EQ(lost.status, 130);
  EXPECT_NE(lost.err.find("nothing is kept without --out DIR"), std::string::npos) << lost.err;
}

}  // namespace
}  // namespace cli
