#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/experiment/measured_expression.hpp"
#include "apps/experiment/reading.hpp"
#include "core/text.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr std::int64_t kMostReplicates = 1'000'000, kMostValues = 100'000;

/// A value as TOML text; `fail` is called for what has none.
template <class F>
std::string node_literal(const toml::node& node, F fail) {
  if (const auto* text = node.as_string()) return literal(text->get());
  if (const auto* number = node.as_integer()) return literal(number->get());
  if (const auto* flag = node.as_boolean()) return literal(flag->get());
  if (const auto* number = node.as_floating_point()) {
    if (!std::isfinite(number->get())) fail("is not finite");
    return literal(number->get());
  }
  std::vector<std::string> parts;
  if (const auto* array = node.as_array()) {
    for (const toml::node& element : *array) parts.push_back(node_literal(element, fail));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  if (const auto* table = node.as_table()) {
    for (const std::string& key : keys_in_order(*table))
      parts.push_back(fmt::format("{} = {}", key_text(key), node_literal(*table->get(key), fail)));
    return fmt::format("{{{}}}", fmt::join(parts, ", "));
  }
  fail("is a date or time");
  return "";
}

/// a, ..., b in n steps, both ends exact.
std::vector<double> range_values(Section& range, bool geometric) {
  const std::string key = geometric ? "geometric" : "linear";
  const std::vector<double> given = range.numbers(key, geometric ? kPositive : kAny);
  if (given.size() != 3 || given[2] != std::floor(given[2]) || given[2] < 2 ||
      given[2] > static_cast<double>(kMostValues)) {
    range.fail(key, fmt::format("{} must read [first, last, how many], how many from 2 to {}", range.full(key),
                                kMostValues));
  }
  const double a = given[0], b = given[1];
  const auto n = static_cast<std::size_t>(given[2]);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(n - 1);
    values[i] = geometric ? a * std::pow(b / a, t) : a + (b - a) * t;
  }
  values.back() = b;
  return values;
}

std::vector<Placed> read_range(Section range, const Placed& place) {
  range.allow({"geometric", "linear", "round"});
  if (range.has("geometric") == range.has("linear")) {
    range.fail("", fmt::format("[{}] must have one of geometric and linear", range.path()),
               "for instance {geometric = [0.1, 1.0, 5]}");
  }
  const bool round = range.flag("round", false);
  std::vector<Placed> values;
  for (double value : range_values(range, range.has("geometric"))) {
    Placed placed = place;
    placed.text = round ? literal(static_cast<std::int64_t>(std::llround(value))) : literal(value);
    values.push_back(std::move(placed));
  }
  return values;
}

Placed place_of(const Section& section, const toml::node& node) {
  const toml::source_region& source = node.source();
  return {"", source.path ? *source.path : section.file(), static_cast<int>(source.begin.line),
          static_cast<int>(source.begin.column)};
}

std::vector<Placed> read_values(Section& section, const std::string& key) {
  const toml::node& node = *section.find(key);
  if (node.is_table()) {
    ResolvedTable unused;  // the resolved text lists the values
    return read_range(section.writing_to(unused).table(key), place_of(section, node));
  }
  const toml::array* array = node.as_array();
  if (!array || array->empty()) {
    section.fail(key, fmt::format("{} must be a list of values that is not empty", section.full(key)),
                 "or {geometric = [first, last, how many]}, {linear = [first, last, how many]}");
  }
  std::vector<Placed> values;
  for (const toml::node& element : *array) {
    Placed placed = place_of(section, element);
    placed.text = node_literal(element, [&](const std::string& what) {
      section.fail_node(element, fmt::format("{}[{}] {}", section.full(key), values.size(), what), "");
    });
    values.push_back(std::move(placed));
  }
  return values;
}

SweptKey read_key(Section& section, const std::string& key) {
  static const std::vector<std::string> tops = {"run", "potential", "dynamics", "problem", "study", "claims"};
  const std::string top = key.substr(0, key.find('.'));
  if (std::find(tops.begin(), tops.end(), top) == tops.end()) {
    section.fail(key, fmt::format("\"{}\" is no key that can be swept: there is no section \"{}\"", key, top),
                 suggestion(top, tops));
  }
  SweptKey swept;
  swept.key = key;
  for (std::size_t from = 0; from <= key.size();) {
    const std::size_t end = std::min(key.find('.', from), key.size());
    swept.name += (from ? "." : "") + plain_name(key.substr(from, end - from));
    from = end + 1;
  }
  swept.values = read_values(section, key);
  std::vector<std::string> written;
  for (const Placed& value : swept.values) written.push_back(value.text);
  section.resolved().set(key, fmt::format("[{}]", fmt::join(written, ", ")));
  return swept;
}

/// No run stands twice in a sweep.
void check_repetitions(const Sweep& sweep) {
  const auto refuse = [](const Placed& value, const std::string& what) {
    throw ExperimentError(value.file, value.line, value.column, what, "for repeated runs write replicates");
  };
  std::set<std::vector<std::string>> seen;
  for (const SweptKey& key : sweep.keys) {
    for (std::size_t i = 0; i < key.values.size(); ++i) {
      std::vector<std::string> texts = {key.key, key.values[i].text};
      if (sweep.zip) {
        texts.clear();
        for (const SweptKey& other : sweep.keys) texts.push_back(other.values[i].text);
      }
      if (!seen.insert(texts).second)
        refuse(key.values[i], fmt::format("sweep.{} has the value {} twice{}", key.key, key.values[i].text,
                                          sweep.zip ? " with equal values of the other keys" : ""));
    }
    if (sweep.zip) return;
  }
}

