#include "models/formula/potential_text.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "models/formula/formula.hpp"

namespace sgdlimits::formula {
namespace {

using Parameters = std::map<std::string, double>;
using Strings = std::vector<std::string>;

void check_names(const Strings& variables, const Parameters& parameters, const Strings& samples) {
  Strings all = variables;
  for (const auto& parameter : parameters) all.push_back(parameter.first);
  all.insert(all.end(), samples.begin(), samples.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!is_identifier(all[i]) || find_function(all[i]))
      throw InvalidArgument("a formula's name", "\"" + all[i] + "\"",
                            "letters, digits and _ that start with a letter, and no function", "rename it");
    if (i > 0 && all[i] == all[i - 1])
      throw InvalidArgument("the name \"" + all[i] + "\"", "given twice",
                            "one variable, one parameter or one sample symbol", "rename one of them");
  }
}

void check_used(const std::string& expression, const std::string& kind, const std::string& name,
                const Strings& used) {
  if (std::find(used.begin(), used.end(), name) != used.end()) return;
  const std::string close = nearest_name(name, used);
  throw InvalidArgument(kind + " " + name, "not in the formula \"" + expression + "\"", "in the formula",
                        close.empty() ? "remove it" : "did you mean \"" + close + "\"?");
}

}  // namespace

Text read_text(const std::string& expression, const Strings& variables, const Parameters& parameters,
               const Strings& samples) {
  check_names(variables, parameters, samples);
  for (const auto& [name, value] : parameters)
    if (!std::isfinite(value)) throw InvalidArgument("parameter " + name, value, "finite");
  Names names;
  names.known = variables;
  names.parameters = parameters;
  names.collect_unknown = variables.empty();
  names.known.insert(names.known.end(), samples.begin(), samples.end());
  Strings used;
  Text text{parse(expression, names, used), variables};
  for (const auto& parameter : parameters) check_used(expression, "parameter", parameter.first, used);
  for (const std::string& sample : samples) check_used(expression, "sample symbol", sample, used);
  if (variables.empty())
    for (const std::string& name : used)
      if (!parameters.count(name) && std::find(samples.begin(), samples.end(), name) == samples.end())
        text.variables.push_back(name);
  if (text.variables.empty())
    throw FormulaError(expression, 0, "the formula has no variable", "a potential depends on at least one");
  return text;
}

std::string described(const std::string& expression, const Parameters& parameters) {
  std::string text = expression;
  const char* separator = " with ";
  for (const auto& [name, value] : parameters) {
    text += separator + name + " = " + shortest(value);
    separator = ", ";
  }
  return text;
}

}  // namespace sgdlimits::formula
