// Points of a sweep, what is refused, and lines through numbers that are known.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "apps/experiment/experiment.hpp"
#include "apps/experiment/measured_expression.hpp"
#include "apps/experiment/run_fit.hpp"
#include "support/folder.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::experiment;
using namespace sgdlimits::test;

const std::string kBase = R"TOML([potential]
kind = "double-well"
[dynamics]
learning_rate = 0.2
[[study]]
name = "gap"
kind = "spectral-gap"
[sweep]
"dynamics.learning_rate" = [0.1, 0.2]
"potential.parameters.h" = {linear = [0.5, 1.0, 3]}
replicates = 2
[[fit]]
name = "slope"
y = "log(gap.spectral_gap)"
x = "1/dynamics.learning_rate"
expect = {slope = "-2*gap.barrier_out_of_the_worse_well"}
)TOML";

std::string message_of(const std::string& text) {
  const Folder folder;
  try {
    const ExperimentSource source = ExperimentSource::read(folder.write("e.toml", text));
    const Experiment experiment = load_experiment(source);
    for (const SweepPoint& point : sweep_points(*experiment.sweep)) load_point(source, *experiment.sweep, point);
  } catch (const ExperimentError& error) {
    const std::string what = error.what();
    return what.substr(what.find("e.toml"));
  }
  return "";
}

// Fails if the order, the ends of a range, the overrides or the independence of seeds is wrong.
TEST(Sweep, GridTakesEachWithEachTheLastKeyFastest) {
  const Folder folder;
  const ExperimentSource source = ExperimentSource::read(folder.write("e.toml", kBase));
  const Sweep sweep = *load_experiment(source).sweep;
  const std::vector<SweepPoint> points = sweep_points(sweep);
  ASSERT_EQ(points.size(), 12u);
  EXPECT_EQ(points[0].name, "dynamics.learning_rate=0.1,potential.parameters.h=0.5,replicate=1");
  EXPECT_EQ(points[1].name, "dynamics.learning_rate=0.1,potential.parameters.h=0.5,replicate=2");
  EXPECT_EQ(points[3].name, "dynamics.learning_rate=0.1,potential.parameters.h=0.75,replicate=2");
  EXPECT_EQ(points[11].name, "dynamics.learning_rate=0.2,potential.parameters.h=1.0,replicate=2");
  std::set<std::uint64_t> seeds;
  for (const SweepPoint& point : points) {
    const Experiment run = load_point(source, sweep, point);
    EXPECT_FALSE(run.sweep);
    seeds.insert(run.seed);
    EXPECT_EQ(run.seed, point_seed(sweep, point, 1));
    EXPECT_NE(resolved_toml(run).find("seed = " + std::to_string(run.seed)), std::string::npos);
  }
  EXPECT_EQ(seeds.size(), points.size());
  const Experiment last = load_point(source, sweep, points[6]);
  EXPECT_EQ(last.problems.front().temperature->learning_rate().value(), 0.2);
}

// Fails if common random numbers differ between combinations, or are the same for two replicates.
TEST(Sweep, CommonRandomNumbersBelongToTheReplicate) {
  const Folder folder;
  const ExperimentSource source = ExperimentSource::read(
      folder.write("e.toml", with(kBase, "replicates = 2", "replicates = 2\ncommon_random_numbers = true")));
  const Sweep sweep = *load_experiment(source).sweep;
  std::set<std::uint64_t> seeds;
  for (const SweepPoint& point : sweep_points(sweep)) seeds.insert(point_seed(sweep, point, 1));
  EXPECT_EQ(seeds.size(), 2u);
}

// Extending a sweep must leave name and seed of the points that were there. Fails if either depends on the others.
TEST(Sweep, ExtendedKeepsItsPoints) {
  const Folder folder;
  const auto seeds = [&](const std::string& text) {
    std::map<std::string, std::uint64_t> map;
    const Sweep sweep = *load_experiment(folder.write("e.toml", text)).sweep;
    for (const SweepPoint& point : sweep_points(sweep)) map[point.name] = point_seed(sweep, point, 7);
    return map;
  };
  const auto before = seeds(kBase);
  const auto after = seeds(with(with(kBase, "[0.1, 0.2]", "[0.05, 0.2, 0.1]"), "replicates = 2", "replicates = 3"));
  EXPECT_EQ(after.size(), 27u);
  for (const auto& [name, seed] : before) EXPECT_EQ(after.at(name), seed) << name;
}

