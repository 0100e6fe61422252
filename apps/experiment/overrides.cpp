#include <fmt/format.h>

#include "apps/experiment/reading.hpp"

namespace sgdlimits::experiment {

namespace {

/// The table that a path component names: a sub-table (made if missing), or the study, compare, ... of that name.
toml::table& descend(toml::table& table, const std::string& key, const std::string& next, const std::string& file,
                     bool& used_next) {
  used_next = false;
  toml::node* node = table.get(key);
  if (!node) return *table.insert_or_assign(key, toml::table{}).first->second.as_table();
  if (toml::table* inner = node->as_table()) return *inner;
  if (toml::array* array = node->as_array()) {
    std::vector<std::string> names;
    for (toml::node& element : *array) {
      toml::table* candidate = element.as_table();
      if (!candidate) continue;
      const std::string name = (*candidate)["name"].value_or(std::string());
      if (name == next) {
        used_next = true;
        return *candidate;
      }
      names.push_back(name);
    }
    throw ExperimentError(file, 1, 1, fmt::format("there is no {} \"{}\"", key, next), suggestion(next, names));
  }
  throw ExperimentError(file, 1, 1, fmt::format("\"{}\" is no table", key), "give the path of one key");
}

/// Copies a parsed leaf with its place. A copy of a toml++ node forgets its place, a move keeps it.
void merge(toml::table& into, toml::table&& from, const std::string& file) {
  for (auto&& [key_object, node] : from) {
    const std::string key(key_object.str());
    if (toml::table* inner = node.as_table(); inner && !inner->is_inline()) {
      if (inner->size() != 1) continue;
      const std::string next(inner->begin()->first.str());
      bool used_next = false;
      toml::table& below = descend(into, key, next, file, used_next);
      toml::table* rest = used_next ? inner->begin()->second.as_table() : inner;
      if (!rest) throw ExperimentError(file, 1, 1, fmt::format("\"{}.{}\" is no key", key, next), "add .KEY");
      merge(below, std::move(*rest), file);
    } else {
      std::move(node).visit(
          [&](auto&& leaf) { into.insert_or_assign(key_object, std::forward<decltype(leaf)>(leaf)); });
    }
  }
}

}  // namespace

void apply_override(toml::table& root, const std::string& assignment) {
  const std::string file = "--set " + assignment;
  if (assignment.find('=') == std::string::npos || assignment.find('\n') != std::string::npos) {
    throw ExperimentError(file, 1, 1, "an override must read key.path=value", "for instance dynamics.until=10.0");
  }
  try {
    merge(root, toml::parse(assignment, file), file);
  } catch (const toml::parse_error& error) {
    throw ExperimentError(file, static_cast<int>(error.source().begin.line),
                          static_cast<int>(error.source().begin.column), std::string(error.description()),
                          "values are TOML: put strings into double quotes");
  }
}

}  // namespace sgdlimits::experiment
