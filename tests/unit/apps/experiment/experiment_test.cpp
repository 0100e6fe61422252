#include "apps/experiment/experiment.hpp"

#include <gtest/gtest.h>

#include "models/potentials/catalogue.hpp"
#include "support/experiments.hpp"
#include "support/folder.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

/// One mistake: what is replaced in the small experiment by what, and the whole message behind the folder.
struct Mistake {
  std::string name, from, to, message;
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class Mistakes : public testing::TestWithParam<Mistake> {};

// Fails if a mistake is accepted, placed elsewhere, or said in other words.
TEST_P(Mistakes, AreRefusedWithTheWholeMessage) {
  const Folder folder;
  const auto file = folder.write("e.toml", with(kTinyChecked, GetParam().from, GetParam().to));
  try {
    load_experiment(file);
    FAIL() << "accepted";
  } catch (const ExperimentError& error) {
    const std::string text = error.what(), place = folder.path().string() + "/";
    EXPECT_EQ(text.substr(0, place.size()), place);
    EXPECT_EQ(text.substr(place.size()), GetParam().message);
  }
}

const std::vector<Mistake> kMistakes = {
    {"sweep", "[claims]", "[sweep]\nreplicas = 2\n[claims]",
     "e.toml:34:12: unknown key \"replicas\" in [sweep]; did you mean \"replicates\"?"},
    {"fit", "[claims]", "[[fit]]\ny = \"1\"\n[claims]",
     "e.toml:33:1: a fit needs [sweep]; it takes one point of the line from each run"},
    {"missing", "formula = \"(x^2-1)^2 + 0.1*c*x\"\n", "",
     "e.toml:3:1: [potential] has no key \"formula\"; it has no default, so write it"},
    {"table", "initial = {kind = \"gibbs\", temperature = 0.04, tilt = [0.1]}", "initial = 3",
     "e.toml:9:11: dynamics.initial is an integer but must be a table"},
    {"both_temperatures", "temperature = 0.04,", "temperature = 0.04, temperature_ratio = 0.5,",
     "e.toml:9:68: [dynamics.initial] has both temperature and temperature_ratio; keep one of them"},
    {"tilt", "tilt = [0.1]", "tilt = [0.1, 0.2]",
     "e.toml:9:55: dynamics.initial.tilt has 2 entries but the potential has dimension 1"},
    {"last_time", "until = 10.0", "until = 11.0", "e.toml:11:13: the last entry of dynamics.report_at must be until"},
    {"no_times", "[1, 5, 10]", "[]", "e.toml:11:13: dynamics.report_at is empty"},
    {"study_kind", "\"fokker-planck\"", "\"fokker-plank\"",
     "e.toml:19:8: study.grid.kind is \"fokker-plank\" but must be one of spectral-gap, fokker-planck, langevin, "
     "sgd, "
     "escape, sgd-operator, sgd-modified-equation, flow; did you mean \"fokker-planck\"?"},
    {"study_problem", "\"fokker-planck\"", "\"fokker-planck\"\nproblem = \"cold\"",
     "e.toml:20:11: study.grid.problem is \"cold\" but must be one of "},
    {"odd_cells", "\"fokker-planck\"", "\"fokker-planck\"\ncells = [255]",
     "e.toml:20:9: study.grid.cells must hold multiples of 4; the error is estimated on grids of half and a quarter "
     "of the cells"},
    {"cells_dimension", "\"fokker-planck\"", "\"fokker-planck\"\ncells = [256, 256]",
     "e.toml:20:9: study.grid.cells has 2 entries but the potential has dimension 1"},
    {"slash", "\"particles\"\nkind", "\"a/b\"\nkind",
     "e.toml:21:8: study.a/b.name is \"a/b\" but must be a name without slashes"},
    {"noise_keys", "batch = 1", "noise = \"isotropic\"\nbatch = 1",
     "e.toml:29:9: study.sgd.batch is for noise = \"mini-batch\" alone"},
    {"batch_size", "batch = 1", "replacement = \"without\"\nbatch = 3",
     "e.toml:29:9: study.sgd.batch is 3 but must be at least 1 and at most 2"},
    {"own_clock", "batch = 1", "batch = 1\nlearning_rate = 0.3",
     "e.toml:29:17: study.sgd.learning_rate is 0.3 but time 1 is no multiple of it; change the step or report_at and "
     "until"},
    {"compare_one", "[\"grid\", \"particles\", \"sgd\"]", "[\"grid\"]",
     "e.toml:31:6: compare.0.of must name at least two studies"},
    {"compare_study", "\"particles\", \"sgd\"]", "\"particle\"]",
     "e.toml:31:6: there is no study \"particle\"; did you mean \"particles\"?"},
    {"compare_kind", "\"particles\", \"sgd\"]", "\"gap\"]",
     "e.toml:31:6: study \"gap\" is of kind spectral-gap, which has no law in time"},
    {"measure", "\"w1-marginals\"", "\"w1-marginal\"",
     "e.toml:32:11: there is no measure \"w1-marginal\"; did you mean \"w1-marginals\"?"},
    {"compare_time", "measure", "at = [2.5]\nmeasure", "e.toml:32:6: time 2.5 is not in report_at"},
    {"expect", "measure", "expect = {sgd = \"rejected\"}\nmeasure",
     "e.toml:32:17: compare.0.expect.sgd is \"rejected\" but must be one of consistent, refuted, undecided, not "
     "applicable; did you mean \"refuted\"?"},
    {"claim", "\"A6\"", "\"A7\"", "e.toml:34:9: a run cannot check the claim \"A7\"; did you mean \"A1\"?"},
    {"claim_study", "\"A6\"]", "\"A6\"]\nexpect = {sgdd = {A2 = \"refuted\"}}",
     "e.toml:35:18: unknown key \"sgdd\" in [claims.expect]; did you mean \"sgd\"?"},
    {"seed", "{seed = 3}", "{seed = \"12x\"}",
     "e.toml:2:15: run.seed is \"12x\" but must be an integer from 0 to 2^64 - 1"},
};
INSTANTIATE_TEST_SUITE_P(Experiment, Mistakes, testing::ValuesIn(kMistakes),
                         [](const auto& mistake) { return mistake.param.name; });

// Fails if an override goes astray or stays without effect; studies are addressed by name.
TEST(Overrides, ReachDynamicsStudiesAndNewKeys) {
  const Folder folder;
  const auto file = folder.write("e.toml", kTinyChecked);
  const Experiment experiment =
      load_experiment(file, {"dynamics.learning_rate=0.2", "study.particles.paths=7",
                             "run.seed=\"18446744073709551615\"", "study.particles.paths=9"});
  EXPECT_EQ(experiment.problems.front().temperature->value(), 0.1);
  EXPECT_EQ(experiment.find_study("particles")->paths, 9);
  EXPECT_EQ(experiment.find_study("sgd")->learning_rate, 0.2);
  EXPECT_EQ(experiment.seed, 18446744073709551615u);
}

// Fails if a default is not written, a value changes on the way, or the second resolution differs from the first.
TEST(Resolved, IsAFixedPoint) {
  const Folder folder;
  const std::string once =
      resolved_toml(load_experiment(folder.write("e.toml", with(kTinyChecked, "observe = [\"loss\", \"x\"]\n", ""))));
  const Experiment again = load_experiment(folder.write("again.toml", once));
  EXPECT_EQ(resolved_toml(again), once);
  for (const char* line : {"scheme = \"heun\"", "replacement = \"with\"", "seed = 3\n", "tolerance = 1e-06",
                           "noise = \"mini-batch\"", "sample_paths = 4", "observe = [\"loss\"]", "controls = true"}) {
    EXPECT_NE(once.find(line), std::string::npos) << line;
  }
}

// Data come along inline, raw, with the columns that are used and no other; the potential is the same to the bit.
TEST(Resolved, HoldsTheDataItself) {
  const Folder folder;
  folder.write("d.csv", "a,b,unused\n0.1,3,5\n0.7,-2,6\n1.3,0.25,7\n");
  const std::string net = R"([potential]
kind = "two-layer-net"
activation = "tanh"
trained = "hidden"
scale = "one"
loss = "square"
loss_factor = 0.5
ridge = 0.1
outer_weights = [1.0]
data = {file = "d.csv", inputs = ["a", "1"], target = "b^2", standardise = ["a"]}
)";
  const Experiment first = load_experiment(folder.write("e.toml", net));
  const std::string once = resolved_toml(first);
  EXPECT_EQ(once.find("unused"), std::string::npos);
  std::filesystem::remove(folder.path() / "d.csv");
  const Experiment second = load_experiment(folder.write("again.toml", once));
  EXPECT_EQ(resolved_toml(second), once);
  const Points x = Points::Constant(8, 2, 0.3);
  EXPECT_EQ(values(*first.problems.front().potential, x)(0), values(*second.problems.front().potential, x)(0));
}

// A problem takes from the file's own what it does not say; a temperature replaces a learning rate.
TEST(Problems, InheritByKey) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write(
      "e.toml", with(kTinyChecked, "[[study]]", "[problem.cold.dynamics]\ntemperature = 0.01\n[[study]]")));
  const Problem& cold = experiment.problem("cold");
  EXPECT_EQ(cold.temperature->value(), 0.01);
  EXPECT_EQ(cold.potential, experiment.problems.front().potential);
  EXPECT_EQ(cold.report_at, experiment.problems.front().report_at);
}

// A user's class is reached by its name and gets its numbers.
TEST(UserPotential, IsAKindLikeAnyOther) {
  const Folder folder;
  std::map<std::string, double> seen;
  const PotentialFactories user = {{"mine", [&](const std::map<std::string, double>& parameters) {
                                      seen = parameters;
                                      return make_potential("double-well");
                                    }}};
  const Experiment experiment =
      load_experiment(folder.write("e.toml", "[potential]\nkind = \"mine\"\nparameters = {k = 3}\n"), {}, user);
  EXPECT_EQ(seen.at("k"), 3);
  EXPECT_EQ(experiment.problems.front().potential->dimension(), 1);
}

}  // namespace
