// docs/guide/experiment-file.md against what the readers accept.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "apps/experiment/experiment.hpp"
#include "models/potentials/catalogue.hpp"
#include "support/folder.hpp"
#include "support/message_of.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

using Names = std::set<std::string>;
const std::filesystem::path kSources = SGDLIMITS_SOURCE_DIR;

/// Every section once, each under a header of its own, and a value of every key that takes one of a list of names.
const std::string kEverySection = R"TOML(title = "every section"
[run]
seed = 1
[potential]
kind = "formula"
formula = "(x^2-1)^2 + c*x"
[potential.samples]
c = [1.0, -1.0]
[dynamics]
learning_rate = 0.1
until = 1.0
[dynamics.initial]
kind = "gibbs"
[problem.net]
[problem.net.potential]
kind = "two-layer-net"
activation = "tanh"
trained = "hidden"
scale = "1/N"
loss = "square"
loss_factor = 1.0
ridge = 0.1
[problem.net.potential.outer_weights]
law = "signs"
width = 1
[problem.net.potential.data]
inputs = ["x0"]
[problem.net.potential.data.synthetic]
law = "gaussian"
rows = 4
dimension = 1
[problem.net.potential.data.synthetic.teacher]
width = 1
outer = "gaussian"
[problem.fresh.dynamics]
initial = {kind = "point", x = 0.5}
[problem.fresh.potential]
kind = "two-layer-net"
activation = "relu"
trained = "hidden"
scale = "1/N"
loss = "square"
loss_factor = "N"
ridge = 0.0
outer_weights = [1.0]
[problem.fresh.potential.data]
law = "isotropic-gaussians"
dimension = 2
delta = 0.5
[problem.classes.dynamics]
initial = {kind = "point", x = 0.5}
[problem.classes.potential]
kind = "two-layer-net"
activation = "relu"
trained = "hidden"
scale = "1/N"
loss = "square"
loss_factor = 1.0
ridge = 0.0
outer_weights = [1.0]
[problem.classes.potential.data]
law = "gaussian-classes"
dimension = 1
[problem.classes.potential.data.classes.all]
probability = 1.0
target = 1.0
[problem.taught.dynamics]
initial = {kind = "point", x = 0.5}
[problem.taught.potential]
kind = "two-layer-net"
activation = "tanh"
trained = "hidden"
scale = "1/N"
loss = "square"
loss_factor = 1.0
ridge = 0.0
outer_weights = [1.0]
[problem.taught.potential.data]
inputs = "sphere"
law = "teacher"
dimension = 2
test_samples = 10
[problem.taught.potential.data.teacher]
width = 1
[problem.columns.dynamics]
initial = {kind = "point", x = 0.5}
[problem.columns.potential]
kind = "formula"
formula = "x^2*g*u*r*e*l*m"
[problem.columns.potential.data]
law = "independent-columns"
[problem.columns.potential.data.columns.g]
law = "gaussian"
[problem.columns.potential.data.columns.u]
lower = -1.0
upper = 2.0
law = "uniform"
[problem.columns.potential.data.columns.r]
law = "rademacher"
[problem.columns.potential.data.columns.e]
law = "exponential"
[problem.columns.potential.data.columns.l]
log_sd = 0.0
law = "lognormal"
[problem.columns.potential.data.columns.m]
law = "mixture"
[problem.columns.potential.data.columns.m.parts.all]
sd = 0.0
law = "gaussian"
probability = 1.0
[problem.point.potential]
kind = "double-well"
[problem.point.dynamics.initial]
kind = "point"
x = 0.0
[problem.gaussian.dynamics.initial]
kind = "gaussian"
mean = 0.0
sd = 0.1
[[study]]
name = "gap"
kind = "spectral-gap"
problem = ""
[[study]]
name = "grid"
kind = "fokker-planck"
[[study]]
name = "particles"
kind = "langevin"
scheme = "heun"
step = 0.1
paths = 10
[[study]]
name = "sgd"
kind = "sgd"
noise = "mini-batch"
replacement = "with"
batch = 1
paths = 10
[study.schedule]
kind = "power-law"
exponent = 0.5
offset = 10
[study.momentum]
kind = "nesterov"
beta = 0.5
[study.added_noise]
kind = "langevin"
[[study]]
name = "other"
kind = "sgd"
batch = 1
paths = 10
[study.schedule]
kind = "piecewise"
starts = [5]
rates = [0.05]
[study.added_noise]
kind = "gradient-error"
sd = 0.5
[[study]]
name = "steady"
kind = "sgd"
batch = 1
paths = 10
[study.schedule]
kind = "constant"
[[study]]
name = "modified"
kind = "sgd-modified-equation"
replacement = "with"
order = 1
step = 0.1
batch = 1
paths = 10
[[study]]
name = "leave"
kind = "escape"
noise = "langevin"
scheme = "heun"
step = 0.1
paths = 10
[[study]]
name = "operator"
kind = "sgd-operator"
replacement = "with"
[[study]]
name = "fall"
kind = "flow"
[[compare]]
of = ["grid", "particles"]
at = "until"
measure = ["loss"]
[compare.expect]
grid = "consistent"
[claims]
check = ["A2"]
effort = "quick"
[sweep]
mode = "grid"
[sweep."dynamics.learning_rate"]
geometric = [0.1, 0.2, 2]
[[fit]]
y = "log(gap.spectral_gap)"
x = "1/dynamics.learning_rate"
errors = "own"
[fit.expect]
slope = 1.0
verdict = "consistent"
)TOML";

