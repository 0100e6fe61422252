#include "apps/experiment/langevin_source.hpp"

#include <fmt/format.h>

#include <sstream>

#include "apps/experiment/reading.hpp"

namespace sgdlimits {

namespace {

using namespace experiment;

std::string lines(const TomlKeys& keys) {
  std::string text;
  for (const auto& [key, value] : keys) text += fmt::format("{} = {}\n", key, value);
  return text;
}

void replace(toml::table& tree, const std::string& name, toml::table&& changes) {
  toml::table* table = tree[name].as_table();
  if (!table) table = tree.insert_or_assign(name, toml::table{}).first->second.as_table();
  // the two names of the noise scale exclude each other
  if (changes.contains("temperature")) table->erase("learning_rate");
  if (changes.contains("learning_rate")) table->erase("temperature");
  for (auto&& [key, node] : changes)
    std::move(node).visit([&](auto&& value) { table->insert_or_assign(key, std::forward<decltype(value)>(value)); });
}

}  // namespace

std::string formula_text(const std::string& formula, const std::vector<std::string>& variables,
                         const std::vector<std::pair<std::string, double>>& parameters) {
  std::string text = "title = \"langevin\"\n[potential]\nkind = \"formula\"\nformula = " + literal(formula) + "\n";
  if (!variables.empty()) text += "variables = " + literal(variables) + "\n";
  if (!parameters.empty()) text += "[potential.parameters]\n";
  for (const auto& [name, value] : parameters) text += key_text(name) + " = " + literal(value) + "\n";
  return text;
}

ExperimentSource langevin_source(const ExperimentSource& base, const TomlKeys& dynamics, const TomlKeys& study,
                                 std::optional<std::uint64_t> seed) {
  toml::table tree = toml::parse(base.text, base.file.string());
  for (const std::string& assignment : base.overrides) apply_override(tree, assignment);
  for (const char* key : {"study", "compare", "claims", "sweep", "fit"}) tree.erase(key);
  replace(tree, "dynamics", toml::parse(lines(dynamics)));
  if (seed) replace(tree, "run", toml::parse(lines({{"seed", literal(static_cast<std::int64_t>(*seed))}})));
  TomlKeys keys = {{"name", literal(kLangevinStudy)}, {"kind", literal(std::string("langevin"))}};
  keys.insert(keys.end(), study.begin(), study.end());
  tree.insert_or_assign("study", toml::array{toml::parse(lines(keys))});
  std::ostringstream text;
  text << toml::toml_formatter{tree};
  return {base.file, {}, base.user, text.str()};
}

}  // namespace sgdlimits
