#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "apps/commands/asked_problem.hpp"
#include "apps/commands/gap_proof.hpp"
#include "apps/commands/interruption.hpp"
#include "apps/commands/progress.hpp"
#include "apps/commands/sub_commands.hpp"
#include "apps/report/json.hpp"
#include "apps/report/text.hpp"
#include "core/text.hpp"
#include "solvers/spectrum/spectral_gap.hpp"

namespace sgdlimits {

namespace {

using Json = nlohmann::ordered_json;

Json grid_json(const Grid& grid, const std::vector<std::string>& coordinates) {
  Json json{{"dimension", grid.dimension()}, {"cells", grid.size()}, {"axes", Json::array()}};
  for (Index j = 0; j < grid.dimension(); ++j) {
    json["axes"].push_back({{"name", coordinates[static_cast<std::size_t>(j)]},
                            {"cells", grid.axis(j).cells()},
                            {"lower", grid.axis(j).lower()},
                            {"upper", grid.axis(j).upper()},
                            {"uniform", grid.axis(j).is_uniform()}});
  }
  return json;
}

Measurement poincare_measurement(const SpectralGapEstimate& estimate, Temperature temperature) {
  const double gap = estimate.gap.value(), error = estimate.error_bound;
  // tau/(gap - error) is the far end of the interval
  const double half = gap > error ? temperature.value() / (gap - error) - temperature.value() / gap
                                  : std::numeric_limits<double>::infinity();
  return Measurement::deterministic(estimate.poincare_constant.value(), half, estimate.eigenvalues.front().grade(),
                                    "tau/lambda_1");
}

Json gap_json(const AskedProblem& problem, const Result<SpectralGapEstimate>& result, double seconds) {
  Json json{{"schema", 1},
            {"status", to_string(result.status())},
            {"why", result.why()},
            {"potential", problem.potential->description()},
            {"temperature", problem.temperature.value()},
            {"learning_rate", problem.temperature.learning_rate().value()},
            {"eigenvalues", Json::array()}};
  if (result.has_value() && !result->eigenvalues.empty()) {
    const SpectralGapEstimate& estimate = result.value();
    Json modes = Json::array();
    for (const Measurement& eigenvalue : estimate.eigenvalues) {
      json["eigenvalues"].push_back(eigenvalue.value());
      modes.push_back(to_json(eigenvalue));
    }
    const double constant = estimate.poincare_constant.value();
    json["spectral_gap"] = estimate.gap.value();
    json["poincare_constant"] = std::isfinite(constant) ? Json(constant) : Json(nullptr);
    json["error_bound"] = estimate.error_bound;
    json["residuals"] = estimate.residuals;
    json["grid"] = grid_json(estimate.generator->grid(), problem.potential->coordinate_names());
    json["measurements"] = {{"eigenvalues", modes},
                            {"spectral_gap", to_json(estimate.eigenvalues.front())},
                            {"poincare_constant", to_json(poincare_measurement(estimate, problem.temperature))}};
    json["count_proof"] = {{"done", estimate.count_proof.done},
                           {"shift", estimate.count_proof.shift},
                           {"eigenvalues_below", estimate.count_proof.eigenvalues_below},
                           {"nearest_ritz_distance", estimate.count_proof.nearest_ritz_distance},
                           {"pivot_growth", estimate.count_proof.pivot_growth},
                           {"why_not", estimate.count_proof.why_not}};
    const auto& bottom = estimate.essential_spectrum_bottom;
    json["essential_spectrum_bottom"] = bottom ? Json(*bottom) : Json(nullptr);
  }
  json["seconds"] = seconds;
  return json;
}

std::string grid_text(const Grid& grid, const std::vector<std::string>& coordinates) {
  std::string text;
  for (Index j = 0; j < grid.dimension(); ++j) {
    text += fmt::format("{}{} in [{}, {}] ({} cells)", j ? ", " : "", coordinates[static_cast<std::size_t>(j)],
                        brief(grid.axis(j).lower()), brief(grid.axis(j).upper()), grid.axis(j).cells());
  }
  return text;
}

std::string gap_text(const AskedProblem& problem, const Result<SpectralGapEstimate>& result) {
  std::string text =
      fmt::format("f = {}\ntemperature {}, learning rate {}\n", problem.potential->description(),
                  shortest(problem.temperature.value()), shortest(problem.temperature.learning_rate().value()));
  if (!result.ok())
    text += fmt::format("\nNo spectral gap is reported: {}.\n{}\n", to_string(result.status()), result.why());
  if (!result.has_value() || result->eigenvalues.empty()) return text;
  const SpectralGapEstimate& estimate = result.value();
  if (!result.ok()) text += "The best that was reached:\n";
  text += "grid: " + grid_text(estimate.generator->grid(), problem.potential->coordinate_names()) + "\n\n";
  TextTable table({"k", "eigenvalue", "error bound", "grade", "residual"});
  for (std::size_t k = 0; k < estimate.eigenvalues.size(); ++k) {
    const Measurement& eigenvalue = estimate.eigenvalues[k];
    table.add({std::to_string(k + 1), brief(eigenvalue.value(), 10), brief(eigenvalue.discretisation_bound(), 2),
               to_string(eigenvalue.grade()), k < estimate.residuals.size() ? brief(estimate.residuals[k], 2) : ""});
  }
  text += table.str();
  text += fmt::format("\nspectral gap       lambda_1 = {} (rate; error at most {})\n",
                      brief(estimate.gap.value(), 10), brief(estimate.error_bound, 2));
  text += fmt::format("Poincare constant  C_P = tau/lambda_1 = {} (length squared)\n",
                      brief(estimate.poincare_constant.value(), 10));
  const CountProof& proof = estimate.count_proof;
  text += proof.done ? fmt::format("none missed        {} eigenvalues below {}, zero included, by inertia\n",
                                   proof.eigenvalues_below, brief(proof.shift))
                     : "none missed        not proved: " + proof.why_not + "\n";
  if (estimate.essential_spectrum_bottom) {
    text += fmt::format("essential spectrum from {}\n", brief(*estimate.essential_spectrum_bottom));
  }
  return text;
}

}  // namespace

ExitStatus gap(const GapArguments& arguments, const PotentialFactories& user) {
  const AskedProblem problem = asked_problem(arguments, "gap", user);
  SpectralGapOptions options;
  options.modes = arguments.modes;
  options.tolerance = arguments.tolerance;
  options.box = asked_box(arguments, problem.potential->coordinate_names());
  if (!arguments.prove && !arguments.certificate.empty())
    throw UsageError("--certificate needs a proof: add --prove");
  const auto begin = std::chrono::steady_clock::now();
  std::optional<Result<ProvedGap>> proof;
  const Result<SpectralGapEstimate> result = [&] {
    const Interruption interruption;
    Progress progress(arguments.quiet);
    progress.begin("spectral gap");
    Execution execution = Execution::with_threads(thread_count(arguments));
    execution.stop = interruption.token();
    execution.progress = [&](double fraction) { progress.set(fraction); };
    Result<SpectralGapEstimate> estimate = spectral_gap(*problem.potential, problem.temperature, options, execution);
    if (arguments.prove) {
      progress.begin("proof");
      const Box everywhere = Box::everywhere(problem.potential->dimension());
      proof = prove(problem, arguments, options.box.value_or(everywhere), execution);
    }
    return estimate;
  }();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ExitStatus status = status_of(result.status());
  if (proof) {
    write_certificate(*proof, arguments);
    status = worse(status, status_of(proof->status()));
  }
  if (arguments.json) {
    Json json = gap_json(problem, result, seconds);
    if (proof) json["proof"] = proof_json(*proof, arguments);
    print(json.dump(2) + "\n");
  } else {
    print(gap_text(problem, result) + (proof ? proof_text(*proof, arguments) : ""));
  }
  return status;
}

}  // namespace sgdlimits
