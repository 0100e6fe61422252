#include "apps/commands/langevin_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
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
std::optional<Measurement> row(const RunResults& results, const std::string& quantity,
                               std::optional<double> time = std::nullopt) {
  for (const MeasurementRow& row : results.measurements)
    if (row.quantity == quantity && row.time == time) return row.measurement;
  return std::nullopt;
}

/// Equal bins over the range of the values, or about the only one.
Histogram histogram_of(const Observable& observable, const Points& x, Index bins, const Execution& execution) {
  const Values h = evaluate_in_chunks(
                       x, 1,
                       [&](PointsView points, PointsOut out) {
                         Scratch scratch;
                         observable.evaluate(points, out.col(0), scratch);
                       },
                       *execution.pool)
                       .col(0);
  const double lower = h.minCoeff(), upper = h.maxCoeff(), half = 0.5 * std::max(1.0, std::abs(lower));
  Histogram histogram(lower < upper ? lower : lower - half, lower < upper ? upper : lower + half, bins);
  histogram.observe(h, execution);
  return histogram;
}

/// What the Gibbs measure says about the observables, and how equality is judged.
struct Judge {
  const Result<GibbsAverages>& gibbs;
  double tolerance, z;

  MeanAnswer judge(const Measurement& mean, const std::string& name, std::size_t k) const {
    if (!gibbs.ok()) return {mean, std::nullopt};
    return {mean, compare_equal("E " + name, gibbs->means[k], mean,
                                tolerance * gibbs->standard_deviations(static_cast<Index>(k)), z)};
  }
};

std::vector<ObservableAnswer> observables_of(const LangevinAnswer& answer, const Judge& judge, Index bins,
                                             const Execution& execution) {
  const Problem& problem = answer.experiment.problems.front();
  const RunResults& results = answer.results;
  std::vector<ObservableAnswer> observables;
  for (std::size_t k = 0; k < problem.observe.size(); ++k) {
    const std::string& name = problem.observe[k].name;
    const std::optional<Measurement> mean = row(results, "mean " + name, problem.until);
    if (!mean) break;
    ObservableAnswer observable{name, judge.judge(*mean, name, k), std::nullopt, std::nullopt, {}, std::nullopt};
    if (const auto average = row(results, "time average " + name))
      observable.in_time = judge.judge(*average, name, k);
    observable.autocorrelation_time = row(results, "autocorrelation time " + name);
    for (const double level : answer.experiment.studies.front().quantiles)
      if (const auto value = row(results, fmt::format("quantile {} of {}", shortest(level), name), problem.until))
        observable.quantiles.emplace_back(level, *value);
    if (bins > 0)
      observable.histogram =
          histogram_of(problem.observe[k], results.studies.front().ensemble->snapshots.back(), bins, execution);
    observables.push_back(std::move(observable));
  }
  return observables;
}

/// Measured minus Gibbs; the errors of both.
Measurement difference(const Comparison& c) {
  return Measurement(c.measurement.value() - c.prediction.value(), c.measurement.standard_error(),
                     c.measurement.discretisation_bound() + c.prediction.discretisation_bound(), Side::two_sided,
                     Grade::estimate, "mean over paths minus Gibbs mean");
}

Json or_null(const std::optional<Measurement>& m) { return m ? sgdlimits::to_json(*m) : Json(nullptr); }

Json to_json(const MeanAnswer& answer) {
  Json json = sgdlimits::to_json(answer.mean);
  const std::optional<Comparison>& gibbs = answer.against_gibbs;
  json["gibbs_mean"] = gibbs ? sgdlimits::to_json(gibbs->prediction) : Json(nullptr);
  json["difference"] = gibbs ? sgdlimits::to_json(difference(*gibbs)) : Json(nullptr);
  json["verdict"] = gibbs ? Json(to_string(gibbs->verdict)) : Json(nullptr);
  json["rule"] = gibbs ? Json(gibbs->rule) : Json(nullptr);
  return json;
}

Json to_json(const Histogram& histogram) {
  const Values edges = histogram.edges();
  return {{"edges", std::vector<double>(edges.data(), edges.data() + edges.size())}, {"counts", histogram.counts()}};
}

Json to_json(const ObservableAnswer& observable) {
  Json json = to_json(observable.at_the_end);
  json["time_average"] = observable.in_time ? to_json(*observable.in_time) : Json(nullptr);
  json["autocorrelation_time"] = or_null(observable.autocorrelation_time);
  json["quantiles"] = Json::array();
  for (const auto& [level, value] : observable.quantiles) {
    Json quantile{{"level", level}};
    quantile.update(sgdlimits::to_json(value));
    json["quantiles"].push_back(std::move(quantile));
  }
  json["histogram"] = observable.histogram ? to_json(*observable.histogram) : Json(nullptr);
  return json;
}