// Ratios of a geometric range are equal, differences of a linear one too, up or down, both ends exact; rounding gives
// integers. Fails if an end loses a bit, or a value is off by more than rounding.
TEST(Sweep, RangesHaveEqualRatiosOrDifferencesAndExactEnds) {
  const Folder folder;
  const auto values = [&](const std::string& range) {
    const Experiment e = load_experiment(folder.write("e.toml", with(kBase, "{linear = [0.5, 1.0, 3]}", range)));
    std::vector<double> found;
    for (const Placed& placed : e.sweep->keys[1].values) found.push_back(*number_of(placed.text));
    return found;
  };
  const auto down = values("{geometric = [0.3, 0.007, 6]}"), linear = values("{linear = [-0.3, 0.9, 7]}");
  ASSERT_EQ(down.size(), 6u);
  EXPECT_EQ(down.front(), 0.3);
  EXPECT_EQ(down.back(), 0.007);
  for (std::size_t k = 1; k < 6; ++k) EXPECT_NEAR(down[k] / down[k - 1], std::pow(0.007 / 0.3, 1.0 / 5), 1e-14);
  ASSERT_EQ(linear.size(), 7u);
  EXPECT_EQ(linear.front(), -0.3);
  EXPECT_EQ(linear.back(), 0.9);
  for (std::size_t k = 1; k < 7; ++k) EXPECT_NEAR(linear[k] - linear[k - 1], 0.2, 1e-15);
  EXPECT_EQ(values("{geometric = [10, 1000, 4], round = true}"), (std::vector<double>{10, 46, 215, 1000}));
}

TEST(Sweep, ZipTakesTheKthWithTheKth) {
  const Folder folder;
  const std::string text =
      with(with(kBase, "{linear = [0.5, 1.0, 3]}", "[0.5, 1.0]"), "replicates = 2", "mode = \"zip\"");
  const auto points = sweep_points(*load_experiment(folder.write("e.toml", text)).sweep);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[1].name, "dynamics.learning_rate=0.2,potential.parameters.h=1.0,replicate=1");
}

// The resolved file must give the same points. Fails if a value loses a bit or a default changes.
TEST(Sweep, OfTheResolvedFileIsTheSame) {
  const Folder folder;
  const Experiment first =
      load_experiment(folder.write("e.toml", with(kBase, "[0.1, 0.2]", "{geometric = [0.1, 0.3, 7]}")));
  const Experiment second = load_experiment(folder.write("r.toml", resolved_toml(first)));
  EXPECT_EQ(first.resolved, second.resolved);
  const auto a = sweep_points(*first.sweep), b = sweep_points(*second.sweep);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_EQ(a[k].name, b[k].name);
}