void check_counts(Section& section, const Sweep& sweep) {
  double points = static_cast<double>(sweep.replicates);
  for (const SweptKey& key : sweep.keys) {
    if (sweep.zip && key.values.size() != sweep.keys.front().values.size()) {
      section.fail(key.key,
                   fmt::format("{} has {} values but {} has {}", section.full(key.key), key.values.size(),
                               section.full(sweep.keys.front().key), sweep.keys.front().values.size()),
                   "mode = \"zip\" takes them side by side; mode = \"grid\" takes each with each");
    }
    if (!sweep.zip || &key == &sweep.keys.front()) points *= static_cast<double>(key.values.size());
  }
  if (points > static_cast<double>(kMostReplicates)) {
    section.fail(
        "", fmt::format("the sweep has {} points but at most {} are possible", shortest(points), kMostReplicates));
  }
}

/// A string, or a number as its text, that is an expression in names to be known later.
Placed read_expression(Section& section, const std::string& key, const std::set<std::string>& owners) {
  Placed placed = section.has(key) ? place_of(section, *section.find(key)) : Placed{};
  if (section.has(key) && section.find(key)->is_number()) {
    placed.text = shortest(section.number(key, kAny));
    return placed;
  }
  placed.text = section.text(key);
  section.at(key, [&] { return check_expression(placed.text, owners); });
  return placed;
}

FitExpectation read_expectation(Section& parent, const std::set<std::string>& owners) {
  Section section = parent.table("expect");
  section.allow({"slope", "tolerance", "verdict"});
  FitExpectation expect;
  expect.slope = read_expression(section, "slope", owners);
  if (section.has("tolerance")) expect.tolerance = section.number("tolerance", kPositive);
  expect.verdict = read_verdict(section, "verdict", "consistent");
  return expect;
}

/// What may stand before the dot of a measured name, and the swept keys.
std::set<std::string> owners_of(const Experiment& experiment) {
  std::set<std::string> owners = {"compare."};
  for (const Study& study : experiment.studies) owners.insert(plain_name(study.name) + ".");
  for (const SweptKey& key : experiment.sweep->keys) owners.insert(key.name);
  return owners;
}

}  // namespace

Sweep read_sweep(Section& section) {
  const auto is_path = [](const std::string& key) { return key.find('.') != std::string::npos; };
  for (const std::string& key : section.keys()) {
    if (!is_path(key) && section.find(key)->is_table()) {
      section.fail(key, "a swept key stands in quotes", fmt::format("write \"{}.KEY\" = [...]", key));
    }
  }
  section.allow({"mode", "replicates", "common_random_numbers", "arrays"}, is_path);
  Sweep sweep;
  sweep.zip = section.choice("mode", {"grid", "zip"}, "grid") == "zip";
  sweep.replicates = section.integer("replicates", 1, kMostReplicates, 1);
  sweep.common_random_numbers = section.flag("common_random_numbers", false);
  sweep.arrays = section.flag("arrays", false);
  for (const std::string& key : section.keys()) {
    if (!is_path(key)) continue;
    sweep.keys.push_back(read_key(section, key));
    if (key == "run.seed" && sweep.replicates > 1) {
      section.fail(key, "run.seed is swept, so there can be no replicates", "write more seeds, or replicates alone");
    }
    for (const SweptKey& other : sweep.keys) {
      if (&other != &sweep.keys.back() && other.name == sweep.keys.back().name)
        section.fail(key, fmt::format("\"{}\" and \"{}\" have one name, {}", other.key, key, other.name));
    }
  }
  if (sweep.keys.empty() && sweep.replicates == 1) {
    section.fail("", "[sweep] sweeps nothing", "write \"dynamics.learning_rate\" = [...] or replicates = ...");
  }
  check_counts(section, sweep);
  check_repetitions(sweep);
  return sweep;
}

FitSpec read_fit(Section& section, const Experiment& experiment) {
  section.allow({"name", "y", "x", "at", "errors", "by", "expect"});
  if (!experiment.sweep) section.fail("", "a fit needs [sweep]", "it takes one point of the line from each run");
  FitSpec fit;
  fit.name = section.text("name", fmt::format("fit-{}", experiment.fits.size() + 1));
  if (plain_name(fit.name).empty() || fit.name.find_first_of("/\\\n\r") != std::string::npos) {
    section.fail("name",
                 fmt::format("{} is \"{}\" but must be a name without slashes", section.full("name"), fit.name));
  }
  for (const FitSpec& other : experiment.fits) {
    if (plain_name(other.name) == plain_name(fit.name))
      section.fail("name", fmt::format("two fits have the name \"{}\"", fit.name), "rename one of them");
  }
  const std::set<std::string> owners = owners_of(experiment);
  fit.y = read_expression(section, "y", owners);
  fit.x = read_expression(section, "x", owners);
  if (section.has("at")) fit.at = section.number("at", kNonnegative);
  fit.replicate_errors = section.choice("errors", {"own", "replicates"}, "own") == "replicates";
  if (fit.replicate_errors && experiment.sweep->replicates < 2) {
    section.fail("errors",
                 fmt::format("{} is \"replicates\" but the sweep has one replicate", section.full("errors")),
                 "write sweep.replicates = 5 or so");
  }
  fit.by = section.texts("by", std::vector<std::string>{});
  std::vector<std::string> swept;
  for (const SweptKey& key : experiment.sweep->keys) swept.push_back(key.key);
  for (const std::string& key : fit.by) {
    if (std::find(swept.begin(), swept.end(), key) == swept.end())
      section.fail("by", fmt::format("\"{}\" is not swept", key), suggestion(key, swept));
  }
  if (section.has("expect")) fit.expect = read_expectation(section, owners);
  return fit;
}

}  // namespace sgdlimits::experiment
