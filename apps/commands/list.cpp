#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/commands/sub_commands.hpp"
#include "apps/report/text.hpp"
#include "core/text.hpp"
#include "example_titles.hpp"  // written by apps/CMakeLists.txt from examples/*.toml
#include "models/diffusions/diffusion_problem.hpp"
#include "models/diffusions/gradient_problem.hpp"
#include "models/networks/activation.hpp"
#include "models/potentials/catalogue.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/diffusion.hpp"
#include "solvers/sde/underdamped.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

namespace {

/// A table whose columns are also the keys of the JSON.
struct Listing {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

Listing potentials() {
  Listing listing{{"name", "dimension", "formula", "parameters", "description"}, {}};
  for (const PotentialEntry& entry : potential_catalogue()) {
    std::string parameters;
    for (const auto& [name, value] : entry.parameters)
      parameters += (parameters.empty() ? "" : ", ") + name + " = " + shortest(value);
    listing.rows.push_back(
        {entry.name, std::to_string(entry.dimension), entry.formula, parameters, entry.description});
  }
  return listing;
}

/// "-": not declared; "exact": no bias at any step.
std::string order(const std::optional<double>& value) {
  if (!value) return "-";
  return std::isinf(*value) ? "exact" : shortest(*value);
}

Listing schemes() {
  Listing listing{{"name", "study", "strong_order", "weak_order", "invariant_measure_order", "gradients_a_step",
                   "invariant_measure_for_superlinear_drift", "source"},
                  {}};
  for (const SchemeRecord& scheme : scheme_catalogue()) {
    const SchemeOrders& orders = scheme.additive_noise;
    listing.rows.push_back({scheme.name, fmt::format("kind = \"langevin\", scheme = \"{}\"", scheme.name),
                            order(orders.strong), order(orders.weak), order(orders.invariant_measure),
                            std::to_string(scheme.gradients_a_step), to_string(scheme.superlinear_drift),
                            scheme.source});
  }
  for (const UnderdampedRecord& scheme : underdamped_catalogue())
    listing.rows.push_back(
        {scheme.name, fmt::format("kind = \"langevin\", scheme = \"{}\", friction, mass", scheme.name),
         order(scheme.orders.strong), order(scheme.orders.weak), order(scheme.orders.invariant_measure),
         shortest(scheme.gradients_a_step), "no", scheme.source});
  for (const DiffusionSchemeRecord& scheme : diffusion_scheme_catalogue()) {
    const SchemeOrders orders = scheme.make(diffusion_problem("circle").equation, 0.1)->orders();
    listing.rows.push_back({scheme.name, "noise that depends on the state: sgdlimits order, library",
                            order(orders.strong), order(orders.weak), order(orders.invariant_measure), "-", "-",
                            scheme.source});
  }
  listing.rows.push_back({"isotropic-noise sgd", "kind = \"sgd\", noise = \"isotropic\"", "-", "-", "-", "1", "no",
                          "Euler-Maruyama at step s, temperature s/2"});
  listing.rows.push_back({"mini-batch sgd", "kind = \"sgd\", noise = \"mini-batch\"", "-", "-", "-", "1", "-", "-"});
  return listing;
}

/// Test problems of `sgdlimits order`.
Listing problems() {
  Listing listing{{"name", "equation", "solution", "description"}, {}};
  for (const DiffusionProblem& problem : diffusion_problems())
    listing.rows.push_back({problem.name, problem.statement,
                            problem.solution_text.empty() ? "-" : problem.solution_text, problem.description});
  for (const GradientProblem& problem : gradient_problems())
    listing.rows.push_back({problem.name, "motion in " + problem.statement, "-", problem.description});
  listing.rows.push_back({"three-waves", "SME-1 and SME-2 of SGD on three terms of one angle, learning rate 0.8", "-",
                          "noise that varies with the state, on a circle"});
  return listing;
}

Listing activations() {
  Listing listing{{"name", "formula", "bound", "lipschitz", "curvature"}, {}};
  for (Activation activation : all_activations()) {
    const ActivationConstants constants = activation_constants(activation);
    listing.rows.push_back({to_string(activation), formula(activation), brief(constants.bound),
                            brief(constants.lipschitz), brief(constants.curvature)});
  }
  return listing;
}

Listing claims() {
  Listing listing{{"id", "name", "statement", "source"}, {}};
  for (const ClaimEntry& entry : claim_registry())
    listing.rows.push_back({entry.id, entry.name, entry.statement, entry.source});
  return listing;
}

Listing examples() {
  Listing listing{{"file", "title"}, {}};
  for (const auto& [file, title] : kExampleTitles) listing.rows.push_back({file, title});
  return listing;
}

const std::vector<std::pair<std::string, Listing (*)()>> kTopics = {
    {"potentials", potentials},   {"schemes", schemes}, {"problems", problems},
    {"activations", activations}, {"claims", claims},   {"examples", examples}};

}  // namespace

std::vector<std::string> list_topics() {
  std::vector<std::string> names;
  for (const auto& [name, make] : kTopics) names.push_back(name);
  return names;
}

ExitStatus list(const std::string& what, bool json) {
  for (const auto& [name, make] : kTopics) {
    if (name != what) continue;
    const Listing listing = make();
    if (!json) {
      TextTable table(listing.columns);
      for (const auto& row : listing.rows) table.add(row);
      print(table.str());
      return ExitStatus::done;
    }
    nlohmann::ordered_json object{{"schema", 1}, {name, nlohmann::ordered_json::array()}};
    for (const auto& row : listing.rows) {
      nlohmann::ordered_json entry;
      for (std::size_t j = 0; j < row.size(); ++j) entry[listing.columns[j]] = row[j];
      object[name].push_back(entry);
    }
    print(object.dump(2) + "\n");
    return ExitStatus::done;
  }
  const std::string near = nearest_name(what, list_topics());
  throw UsageError(fmt::format("there is nothing to list under {}; {}known: {}", what,
                               near.empty() ? "" : "did you mean " + near + "? ", fmt::join(list_topics(), ", ")));
}

}  // namespace sgdlimits
