#include "apps/experiment/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <sstream>

#include "apps/experiment/reading.hpp"

namespace sgdlimits {

namespace {

using namespace experiment;

std::string error_text(const std::string& file, int line, int column, const std::string& what,
                       const std::string& remedy) {
  std::string text = file;
  if (line > 0) text += fmt::format(":{}:{}", line, column);
  text += ": " + what;
  return remedy.empty() ? text : text + "; " + remedy;
}

toml::table parse(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw ExperimentError(file.string(), 0, 0, "cannot be read", "check the path");
  try {
    return toml::parse(text.str(), file.string());
  } catch (const toml::parse_error& error) {
    throw ExperimentError(file.string(), static_cast<int>(error.source().begin.line),
                          static_cast<int>(error.source().begin.column), std::string(error.description()));
  }
}

void refuse_later_keys(const Section& root) {
  for (const char* key : {"sweep", "fit"}) {
    if (root.has(key)) {
      root.fail(key, fmt::format("\"{}\" is not available yet in this version", key),
                "remove it, or write several problems");
    }
  }
}

std::uint64_t read_seed(Section& root) {
  ResolvedTable& written = root.resolved().child("run");
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

/// The file's own problem, and [problem.NAME], which take what they do not say from it.
void read_problems(Section& root, const std::filesystem::path& folder, const PotentialFactories& user,
                   Experiment& experiment) {
  Problem own;
  Section potential = root.table("potential");
  own.potential = read_potential(potential, folder, user, experiment.seed);
  own.sum = std::dynamic_pointer_cast<const FiniteSum>(own.potential);
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
    problem.sum = std::dynamic_pointer_cast<const FiniteSum>(problem.potential);
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
    : Error(error_text(file, line, column, what, remedy)), file_(std::move(file)), line_(line), column_(column) {}

std::string to_string(StudyKind kind) {
  switch (kind) {
    case StudyKind::spectral_gap: return "spectral-gap";
    case StudyKind::fokker_planck: return "fokker-planck";
    case StudyKind::langevin: return "langevin";
    case StudyKind::sgd: return "sgd";
    case StudyKind::sgd_operator: return "sgd-operator";
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

Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                           const PotentialFactories& user) {
  toml::table tree = parse(file);
  for (const std::string& assignment : overrides) apply_override(tree, assignment);
  ResolvedTable resolved;
  Section root(tree, "", file.string(), resolved);
  root.allow({"title", "run", "potential", "dynamics", "problem", "study", "compare", "claims", "sweep", "fit"});
  refuse_later_keys(root);

  Experiment experiment;
  experiment.file = file;
  experiment.title = root.text("title", file.stem().string());
  experiment.seed = read_seed(root);
  read_problems(root, file.parent_path(), user, experiment);
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
  experiment.resolved = resolved.text();
  return experiment;
}

std::string resolved_toml(const Experiment& experiment) {
  return "# Resolved by sgdlimits: every default written out, data inline.\n" + experiment.resolved;
}

}  // namespace sgdlimits
