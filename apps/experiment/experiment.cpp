#include "apps/experiment/experiment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <sstream>

#include "apps/experiment/reading.hpp"

namespace sgdlimits {

namespace {

using namespace experiment;

std::string place_text(const std::string& file, int line, int column) {
  return line > 0 ? fmt::format("{}:{}:{}: ", file, line, column) : file + ": ";
}

toml::table parse(const ExperimentSource& source) {
  try {
    toml::table tree = toml::parse(source.text, source.file.string());
    for (const std::string& assignment : source.overrides) apply_override(tree, assignment);
    return tree;
  } catch (const toml::parse_error& error) {
    throw ExperimentError(source.file.string(), static_cast<int>(error.source().begin.line),
                          static_cast<int>(error.source().begin.column), std::string(error.description()));
  }
}

std::uint64_t read_seed(const Section& root, ResolvedTable& written) {
  static const toml::table empty;
  const toml::node* node = root.find("run");
  if (node && !node->is_table()) root.fail("run", "run must be a table");
  Section run(node ? *node->as_table() : empty, "run", root.file(), written);
  run.allow({"seed"});
  const toml::node* seed = run.find("seed");
  if (!seed || !seed->is_string()) {
    return static_cast<std::uint64_t>(run.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), 1));
  }
  const std::string text = run.text("seed");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    run.fail("seed", fmt::format("run.seed is \"{}\" but must be an integer from 0 to 2^64 - 1", text));
  }
  return value;
}

void set_sums(Problem& problem) {
  problem.sum = std::dynamic_pointer_cast<const FiniteSum>(problem.potential);
  problem.sampled = std::dynamic_pointer_cast<const SampledSum>(problem.potential);
}

/// The file's own problem, and [problem.NAME], which take what they do not say from it.
void read_problems(Section& root, const std::filesystem::path& folder, const PotentialFactories& user,
                   Experiment& experiment) {
  Problem own;
  Section potential = root.table("potential");
  own.potential = read_potential(potential, folder, user, experiment.seed);
  set_sums(own);
  const toml::table* dynamics = nullptr;
  if (root.has("dynamics")) {
    Section section = root.table("dynamics");
    dynamics = root.find("dynamics")->as_table();
    read_dynamics(section, own);
  }
  experiment.problems.push_back(own);
  if (!root.has("problem")) return;
  Section all = root.table("problem");
  for (const std::string& name : all.keys()) {
    Section section = all.table(name);
    section.allow({"potential", "dynamics"});
    if (name.empty()) all.fail(name, "a problem must have a name");
    Problem problem;
    problem.name = name;
    problem.potential = own.potential;
    if (section.has("potential")) {
      Section other = section.table("potential");
      problem.potential = read_potential(other, folder, user, experiment.seed);
    }
    set_sums(problem);
    static const toml::table empty;
    const toml::node* node = section.find("dynamics");
    if (node && !node->is_table()) section.fail("dynamics", section.full("dynamics") + " must be a table");
    if (node || dynamics) {
      Section merged(node ? *node->as_table() : empty, section.full("dynamics"), root.file(),
                     section.resolved().child("dynamics"), dynamics);
      read_dynamics(merged, problem);
    }
    experiment.problems.push_back(std::move(problem));
  }
}

/// Calls `each` with a section for every element of the array of tables `key`.
template <class F>
void for_each_element(Section& root, const std::string& key, F each) {
  if (!root.has(key)) return;
  const toml::array* array = root.find(key)->as_array();
  if (!array) root.fail(key, fmt::format("{} must be an array of tables", key), fmt::format("write [[{}]]", key));
  Index number = 0;
  for (const toml::node& node : *array) {
    if (!node.is_table()) root.fail(key, fmt::format("{} must be an array of tables", key));
    const toml::table& table = *node.as_table();
    const std::string name = table["name"].value_or(std::to_string(number++));
    Section section(table, key + "." + name, root.file(), root.resolved().child(key, true));
    each(section);
  }
}

}  // namespace

ExperimentError::ExperimentError(std::string file, int line, int column, const std::string& what,
                                 const std::string& remedy)
    : Error(place_text(file, line, column) + (remedy.empty() ? what : what + "; " + remedy)),
      file_(std::move(file)),
      message_(remedy.empty() ? what : what + "; " + remedy),
      line_(line),
      column_(column) {}

