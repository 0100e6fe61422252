#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/commands/asked_problem.hpp"
#include "apps/commands/interruption.hpp"
#include "apps/commands/progress.hpp"
#include "apps/experiment/reading.hpp"
#include "apps/report/json.hpp"
#include "apps/report/text.hpp"
#include "core/text.hpp"
#include "models/potentials/on_box.hpp"
#include "solvers/markov/scheme_law.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "validation/rates/convergence_order.hpp"

namespace sgdlimits {

namespace {

using Json = nlohmann::ordered_json;

struct BiasProblem {
  AskedProblem asked;
  SchemeRecord scheme;
  std::vector<Observable> observables;
  std::vector<double> steps;  ///< decreasing
};

/// What was found: the exact end, and the scheme's end at each step (or why there is none).
struct BiasFindings {
  std::vector<Measurement> exact;
  Result<SpectralGapEstimate> spectrum;
  std::vector<Result<SchemeLaw>> laws;
};

std::vector<double> asked_steps(const BiasArguments& a) {
  if (a.steps.empty()) throw UsageError("bias needs --steps H,H,...; three or more give orders");
  std::vector<double> steps;
  for (const std::string& text : a.steps) {
    const double step = to_number("--steps", text);
    if (!(step > 0) || std::isinf(step))
      throw UsageError("--steps holds " + text + " but must be positive and finite");
    steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end(), std::greater<>());
  const auto twice = std::adjacent_find(steps.begin(), steps.end());
  if (twice != steps.end()) throw UsageError("--steps holds " + shortest(*twice) + " twice");
  return steps;
}

BiasProblem problem_of(const BiasArguments& a, const PotentialFactories& user) {
  if (a.scheme.empty())
    throw UsageError(fmt::format("bias needs --scheme NAME; known: {}", fmt::join(scheme_names(), ", ")));
  BiasProblem problem{asked_problem(a, "bias", user), scheme_record(a.scheme), {}, asked_steps(a)};
  std::shared_ptr<const Potential>& potential = problem.asked.potential;
  if (potential->dimension() != 1)
    throw UsageError(fmt::format("bias is for potentials on a line, but this one has the coordinates {}",
                                 fmt::join(potential->coordinate_names(), ", ")));
  if (const std::optional<Box> box = asked_box(a, potential->coordinate_names())) potential = on_box(potential, *box);
  const std::vector<std::string> expressions = a.observe.empty() ? std::vector<std::string>{"loss"} : a.observe;
  for (const std::string& expression : expressions) {
    if (std::count(expressions.begin(), expressions.end(), expression) > 1)
      throw UsageError("--observe names " + expression + " twice");
    problem.observables.push_back(experiment::make_observable(expression, potential));
  }
  return problem;
}

std::vector<LineFunction> line_functions(const std::vector<Observable>& observables) {
  std::vector<LineFunction> functions;
  for (const Observable& observable : observables)
    functions.push_back([observable](ValuesView x, ValuesOut h) {
      Scratch scratch;
      observable.evaluate(x, h, scratch);
    });
  return functions;
}

/// Named like the observables where an observable is the culprit.
template <class Compute>
auto naming_observables(const BiasProblem& problem, const Compute& compute) {
  try {
    return compute();
  } catch (const InvalidArgument& error) {
    for (std::size_t k = 0; k < problem.observables.size(); ++k)
      if (error.name() == "observable " + std::to_string(k))
        throw InvalidArgument("--observe " + problem.observables[k].name, error.value(), error.bound(),
                              error.remedy());
    throw;
  }
}

Result<BiasFindings> find(const BiasProblem& problem, const Execution& execution) {
  const Potential& potential = *problem.asked.potential;
  const Temperature temperature = problem.asked.temperature;
  const std::vector<LineFunction> functions = line_functions(problem.observables);
  const Result<std::vector<Measurement>> exact =
      naming_observables(problem, [&] { return gibbs_means(potential, temperature, functions); });
  if (!exact.ok()) return Result<BiasFindings>(exact.report());
  SpectralGapOptions options;
  options.modes = 1;
  options.tolerance = 1e-9;
  Execution quiet = execution;
  quiet.progress = nullptr;
  BiasFindings findings{exact.value(), spectral_gap(potential, temperature, options, quiet), {}};
  for (std::size_t k = 0; k < problem.steps.size(); ++k) {
    if (execution.stop.stop_requested())
      return Result<BiasFindings>::failure(Status::interrupted,
                                           fmt::format("stopped before step size {}", shortest(problem.steps[k])));
    const MarkovForm form = markov_form(
        problem.scheme.name, OverdampedProblem::of(problem.asked.potential, temperature), problem.steps[k]);
    SchemeLawOptions law_options;
    law_options.smoothing = form.smoothing;
    findings.laws.push_back(naming_observables(
        problem, [&] { return scheme_law(*form.chain, potential, temperature, functions, law_options); }));
    execution.progress(static_cast<double>(k + 1) / static_cast<double>(problem.steps.size()));
  }
  return findings;
}

/// Scheme minus exact; the bounds add.
Measurement difference(const Measurement& scheme, const Measurement& exact) {
  return Measurement::deterministic(scheme.value() - exact.value(),
                                    scheme.discretisation_bound() + exact.discretisation_bound(), Grade::estimate,
                                    "one-step operator against the diffusion");
}

/// One quantity at all steps; nothing where there is no answer.
struct BiasRow {
  std::string name;
  std::optional<Measurement> exact;
  std::vector<std::optional<Measurement>> bias;
  std::optional<double> declared;
  Result<Measurement> order;
};

template <class Value>
BiasRow row_of(const BiasProblem& problem, const BiasFindings& findings, std::string name,
               const std::optional<Measurement>& exact, std::optional<double> declared, const Value& value) {
  BiasRow row{std::move(name), exact, {}, declared, Result<Measurement>::failure(Status::not_converged, "no bias")};
  std::vector<double> steps;
  std::vector<Measurement> errors;
  for (std::size_t k = 0; k < problem.steps.size(); ++k) {
    row.bias.emplace_back();
    if (!exact || !findings.laws[k].ok()) continue;
    row.bias.back() = difference(value(findings.laws[k].value()), *exact);
    steps.push_back(problem.steps[k]);
    errors.push_back(*row.bias.back());
  }
  row.order = convergence_order(steps, errors);
  return row;
}

std::vector<BiasRow> rows_of(const BiasProblem& problem, const BiasFindings& findings) {
  std::vector<BiasRow> rows;
  // orders are declared for motion on the whole line
  std::optional<double> declared;
  if (problem.asked.potential->domain().is_everywhere()) declared = problem.scheme.additive_noise.invariant_measure;
  for (std::size_t j = 0; j < problem.observables.size(); ++j)
    rows.push_back(row_of(problem, findings, problem.observables[j].name, findings.exact[j], declared,
                          [j](const SchemeLaw& law) { return law.means[j]; }));
  std::optional<Measurement> gap;
  if (findings.spectrum.ok()) gap = findings.spectrum->eigenvalues.front();
  rows.push_back(
      row_of(problem, findings, "spectral gap", gap, std::nullopt, [](const SchemeLaw& law) { return law.gap; }));
  return rows;
}

Json value_or_null(const std::optional<Measurement>& m) { return m ? Json(m->value()) : Json(nullptr); }
Json bound_or_null(const std::optional<Measurement>& m) {
  return m ? Json(m->discretisation_bound()) : Json(nullptr);
}

Json order_json(const BiasRow& row) {
  Json json{{"fitted", row.order.ok() ? to_json(row.order.value()) : Json(nullptr)}, {"why", row.order.why()}};
  const bool finite = row.declared && std::isfinite(*row.declared);
  json["declared"] = finite ? Json(*row.declared) : Json(nullptr);
  return json;
}

Json bias_json(const BiasProblem& problem, const BiasFindings& findings, const std::vector<BiasRow>& rows,
               const Report& outcome) {
  Json json{{"schema", 1},
            {"status", to_string(outcome.status)},
            {"why", outcome.why},
            {"potential", problem.asked.potential->description()},
            {"temperature", problem.asked.temperature.value()},
            {"learning_rate", problem.asked.temperature.learning_rate().value()},
            {"scheme", problem.scheme.name},
            {"steps", problem.steps}};
  const auto list = [](const BiasRow& row, Json (*entry)(const std::optional<Measurement>&)) {
    Json values = Json::array();
    for (const auto& bias : row.bias) values.push_back(entry(bias));
    return values;
  };
  Json bounds{{"exact", Json::object()}, {"bias", Json::object()}};
  for (const char* key : {"exact", "bias", "orders"}) json[key] = Json::object();
  for (std::size_t j = 0; j + 1 < rows.size(); ++j) {
    const BiasRow& row = rows[j];
    json["exact"][row.name] = value_or_null(row.exact);
    json["bias"][row.name] = list(row, value_or_null);
    json["orders"][row.name] = order_json(row);
    bounds["exact"][row.name] = bound_or_null(row.exact);
    bounds["bias"][row.name] = list(row, bound_or_null);
  }
  const BiasRow& gap = rows.back();
  json["gap_exact"] = value_or_null(gap.exact);
  json["gap_bias"] = list(gap, value_or_null);
  json["gap_order"] = order_json(gap);
  bounds["gap_exact"] = bound_or_null(gap.exact);
  bounds["gap_bias"] = list(gap, bound_or_null);
  json["error_bounds"] = std::move(bounds);
  json["exit_rate"] = Json::array();
  json["intervals"] = Json::array();
  for (const Result<SchemeLaw>& law : findings.laws) {
    const bool there = law.has_value();
    json["exit_rate"].push_back(there ? Json(law->exit_rate.value()) : Json(nullptr));
    json["intervals"].push_back(there ? Json{law->lattice.lower, law->lattice.upper} : Json(nullptr));
  }
  return json;
}

/// "-0.0027077 (1e-09)": a value and its bound.
std::string cell(const std::optional<Measurement>& bias) {
  if (!bias) return "none";
  return fmt::format("{} ({})", brief(bias->value(), 6), brief(bias->discretisation_bound(), 1));
}

std::string order_text(const BiasRow& row) {
  const std::string declared = row.declared ? "; declared " + shortest(*row.declared) : "";
  if (!row.order.ok()) return "none: " + row.order.why() + declared;
  return fmt::format("{} in [{}, {}]{}", brief(row.order->value(), 4), brief(row.order->lower(), 4),
                     brief(row.order->upper(), 4), declared);
}

std::string bias_text(const BiasProblem& problem, const BiasFindings& findings, const std::vector<BiasRow>& rows,
                      const Report& outcome) {
  std::string text = fmt::format("f = {}\ntemperature {}, learning rate {}, scheme {}\n\n",
                                 problem.asked.potential->description(), shortest(problem.asked.temperature.value()),
                                 shortest(problem.asked.temperature.learning_rate().value()), problem.scheme.name);
  std::vector<std::string> header{"step"};
  for (const BiasRow& row : rows) header.push_back("bias of " + row.name);
  TextTable table(header);
  std::vector<std::string> exact{"exact"};
  for (const BiasRow& row : rows) exact.push_back(row.exact ? brief(row.exact->value(), 10) : "none");
  table.add(exact);
  for (std::size_t k = 0; k < problem.steps.size(); ++k) {
    std::vector<std::string> line{shortest(problem.steps[k])};
    for (const BiasRow& row : rows) line.push_back(cell(row.bias[k]));
    table.add(line);
  }
  text += table.str() + "\n";
  for (const BiasRow& row : rows) text += fmt::format("order of the bias of {}: {}\n", row.name, order_text(row));
  for (std::size_t k = 0; k < problem.steps.size(); ++k) {
    const Result<SchemeLaw>& law = findings.laws[k];
    if (law.ok() && law->exit_rate.lower() > 1e-10 * law->gap.value())
      text += fmt::format("step {}: quasi-stationary, paths leave [{}, {}] at rate {}\n", shortest(problem.steps[k]),
                          brief(law->lattice.lower), brief(law->lattice.upper), brief(law->exit_rate.value(), 2));
  }
  if (outcome.status != Status::ok) text += fmt::format("\n{}: {}\n", to_string(outcome.status), outcome.why);
  return text;
}

/// The first thing that has no answer.
Report outcome_of(const BiasFindings& findings) {
  for (const Result<SchemeLaw>& law : findings.laws)
    if (!law.ok()) return law.report();
  if (!findings.spectrum.ok())
    return {findings.spectrum.status(), "no spectral gap to compare with: " + findings.spectrum.why(), {}};
  return {};
}

}  // namespace

ExitStatus bias(const BiasArguments& arguments, const PotentialFactories& user) {
  const BiasProblem problem = problem_of(arguments, user);
  const Result<BiasFindings> findings = [&] {
    const Interruption interruption;
    Progress progress(arguments.quiet);
    progress.begin("bias of " + problem.scheme.name);
    Execution execution = Execution::with_threads(thread_count(arguments));
    execution.stop = interruption.token();
    execution.progress = [&](double fraction) { progress.set(fraction); };
    return find(problem, execution);
  }();
  if (!findings.ok()) {
    complain(to_string(findings.status()) + ": " + findings.why());
    return status_of(findings.status());
  }
  const std::vector<BiasRow> rows = rows_of(problem, findings.value());
  const Report outcome = outcome_of(findings.value());
  print(arguments.json ? bias_json(problem, findings.value(), rows, outcome).dump(2) + "\n"
                       : bias_text(problem, findings.value(), rows, outcome));
  return status_of(outcome.status);
}

}  // namespace sgdlimits
