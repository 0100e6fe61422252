#include "apps/commands/langevin_answer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/json.hpp"
#include "apps/report/text.hpp"
#include "core/text.hpp"
#include "solvers/markov/gibbs_averages.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {

namespace {

using Json = nlohmann::ordered_json;

Result<GibbsAverages> gibbs_of(const Problem& problem, const Execution& execution) {
  std::vector<PointFunction> functions;
  for (const Observable& observable : problem.observe) functions.push_back(observable.evaluate);
  try {
    return gibbs_averages(*problem.potential, *problem.temperature, functions, execution);
  } catch (const InvalidArgument& error) {
    for (std::size_t k = 0; k < problem.observe.size(); ++k)
      if (error.name() == "observable " + std::to_string(k))
        throw InvalidArgument("--observe " + problem.observe[k].name, error.value(), error.bound(), error.remedy());
    throw;
  }
}

/// The study's row of this quantity at this time, if any.
const Measurement* row(const RunResults& results, const std::string& quantity, std::optional<double> time) {
  for (const MeasurementRow& row : results.measurements)
    if (row.quantity == quantity && row.time == time) return &row.measurement;
  return nullptr;
}

/// Measured minus Gibbs; the errors of both.
Measurement difference(const Comparison& c) {
  return Measurement(c.measurement.value() - c.prediction.value(), c.measurement.standard_error(),
                     c.measurement.discretisation_bound() + c.prediction.discretisation_bound(), Side::two_sided,
                     Grade::estimate, "mean over paths minus Gibbs mean");
}

Json to_json(const ObservableAnswer& observable) {
  Json json = sgdlimits::to_json(observable.mean);
  const std::optional<Comparison>& gibbs = observable.against_gibbs;
  json["gibbs_mean"] = gibbs ? sgdlimits::to_json(gibbs->prediction) : Json(nullptr);
  json["difference"] = gibbs ? sgdlimits::to_json(difference(*gibbs)) : Json(nullptr);
  json["verdict"] = gibbs ? Json(to_string(gibbs->verdict)) : Json(nullptr);
  json["rule"] = gibbs ? Json(gibbs->rule) : Json(nullptr);
  return json;
}

}  // namespace

Result<LangevinAnswer> langevin_answer(const Experiment& experiment, const RunOptions& options, double tolerance,
                                       const Execution& execution) {
  const Problem& problem = experiment.problems.front();
  const Result<GibbsAverages> gibbs = gibbs_of(problem, execution);
  if (gibbs.status() == Status::interrupted) return Result<LangevinAnswer>(gibbs.report());
  Result<RunResults> run =
      run_experiment(experiment, options, execution, [&](const std::string& study, double fraction) {
        if (study == experiment.studies.front().name) execution.progress(fraction);
      });
  if (!run.ok()) return Result<LangevinAnswer>(run.report());
  LangevinAnswer answer{experiment, std::move(run).value(), gibbs.report(), {}};
  const double z = bonferroni_quantile(kVerdictLevel, static_cast<Index>(problem.observe.size()));
  for (std::size_t k = 0; k < problem.observe.size(); ++k) {
    const std::string& name = problem.observe[k].name;
    const Measurement* mean = row(answer.results, "mean " + name, problem.until);
    if (!mean) break;
    ObservableAnswer observable{name, *mean, std::nullopt};
    if (gibbs.ok())
      observable.against_gibbs = compare_equal("E " + name, gibbs->means[k], *mean,
                                               tolerance * gibbs->standard_deviations(static_cast<Index>(k)), z);
    answer.observables.push_back(std::move(observable));
  }
  return answer;
}

Json to_json(const LangevinAnswer& answer) {
  const Problem& problem = answer.experiment.problems.front();
  const Study& study = answer.experiment.studies.front();
  const StudyOutcome& outcome = answer.results.studies.front();
  Json json{{"schema", 1},
            {"status", to_string(outcome.report.status)},
            {"why", outcome.report.why},
            {"potential", answer.results.potential},
            {"temperature", answer.results.temperature},
            {"learning_rate", answer.results.learning_rate},
            {"scheme", study.scheme},
            {"step", study.step}};
  if (study.motion == Motion::underdamped) {
    json["friction"] = study.friction;
    json["mass"] = study.mass;
  }
  json.update({{"paths", study.paths},
               {"until", problem.until},
               {"initial", problem.initial->description()},
               {"seed", std::to_string(answer.results.seed)},
               {"gibbs", {{"status", to_string(answer.gibbs.status)}, {"why", answer.gibbs.why}}}});
  json["observables"] = Json::object();
  for (const ObservableAnswer& observable : answer.observables)
    json["observables"][observable.name] = to_json(observable);
  json["remarks"] = outcome.remarks;
  return json;
}

std::string langevin_text(const LangevinAnswer& answer) {
  const Problem& problem = answer.experiment.problems.front();
  const StudyOutcome& outcome = answer.results.studies.front();
  std::string text = fmt::format("f = {}\ntemperature {}, learning rate {}\n", answer.results.potential,
                                 shortest(answer.results.temperature), shortest(answer.results.learning_rate));
  text += fmt::format("{} paths, start {}, seed {}\n", answer.experiment.studies.front().paths,
                      problem.initial->description(), answer.results.seed);
  if (outcome.report.status != Status::ok)
    return text +
           fmt::format("\nNo mean is reported: {}.\n{}\n", to_string(outcome.report.status), outcome.report.why);
  text += fmt::format("{}\n\n", outcome.ensemble->motion);
  TextTable table(
      {"observable", fmt::format("mean at t = {}", shortest(problem.until)), "Gibbs mean", "difference", "verdict"});
  for (const ObservableAnswer& observable : answer.observables) {
    const std::optional<Comparison>& gibbs = observable.against_gibbs;
    table.add({observable.name, with_interval(observable.mean), gibbs ? with_interval(gibbs->prediction) : "none",
               gibbs ? with_interval(difference(*gibbs)) : "", gibbs ? to_string(gibbs->verdict) : ""});
  }
  text += table.str();
  if (answer.gibbs.status != Status::ok)
    text += fmt::format("No Gibbs mean: {}: {}\n", to_string(answer.gibbs.status), answer.gibbs.why);
  for (const std::string& remark : outcome.remarks) text += remark + "\n";
  return text;
}

}  // namespace sgdlimits