/// The means that `mean` picks, a line an observable.
template <class Mean>
std::string means_table(const LangevinAnswer& answer, const std::string& heading, bool times, Mean mean) {
  std::vector<std::string> header{"observable", heading, "Gibbs mean", "difference", "verdict"};
  if (times) header.emplace_back("autocorrelation time");
  TextTable table(header);
  for (const ObservableAnswer& observable : answer.observables) {
    const std::optional<MeanAnswer> found = mean(observable);
    if (!found) continue;
    const std::optional<Comparison>& gibbs = found->against_gibbs;
    std::vector<std::string> cells{
        observable.name, with_interval(found->mean), gibbs ? with_interval(gibbs->prediction) : "none",
        gibbs ? with_interval(difference(*gibbs)) : "", gibbs ? to_string(gibbs->verdict) : ""};
    const std::optional<Measurement>& time = observable.autocorrelation_time;
    if (times) cells.push_back(time ? with_interval(*time) : "none");
    table.add(cells);
  }
  return table.str();
}

std::string quantiles_table(const LangevinAnswer& answer) {
  TextTable table({"observable", "level", "quantile"});
  for (const ObservableAnswer& observable : answer.observables)
    for (const auto& [level, value] : observable.quantiles)
      table.add({observable.name, shortest(level), with_interval(value)});
  return table.empty() ? "" : "\n" + table.str();
}

}  // namespace

Result<LangevinAnswer> langevin_answer(const Experiment& experiment, const RunOptions& options,
                                       const LangevinAnswerOptions& asked, const Execution& execution) {
  const Problem& problem = experiment.problems.front();
  const Result<GibbsAverages> gibbs = gibbs_of(problem, execution);
  if (gibbs.status() == Status::interrupted) return Result<LangevinAnswer>(gibbs.report());
  Result<RunResults> run =
      run_experiment(experiment, options, execution, [&](const std::string& study, double fraction) {
        if (study == experiment.studies.front().name) execution.progress(fraction);
      });
  if (!run.ok()) return Result<LangevinAnswer>(run.report());
  LangevinAnswer answer{experiment, std::move(run).value(), gibbs.report(), {}, std::nullopt, std::nullopt};
  const double z = bonferroni_quantile(kVerdictLevel, static_cast<Index>(problem.observe.size()));
  answer.observables = observables_of(answer, {gibbs, asked.tolerance, z}, asked.histogram, execution);
  if (const std::optional<Observable>& exit = experiment.studies.front().exit) {
    answer.exit_rate = row(answer.results, "exit rate " + exit->name);
    answer.exited_share = row(answer.results, "exited share " + exit->name, problem.until);
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
  if (study.exit) {
    json["exit"] = {
        {"where", study.exit->name}, {"rate", or_null(answer.exit_rate)}, {"share", or_null(answer.exited_share)}};
  }
  json["remarks"] = outcome.remarks;
  return json;
}

std::string langevin_text(const LangevinAnswer& answer) {
  const Problem& problem = answer.experiment.problems.front();
  const Study& study = answer.experiment.studies.front();
  const StudyOutcome& outcome = answer.results.studies.front();
  std::string text = fmt::format("f = {}\ntemperature {}, learning rate {}\n", answer.results.potential,
                                 shortest(answer.results.temperature), shortest(answer.results.learning_rate));
  text +=
      fmt::format("{} paths, start {}, seed {}\n", study.paths, problem.initial->description(), answer.results.seed);
  if (outcome.report.status != Status::ok)
    return text +
           fmt::format("\nNo mean is reported: {}.\n{}\n", to_string(outcome.report.status), outcome.report.why);
  text += fmt::format("{}\n\n", outcome.ensemble->motion);
  text += means_table(answer, fmt::format("mean at t = {}", shortest(problem.until)), false,
                      [](const ObservableAnswer& o) { return std::optional<MeanAnswer>(o.at_the_end); });
  if (study.average_from)
    text += "\n" + means_table(answer, fmt::format("mean over t > {}", shortest(*study.average_from)), true,
                               [](const ObservableAnswer& o) { return o.in_time; });
  text += quantiles_table(answer);
  if (answer.exited_share)
    text += fmt::format("\nfirst exits, {}: rate {}, share of the paths {}\n", study.exit->name,
                        answer.exit_rate ? with_interval(*answer.exit_rate) : "none",
                        with_interval(*answer.exited_share));
  if (answer.gibbs.status != Status::ok)
    text += fmt::format("No Gibbs mean: {}: {}\n", to_string(answer.gibbs.status), answer.gibbs.why);
  for (const std::string& remark : outcome.remarks) text += remark + "\n";
  return text;
}

}  // namespace sgdlimits
