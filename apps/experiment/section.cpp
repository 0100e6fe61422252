#include "apps/experiment/section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace sgdlimits::experiment {

namespace {

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

}  // namespace

bool Range::contains(double x) const {
  return std::isfinite(x) && (lower_open ? x > lower : x >= lower) && (upper_open ? x < upper : x <= upper);
}

std::string Range::text() const {
  const std::string low = fmt::format("{} {}", lower_open ? "greater than" : "at least", shortest(lower));
  const std::string high = fmt::format("{} {}", upper_open ? "less than" : "at most", shortest(upper));
  if (std::isinf(lower)) return std::isinf(upper) ? "finite" : high;
  return std::isinf(upper) ? low + " and finite" : low + " and " + high;
}

std::vector<std::string> keys_in_order(const toml::table& table) {
  std::vector<std::pair<toml::source_position, std::string>> found;
  for (const auto& [key, node] : table) found.emplace_back(key.source().begin, std::string(key.str()));
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> keys;
  for (auto& [place, key] : found) keys.push_back(std::move(key));
  return keys;
}

std::string suggestion(const std::string& name, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(name, known);
  if (!nearest.empty()) return fmt::format("did you mean \"{}\"?", nearest);
  return fmt::format("known: {}", fmt::join(known, ", "));
}

Section::Section(const toml::table& table, std::string path, std::string file, ResolvedTable& resolved,
                 const toml::table* fallback)
    : table_(&table), fallback_(fallback), path_(std::move(path)), file_(std::move(file)), resolved_(&resolved) {}

const toml::node* Section::find(const std::string& key) const {
  const toml::node* node = table_->get(key);
  return node || !fallback_ ? node : fallback_->get(key);
}

void Section::allow(const std::vector<std::string>& known, const std::function<bool(const std::string&)>& also) {
  for (const std::string& key : keys()) {
    if (std::find(known.begin(), known.end(), key) != known.end() || (also && also(key))) continue;
    const std::string where = path_.empty() ? "at the top level" : "in [" + path_ + "]";
    fail(key, fmt::format("unknown key \"{}\" {}", key, where), suggestion(key, known));
  }
}

std::vector<std::string> Section::keys() const { return keys_in_order(*table_); }

void Section::fail_node(const toml::node& node, const std::string& what, const std::string& remedy,
                        std::size_t offset) const {
  const toml::source_region& source = node.source();
  const std::string file = source.path ? *source.path : file_;
  throw ExperimentError(file, static_cast<int>(source.begin.line),
                        static_cast<int>(source.begin.column + (source.begin.line ? offset : 0)), what, remedy);
}

void Section::fail(const std::string& key, const std::string& what, const std::string& remedy) const {
  const toml::node* node = find(key);
  fail_node(node ? *node : *table_, what, remedy);
}

void Section::fail_type(const toml::node& node, const std::string& name, const std::string& wanted) const {
  fail_node(node, fmt::format("{} is {} but must be {}", name, type_name(node), wanted), "");
}

void Section::fail_formula(const std::string& key, const FormulaError& error) const {
  const toml::node* node = find(key);
  const bool one_line = node && node->is_string() && error.expression().find('\n') == std::string::npos;
  fail_node(node ? *node : *table_, full(key) + ": " + error.what(), "", one_line ? error.position() + 1 : 0);
}

const toml::node& Section::require(const std::string& key) const {
  if (const toml::node* node = find(key)) return *node;
  const std::string where = path_.empty() ? "the file" : "[" + path_ + "]";
  fail_node(*table_, fmt::format("{} has no key \"{}\"", where, key), "it has no default, so write it");
}

double Section::checked(const toml::node& node, const std::string& name, const Range& range) const {
  if (!node.is_number()) fail_type(node, name, "a number");
  const double value = *node.value<double>();
  if (!range.contains(value)) {
    fail_node(node, fmt::format("{} is {} but must be {}", name, shortest(value), range.text()), "");
  }
  return value;
}

double Section::number(const std::string& key, const Range& range, std::optional<double> otherwise) {
  const double value = has(key) || !otherwise ? checked(require(key), full(key), range) : *otherwise;
  resolved_->set(key, literal(value));
  return value;
}