std::string to_string(StudyKind kind) {
  switch (kind) {
    case StudyKind::spectral_gap: return "spectral-gap";
    case StudyKind::fokker_planck: return "fokker-planck";
    case StudyKind::langevin: return "langevin";
    case StudyKind::sgd: return "sgd";
    case StudyKind::sgd_operator: return "sgd-operator";
    case StudyKind::sgd_modified_equation: return "sgd-modified-equation";
    case StudyKind::flow: return "flow";
    default: return "escape";
  }
}

const Problem& Experiment::problem(const std::string& name) const {
  const auto found = std::find_if(problems.begin(), problems.end(), [&](const Problem& p) { return p.name == name; });
  if (found == problems.end()) throw InvalidArgument("problem", name, "the name of a problem of the experiment");
  return *found;
}

const Study* Experiment::find_study(const std::string& name) const {
  const auto found = std::find_if(studies.begin(), studies.end(), [&](const Study& s) { return s.name == name; });
  return found == studies.end() ? nullptr : &*found;
}

namespace {

/// `seed`, if given, replaces that of the file once the problems are read.
Experiment read_tree(const toml::table& tree, const ExperimentSource& source, std::optional<std::uint64_t> seed) {
  ResolvedTable resolved;
  Section root(tree, "", source.file.string(), resolved);
  root.allow({"title", "run", "potential", "dynamics", "problem", "study", "compare", "claims", "sweep", "fit"});

  Experiment experiment;
  experiment.file = source.file;
  experiment.title = root.text("title", source.file.stem().string());
  ResolvedTable& run = resolved.child("run");
  experiment.seed = read_seed(root, run);
  read_problems(root, source.file.parent_path(), source.user, experiment);
  if (seed) {
    experiment.seed = *seed;
    run.set("seed", literal(static_cast<std::int64_t>(*seed)));
  }
  for_each_element(root, "study", [&](Section& section) {
    Study study = read_study(section, experiment);
    experiment.studies.push_back(std::move(study));
  });
  for_each_element(root, "compare",
                   [&](Section& section) { experiment.compares.push_back(read_compare(section, experiment)); });
  if (root.has("claims")) {
    Section claims = root.table("claims");
    experiment.claims = read_claims(claims, experiment);
  }
  if (root.has("sweep")) {
    Section sweep = root.table("sweep");
    experiment.sweep = read_sweep(sweep);
  }
  for_each_element(root, "fit", [&](Section& section) {
    FitSpec fit = read_fit(section, experiment);
    experiment.fits.push_back(std::move(fit));
  });
  experiment.resolved = resolved.text();
  return experiment;
}

}  // namespace

ExperimentSource ExperimentSource::read(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                        const PotentialFactories& user) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw ExperimentError(file.string(), 0, 0, "cannot be read", "check the path");
  return {file, overrides, user, text.str()};
}

Experiment load_experiment(const ExperimentSource& source) { return read_tree(parse(source), source, std::nullopt); }

Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                           const PotentialFactories& user) {
  return load_experiment(ExperimentSource::read(file, overrides, user));
}

Experiment load_point(const ExperimentSource& source, const Sweep& sweep, const SweepPoint& point) {
  toml::table tree = parse(source);
  tree.erase("sweep");
  tree.erase("fit");
  const std::vector<std::string> changes = assignments(sweep, point);
  const std::string name = fmt::format("{}", fmt::join(changes, ", "));
  try {
    for (const std::string& assignment : changes) apply_override(tree, assignment);
    static const toml::table empty;
    ResolvedTable unused;
    const Section root(tree, "", source.file.string(), unused);
    return read_tree(tree, source, point_seed(sweep, point, read_seed(root, unused)));
  } catch (const ExperimentError& error) {
    for (std::size_t k = 0; k < changes.size(); ++k) {
      if (error.file() != "--set " + changes[k]) continue;
      const Placed& value = sweep.keys[k].values[point.choice[k]];
      throw ExperimentError(value.file, value.line, value.column,
                            fmt::format("sweep point {}: {}", changes[k], error.message()));
    }
    throw ExperimentError(error.file(), error.line(), error.column(),
                          fmt::format("sweep point {}: {}", name, error.message()));
  }
}

std::string resolved_toml(const Experiment& experiment) {
  return "# Resolved by sgdlimits: every default written out, data inline.\n" + experiment.resolved;
}

}  // namespace sgdlimits