/// A section of kEverySection: the line that begins it, the headings of the page that list its keys, and the keys
/// there that take one of a list of names.
struct Part {
  std::string line;
  Names headings, choices;
};
const std::vector<Part> kParts = {
    {"title = \"every section\"", {"Top level"}, {}},
    {"[run]", {"run"}, {}},
    {"[potential]", {"potential", "formula"}, {"kind"}},
    {"[problem.net.potential]", {"potential", "two-layer-net"}, {"activation", "trained", "scale", "loss"}},
    {"[problem.net.potential.outer_weights]", {"outer weights"}, {"law"}},
    {"[problem.net.potential.data]", {"data"}, {}},
    {"[problem.net.potential.data.synthetic]", {"synthetic"}, {"law"}},
    {"[problem.net.potential.data.synthetic.teacher]", {"teacher"}, {"outer"}},
    {"[problem.fresh.potential.data]", {"laws of samples", "isotropic-gaussians"}, {"law"}},
    {"[problem.classes.potential.data]", {"laws of samples", "gaussian-classes"}, {}},
    {"[problem.classes.potential.data.classes.all]", {"classes"}, {}},
    {"[problem.taught.potential.data]", {"laws of samples", "teacher law"}, {"inputs"}},
    {"[problem.columns.potential.data]", {"independent-columns"}, {"law"}},
    {"[problem.columns.potential.data.columns.g]", {"column", "gaussian column"}, {"law"}},
    {"[problem.columns.potential.data.columns.u]", {"column", "uniform column"}, {}},
    {"[problem.columns.potential.data.columns.r]", {"column", "rademacher column"}, {}},
    {"[problem.columns.potential.data.columns.e]", {"column", "exponential column"}, {}},
    {"[problem.columns.potential.data.columns.l]", {"column", "lognormal column"}, {}},
    {"[problem.columns.potential.data.columns.m]", {"column", "mixture column"}, {}},
    {"[problem.point.potential]", {"potential", "built-in"}, {}},
    {"[dynamics]", {"dynamics"}, {}},
    {"[dynamics.initial]", {"initial", "gibbs"}, {"kind"}},
    {"[problem.point.dynamics.initial]", {"initial", "point"}, {}},
    {"[problem.gaussian.dynamics.initial]", {"initial", "gaussian"}, {}},
    {"[problem.net]", {"problem"}, {}},
    {"name = \"gap\"", {"studies", "spectral-gap"}, {"kind"}},
    {"name = \"grid\"", {"studies", "fokker-planck"}, {}},
    {"name = \"particles\"", {"studies", "langevin"}, {"scheme"}},
    {"name = \"sgd\"", {"studies", "sgd"}, {"noise", "replacement"}},
    {"[study.schedule]\nkind = \"power-law\"", {"schedule", "power-law"}, {"kind"}},
    {"kind = \"piecewise\"", {"schedule", "piecewise"}, {}},
    {"kind = \"constant\"", {"schedule"}, {}},
    {"[study.momentum]", {"momentum"}, {"kind"}},
    {"[study.added_noise]\nkind = \"langevin\"", {"added noise", "langevin and mean-field"}, {"kind"}},
    {"kind = \"gradient-error\"", {"added noise", "gradient error"}, {}},
    {"name = \"modified\"", {"studies", "sgd-modified-equation"}, {"replacement"}},
    {"name = \"leave\"", {"studies", "escape"}, {"noise"}},
    {"name = \"operator\"", {"studies", "sgd-operator"}, {"replacement"}},
    {"name = \"fall\"", {"studies", "flow"}, {}},
    {"[[compare]]", {"compare"}, {"at", "measure"}},
    {"[claims]", {"claims"}, {"check", "effort"}},
    {"[sweep]", {"sweep"}, {"mode"}},
    {"[sweep.\"dynamics.learning_rate\"]", {"range"}, {}},
    {"[[fit]]", {"fit"}, {"errors"}},
    {"[fit.expect]", {"expected slope"}, {"verdict"}},
};