std::int64_t Section::integer(const std::string& key, std::int64_t lower, std::int64_t upper,
                              std::optional<std::int64_t> otherwise) {
  std::int64_t value = otherwise.value_or(0);
  if (has(key) || !otherwise) {
    const toml::node& node = require(key);
    if (!node.is_integer()) fail_type(node, full(key), "an integer");
    value = *node.value<std::int64_t>();
    if (value < lower || value > upper) {
      const std::string high =
          upper == std::numeric_limits<std::int64_t>::max() ? "" : fmt::format(" and at most {}", upper);
      fail_node(node, fmt::format("{} is {} but must be at least {}{}", full(key), value, lower, high), "");
    }
  }
  resolved_->set(key, literal(value));
  return value;
}

bool Section::flag(const std::string& key, bool otherwise) {
  bool value = otherwise;
  if (const toml::node* node = find(key)) {
    if (!node->is_boolean()) fail_type(*node, full(key), "true or false");
    value = *node->value<bool>();
  }
  resolved_->set(key, literal(value));
  return value;
}

std::string Section::text(const std::string& key, std::optional<std::string> otherwise) {
  std::string value = otherwise.value_or("");
  if (has(key) || !otherwise) {
    const toml::node& node = require(key);
    if (!node.is_string()) fail_type(node, full(key), "a string");
    value = *node.value<std::string>();
  }
  resolved_->set(key, literal(value));
  return value;
}

std::string Section::choice(const std::string& key, const std::vector<std::string>& names,
                            std::optional<std::string> otherwise) {
  const std::string value = text(key, std::move(otherwise));
  if (std::find(names.begin(), names.end(), value) == names.end()) {
    const std::string nearest = nearest_name(value, names);
    fail(key, fmt::format("{} is \"{}\" but must be one of {}", full(key), value, fmt::join(names, ", ")),
         nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest));
  }
  return value;
}

std::vector<double> Section::numbers(const std::string& key, const Range& range,
                                     std::optional<std::vector<double>> otherwise) {
  std::vector<double> values = otherwise.value_or(std::vector<double>{});
  if (has(key) || !otherwise) {
    const toml::node& node = require(key);
    const toml::array* array = node.as_array();
    if (!array) fail_type(node, full(key), "an array of numbers");
    values.clear();
    for (const toml::node& element : *array) {
      values.push_back(checked(element, fmt::format("{}[{}]", full(key), values.size()), range));
    }
  }
  resolved_->set(key, literal(values));
  return values;
}

std::vector<std::string> Section::texts(const std::string& key, std::optional<std::vector<std::string>> otherwise) {
  std::vector<std::string> values = otherwise.value_or(std::vector<std::string>{});
  if (has(key) || !otherwise) {
    const toml::node& node = require(key);
    const toml::array* array = node.as_array();
    if (!array) fail_type(node, full(key), "an array of strings");
    values.clear();
    for (const toml::node& element : *array) {
      if (!element.is_string()) fail_type(element, fmt::format("{}[{}]", full(key), values.size()), "a string");
      values.push_back(*element.value<std::string>());
    }
  }
  resolved_->set(key, literal(values));
  return values;
}

const toml::table& Section::as_table(const std::string& key) const {
  const toml::node& node = require(key);
  const toml::table* table = node.as_table();
  if (!table) fail_type(node, full(key), "a table");
  return *table;
}

std::map<std::string, double> Section::number_table(const std::string& key) {
  std::map<std::string, double> values;
  if (!has(key)) return values;
  ResolvedTable& written = resolved_->child(key);
  for (const auto& [name, node] : as_table(key)) {
    const std::string text(name.str());
    written.set(text, literal(values[text] = checked(node, full(key) + "." + text, kAny)));
  }
  return values;
}

std::map<std::string, std::vector<double>> Section::numbers_table(const std::string& key) {
  std::map<std::string, std::vector<double>> values;
  if (!has(key)) return values;
  Section inner = table(key);
  for (const std::string& name : inner.keys()) values[name] = inner.numbers(name, kAny);
  return values;
}

std::map<std::string, std::string> Section::text_table(const std::string& key) {
  std::map<std::string, std::string> values;
  if (!has(key)) return values;
  Section inner = table(key);
  for (const std::string& name : inner.keys()) values[name] = inner.text(name);
  return values;
}

Section Section::table(const std::string& key) {
  return Section(as_table(key), full(key), file_, resolved_->child(key));
}

}  // namespace sgdlimits::experiment