struct Mistake {
  const char *name, *from, *to, *message;
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

const Mistake kMistakes[] = {
    {"unquoted", "\"dynamics.learning_rate\" =", "dynamics.learning_rate =",
     "e.toml:9:1: a swept key stands in quotes; write \"dynamics.KEY\" = [...]"},
    {"section", "\"potential.parameters.h\"", "\"potental.parameters.h\"",
     "e.toml:10:27: \"potental.parameters.h\" is no key that can be swept: there is no section \"potental\"; did you "
     "mean \"potential\"?"},
    {"key", "\"potential.parameters.h\"", "\"study.gap.mods\"",
     "e.toml:10:20: sweep point study.gap.mods=0.5: unknown key \"mods\" in [study.gap]; did you mean \"modes\"?"},
    {"value", "[0.1, 0.2]", "[0.1, -0.2]",
     "e.toml:9:34: sweep point dynamics.learning_rate=-0.2: dynamics.learning_rate is -0.2 but must be greater than "
     "0 and finite"},
    {"study", "\"potential.parameters.h\"", "\"study.gp.modes\"",
     "e.toml:10:20: sweep point study.gp.modes=0.5: there is no study \"gp\"; did you mean \"gap\"?"},
    {"range", "linear = [0.5, 1.0, 3]", "linear = [0.5, 1.0]",
     "e.toml:10:38: sweep.potential.parameters.h.linear must read [first, last, how many], how many from 2 to "
     "100000"},
    {"both", "{linear", "{geometric = [1, 2, 3], linear",
     "e.toml:10:28: [sweep.potential.parameters.h] must have one of geometric and linear; for instance {geometric = "
     "[0.1, 1.0, 5]}"},
    {"twice", "[0.1, 0.2]", "[0.1, 0.1]",
     "e.toml:9:34: sweep.dynamics.learning_rate has the value 0.1 twice; for repeated runs write replicates"},
    {"zip", "replicates = 2", "mode = \"zip\"",
     "e.toml:10:28: sweep.potential.parameters.h has 3 values but sweep.dynamics.learning_rate has 2; mode = \"zip\" "
     "takes them side by side; mode = \"grid\" takes each with each"},
    {"seeds", "\"dynamics.learning_rate\" = [0.1, 0.2]", "\"run.seed\" = [1, 2]",
     "e.toml:9:14: run.seed is swept, so there can be no replicates; write more seeds, or replicates alone"},
    {"replicates", "replicates = 2\n[[fit]]", "[[fit]]\nerrors = \"replicates\"",
     "e.toml:12:10: fit.slope.errors is \"replicates\" but the sweep has one replicate; write sweep.replicates = 5 "
     "or so"},
    {"geometric", "{linear = [0.5, 1.0, 3]}", "{geometric = [0.0, 1.0, 3]}",
     "e.toml:10:42: sweep.potential.parameters.h.geometric[0] is 0 but must be greater than 0 and finite"},
    {"by", "x = \"1/", "by = [\"dynamics.learning_rat\"]\nx = \"1/",
     "e.toml:15:6: \"dynamics.learning_rat\" is not swept; did you mean \"dynamics.learning_rate\"?"},
};

class SweepMistakes : public testing::TestWithParam<Mistake> {};

// Fails if a mistake is accepted, or its message lacks place or remedy.
TEST_P(SweepMistakes, AreRefusedWithPlaceAndRemedy) {
  EXPECT_EQ(message_of(with(kBase, GetParam().from, GetParam().to)), GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(Files, SweepMistakes, testing::ValuesIn(kMistakes),
                         [](const auto& mistake) { return std::string(mistake.param.name); });

TEST(FitNames, OfNoStudyAreRefusedWhereTheyStand) {
  EXPECT_EQ(message_of(kBase), "");
  const std::string owner = message_of(with(kBase, "log(gap.spectral_gap)", "log(gip.spectral_gap)"));
  EXPECT_EQ(owner.find("e.toml:14:10: "), 0u) << owner;
  EXPECT_NE(owner.find("gip.spectral_gap is neither a swept key nor of a study"), std::string::npos) << owner;
  const std::string syntax = message_of(with(kBase, "log(gap.spectral_gap)", "log(gap.spectral_gap"));
  EXPECT_EQ(syntax.find("e.toml:14:"), 0u) << syntax;
}

TEST(FitNames, PlainNameKeepsLettersAndDigits) {
  EXPECT_EQ(plain_name("mean w[0]^2"), "mean_w_0_2");
  EXPECT_EQ(plain_name("gap-s1"), "gap_s1");
}

// d log a = da/a; fails if an error is lost, or errors of one study are taken for independent.
TEST(Carry, AddsWithinAStudyAndInSquaresBetweenStudies) {
  const auto sum = [](const std::vector<double>& v) { return v[0] + v[1]; };
  const Carried one = carry(sum, {{"a.x", 1, 3, 0.5}, {"a.y", 2, 4, 0.25}});
  EXPECT_DOUBLE_EQ(one.standard_error, 7);
  EXPECT_DOUBLE_EQ(one.bound, 0.75);
  EXPECT_DOUBLE_EQ(carry(sum, {{"a.x", 1, 3, 0}, {"b.y", 2, 4, 0}}).standard_error, 5);
  const auto log = [](const std::vector<double>& v) { return std::log(v[0]); };
  EXPECT_NEAR(carry(log, {{"a.x", 5, 0.001, 0}}).standard_error, 0.0002, 1e-10);
  EXPECT_TRUE(std::isnan(carry(log, {{"a.x", 1, 2, 0}}).value));  // reaches zero
}

/// A sweep of "dynamics.learning_rate" over 1, 2, ..., n whose study m has measured `value(s)` with a fixed error.
template <class Value>
SweepResults measured(int n, double error, Value value) {
  SweepResults results;
  results.sweep.keys = {{"dynamics.learning_rate", "dynamics.learning_rate", {}}};
  for (int k = 1; k <= n; ++k) {
    results.sweep.keys[0].values.push_back({std::to_string(k) + ".0"});
    PointOutcome point;
    point.point.choice = {static_cast<std::size_t>(k - 1)};
    point.values = {std::to_string(k) + ".0"};
    point.studies = {{"m", Status::ok, ""}};
    point.rows = {{"m", "a rate", std::nullopt, Measurement::sampled(value(k), error * value(k), "synthetic")},
                  {"m", "constant", std::nullopt, Measurement::exact(-1.5, "synthetic")}};
    results.points.push_back(std::move(point));
  }
  return results;
}

FitSpec power_law(double tolerance) {
  FitSpec fit{"power", {"log(m.a_rate)"}, {"log(dynamics.learning_rate)"}, {}, false, {}, {}};
  fit.expect = FitExpectation{{"m.constant"}, tolerance, Verdict::consistent};
  return fit;
}

FitOutcome fitted(const FitSpec& fit, SweepResults results) {
  run_fit(fit, results);
  return results.fits.at(0);
}

// y = 3 s^-1.5 exactly: slope, intercept and verdict are known. Fails if names, logs or regression are wired wrongly.
TEST(Fit, RecoversAPowerLaw) {
  const FitOutcome fit = fitted(power_law(0.05), measured(8, 1e-3, [](double s) { return 3 * std::pow(s, -1.5); }));
  ASSERT_TRUE(fit.line) << fit.report.why;
  EXPECT_NEAR(fit.line->slope.value(), -1.5, 1e-12);
  EXPECT_NEAR(fit.line->intercept.value(), std::log(3.0), 1e-12);
  EXPECT_EQ(fit.verdict, Verdict::consistent);
  EXPECT_EQ(fit.remark, "");
}

// A slope of -1.3 where -1.5 is expected must be refuted, and large errors must leave it open.
TEST(Fit, RefutesAWrongSlopeAndLeavesAVagueOneOpen) {
  const auto value = [](double s) { return std::pow(s, -1.3); };
  EXPECT_EQ(fitted(power_law(0.05), measured(8, 1e-3, value)).verdict, Verdict::refuted);
  EXPECT_EQ(fitted(power_law(0.05), measured(8, 0.15, value)).verdict, Verdict::undecided);
}

// A curve has no slope: fails if its mean slope, -1.5, passes for a power law.
TEST(Fit, SaysThatACurveIsNoPowerLaw) {
  const FitOutcome fit = fitted(power_law(0.05), measured(8, 1e-4, [](double s) {
                                  return std::exp(-1.5 * std::log(s) + 0.2 * std::pow(std::log(s) - 1.3, 2));
                                }));
  EXPECT_EQ(fit.verdict, Verdict::not_applicable);
  EXPECT_EQ(fit.remark.find("not a power law here"), 0u) << fit.remark;
}

TEST(Fit, LeavesOutWhatIsUndefinedOrOneSidedAndNamesIt) {
  SweepResults results = measured(6, 1e-3, [](double s) { return std::pow(s, -1.5); });
  results.points[1].rows.erase(results.points[1].rows.begin());
  results.points[2].rows[0].measurement = Measurement(1, 0, 0, Side::upper, Grade::bound, "synthetic");
  results.points[3].rows[0].measurement = Measurement::sampled(-1, 1e-3, "synthetic");
  const FitOutcome fit = fitted(power_law(0.05), results);
  EXPECT_EQ(fit.points.size(), 3u);
  ASSERT_EQ(fit.left_out.size(), 3u);
  EXPECT_NE(fit.left_out[0].find("m.a_rate was not measured"), std::string::npos);
  EXPECT_NE(fit.left_out[1].find("one side only"), std::string::npos);
  EXPECT_NE(fit.left_out[2].find("not defined there"), std::string::npos);
}

// Fails if a name that the study did not measure is let through, or the message does not say what there is.
TEST(Fit, UnknownQuantitiesListTheKnownOnes) {
  const SweepResults results = measured(2, 1e-3, [](double s) { return s; });
  FitSpec fit = power_law(0.05);
  EXPECT_NO_THROW(check_names(fit, results.sweep, results.points[0]));
  fit.y = {"log(m.a_rat)", "e.toml", 3, 5};
  try {
    check_names(fit, results.sweep, results.points[0]);
    FAIL();
  } catch (const ExperimentError& error) {
    EXPECT_STREQ(error.what(),
                 "e.toml:3:10: fit.power: m.a_rat was not measured; did you mean m.a_rate? known: m.a_rate, "
                 "m.constant");
  }
}

}  // namespace