/// What follows the heading `title` of the page, up to the next heading.
std::string section(const std::string& page, const std::string& title) {
  std::smatch found;
  const std::regex heading("(^|\n)#+ " + title + "\n");
  if (!std::regex_search(page, found, heading)) return "";
  const std::string rest = found.suffix();
  return rest.substr(0, rest.find("\n#"));
}

/// The keys that begin the rows of tables with the head "| key |".
Names keys_in(const std::string& text) {
  Names keys;
  const std::regex row("\n\\| `([a-z0-9_]+)` \\|");
  const std::size_t table = text.find("| key |");
  if (table == std::string::npos) return keys;
  const std::string rows = text.substr(table, text.find("\n\n", table) - table);
  for (std::sregex_iterator it(rows.begin(), rows.end(), row), end; it != end; ++it) keys.insert((*it)[1]);
  return keys;
}

/// The names that a message lists after `before`, up to a semicolon or its end.
Names listed(const std::string& message, const std::string& before) {
  Names names;
  const std::size_t at = message.find(before);
  if (at == std::string::npos) return names;
  const std::string list = message.substr(at + before.size(), message.find(';', at) - at - before.size());
  const std::regex comma(", ");
  for (std::sregex_token_iterator it(list.begin(), list.end(), comma, -1), end; it != end; ++it) names.insert(*it);
  return names;
}

const std::string kPlanted = "qqqqqqqqqqqqqqqqqqqqqqqq";

/// The keys that a section accepts, by its answer to a key that it does not.
Names accepted(const Part& part) {
  const std::string message =
      message_of(with(kEverySection, part.line + "\n", part.line + "\n" + kPlanted + " = 1\n"));
  EXPECT_NE(message.find("unknown key \"" + kPlanted + "\""), std::string::npos) << part.line << ": " << message;
  return listed(message, "known: ");
}

/// The lists of keys that stand in the sources of the readers.
std::set<Names> lists_in_sources() {
  std::set<Names> lists;
  const std::regex call("\\.allow\\(\\s*\\{([^}]*)\\}"), key("\"([^\"]+)\"");
  for (const auto& entry : std::filesystem::directory_iterator(kSources / "apps/experiment")) {
    const std::string text = read_file(entry.path());
    for (std::sregex_iterator it(text.begin(), text.end(), call), end; it != end; ++it) {
      const std::string list = (*it)[1];
      Names names;
      for (std::sregex_iterator k(list.begin(), list.end(), key), last; k != last; ++k) names.insert((*k)[1]);
      lists.insert(names);
    }
  }
  return lists;
}

const std::string& page() {
  static const std::string text = read_file(kSources / "docs/guide/experiment-file.md");
  return text;
}

TEST(ExperimentFilePage, TheFileOfThisTestIsRight) { EXPECT_EQ(message_of(kEverySection), "accepted"); }

// Fails if the page lacks a key of a section, or lists one that the program refuses.
TEST(ExperimentFilePage, ListsExactlyTheKeysThatAreAccepted) {
  for (const Part& part : kParts) {
    Names documented;
    for (const std::string& heading : part.headings) {
      const Names keys = keys_in(section(page(), heading));
      EXPECT_FALSE(keys.empty()) << "no table of keys under the heading \"" << heading << "\"";
      documented.insert(keys.begin(), keys.end());
    }
    EXPECT_EQ(documented, accepted(part)) << part.line;
  }
}

// Fails if a reader has a section that kParts does not plant a key into: give it a part above and a table on the
// page.
TEST(ExperimentFilePage, EverySectionOfTheReadersIsTried) {
  std::set<Names> tried;
  for (const Part& part : kParts) tried.insert(accepted(part));
  const std::set<Names> written = lists_in_sources();
  EXPECT_GT(written.size(), 15u);
  for (const Names& names : written) EXPECT_TRUE(tried.count(names)) << "list with \"" << *names.begin() << "\"";
}

