#include "apps/commands/asked_problem.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "models/formula/formula.hpp"

namespace sgdlimits {

namespace {

std::pair<std::string, std::string> split(const std::string& option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("{} is \"{}\" but must be NAME=VALUE", option, text));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::optional<Temperature> asked_temperature(const ProblemArguments& a) {
  if (a.learning_rate && a.temperature) {
    throw UsageError("--learning-rate and --temperature say the same thing (s = 2 tau); give one of them");
  }
  if (a.learning_rate) return LearningRate(*a.learning_rate).temperature();
  if (a.temperature) return Temperature(*a.temperature);
  return std::nullopt;
}

}  // namespace

AskedProblem asked_problem(const ProblemArguments& a, const std::string& command, const PotentialFactories& user) {
  if (a.formula.has_value() == !a.file.empty()) {
    throw UsageError(command + (a.file.empty() ? " needs a potential: --formula STR or an experiment file"
                                               : " takes --formula or an experiment file, not both"));
  }
  const std::optional<Temperature> temperature = asked_temperature(a);
  if (!a.file.empty()) {
    if (!a.variables.empty() || !a.parameters.empty()) {
      throw UsageError("--variables and --param belong to --formula; use --set with an experiment file");
    }
    const Experiment experiment = read_experiment(a.file, a.set, user);
    const Problem& own = experiment.problems.front();
    if (!temperature && !own.temperature) {
      throw UsageError("the file has no noise scale; add --learning-rate S or --temperature T");
    }
    return {own.potential, temperature ? *temperature : *own.temperature};
  }
  if (!a.set.empty()) throw UsageError("--set belongs to an experiment file; use --param with --formula");
  if (!temperature)
    throw UsageError(command + " --formula needs the noise scale: --learning-rate S or --temperature T");
  FormulaSpec spec{*a.formula, a.variables, {}, {}};
  for (const std::string& parameter : a.parameters) {
    const auto [name, value] = split("--param", parameter);
    spec.parameters[name] = to_number("--param " + name, value);
  }
  return {formula_potential(spec), *temperature};
}

std::optional<Box> asked_box(const ProblemArguments& arguments, const std::vector<std::string>& coordinates) {
  const std::string& domain = arguments.domain;
  if (domain.empty()) return std::nullopt;
  Box box = Box::everywhere(static_cast<Index>(coordinates.size()));
  for (std::size_t from = 0; from <= domain.size();) {
    const std::size_t end = std::min(domain.find(',', from), domain.size());
    const auto [name, range] = split("--domain", domain.substr(from, end - from));
    from = end + 1;
    const auto known = std::find(coordinates.begin(), coordinates.end(), name);
    if (known == coordinates.end()) {
      throw UsageError(
          fmt::format("--domain names {}, but the coordinates are {}", name, fmt::join(coordinates, ", ")));
    }
    const std::size_t colon = range.find(':');
    if (colon == std::string::npos) {
      throw UsageError(fmt::format("--domain is \"{}\" but must be {}=LOWER:UPPER", domain, name));
    }
    const Index j = known - coordinates.begin();
    const std::string lower = range.substr(0, colon), upper = range.substr(colon + 1);
    if (!lower.empty()) box.lower(j) = to_number("--domain " + name, lower);
    if (!upper.empty()) box.upper(j) = to_number("--domain " + name, upper);
    if (!(box.lower(j) < box.upper(j))) {
      throw UsageError(fmt::format("--domain {} runs from {} to {}, but its ends must increase", name,
                                   shortest(box.lower(j)), shortest(box.upper(j))));
    }
  }
  return box;
}

}  // namespace sgdlimits