// Fails if the page does not name a value that a key takes. Schemes and built-in potentials have lists of their own.
TEST(ExperimentFilePage, NamesEveryValueOfEveryChoice) {
  Names with_lists;
  for (const Part& part : kParts) {
    for (const std::string& key : part.choices) {
      const std::size_t begin = kEverySection.find(part.line + "\n"),
                        at = kEverySection.find("\n" + key + " = ", begin);
      ASSERT_NE(at, std::string::npos) << part.line << ' ' << key;
      const std::size_t value = at + key.size() + 4, end = kEverySection.find('\n', value);
      const bool list = kEverySection[value] == '[';
      const std::string wrong = list ? "[\"" + kPlanted + "\"]" : "\"" + kPlanted + "\"";
      const std::string message = message_of(std::string(kEverySection).replace(value, end - value, wrong));
      const Names names = listed(message, list ? "known: " : "must be one of ");
      EXPECT_GE(names.size(), 1u) << part.line << ' ' << key << ": " << message;
      if (key == "scheme") continue;
      for (const std::string& name : names) {
        const bool row = page().find("\n| " + name + " |") != std::string::npos;
        EXPECT_TRUE(row || page().find("`" + name + "`") != std::string::npos)
            << part.line << ' ' << key << ' ' << name;
      }
    }
  }
}

// Fails if a built-in potential, a parameter or its default differs from the page.
TEST(ExperimentFilePage, ListsTheCatalogue) {
  for (const PotentialEntry& entry : potential_catalogue()) {
    std::smatch row;
    ASSERT_TRUE(std::regex_search(page(), row, std::regex("\n\\| " + entry.name + " \\|.*\\| ?([^|]*) ?\\|\n")))
        << entry.name;
    for (const auto& [name, value] : entry.parameters) {
      std::ostringstream written;
      written << '`' << name << "` " << value;
      EXPECT_NE(row[1].str().find(written.str()), std::string::npos) << entry.name << ": " << written.str();
    }
  }
}

// Fails if the example at the top is not accepted.
TEST(ExperimentFilePage, ItsExampleLoads) {
  const std::size_t begin = page().find("```toml\n") + 8;
  EXPECT_EQ(message_of(page().substr(begin, page().find("```", begin) - begin)), "accepted");
}

// Fails if the overrides that the page shows do not do what it says.
TEST(ExperimentFilePage, ItsOverridesApply) {
  const Folder folder;
  const auto file = folder.write("e.toml", kEverySection);
  const Experiment experiment =
      load_experiment(file, {"dynamics.until=5.0", "dynamics.report_at=[1, 5]", "study.grid.cells=[512]",
                             "compare=[{of = [\"grid\", \"sgd\"], measure = [\"loss\", \"observables\"]}]"});
  EXPECT_EQ(experiment.problems.front().report_at, (std::vector<double>{1, 5}));
  EXPECT_EQ(experiment.find_study("grid")->cells, std::vector<Index>{512});
  ASSERT_EQ(experiment.compares.size(), 1u);
  EXPECT_EQ(experiment.compares.front().of, (std::vector<std::string>{"grid", "sgd"}));
  EXPECT_EQ(experiment.compares.front().measure.size(), 2u);
  for (const char* shown :
       {"--set dynamics.until=5.0", "'dynamics.report_at=[1, 5]'", "'study.grid.cells=[512]'", "'compare=[{of = "})
    EXPECT_NE(page().find(shown), std::string::npos) << shown;
}

// Fails if a row's example is not of its key.
TEST(ExperimentFilePage, ExamplesAreOfTheirKeys) {
  const std::regex row("\n\\| `([a-z0-9_]+)` \\|[^\n]*\\| `([^`\n]+)` \\|(?=\n)");
  int examples = 0;
  for (std::sregex_iterator it(page().begin(), page().end(), row), end; it != end; ++it) {
    const std::string key = (*it)[1], example = (*it)[2];
    ++examples;
    const bool header = example[0] == '[' && example.find(key) != std::string::npos;
    EXPECT_TRUE(header || example.rfind(key + " = ", 0) == 0 || example.rfind(key + ".", 0) == 0) << example;
  }
  EXPECT_GT(examples, 70);
}

}  // namespace
