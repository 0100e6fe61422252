/// Escape from the worse well a to the better one b: first passage of paths into { q >= threshold } (see
/// WellCoordinate), counted after the time `discard`, beside the rate that the isotropic theory predicts.
#include <fmt/format.h>

#include <cmath>

#include "apps/experiment/escape_prediction.hpp"
#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "models/laws/point.hpp"
#include "solvers/sde/ensemble.hpp"
#include "validation/statistics/counts.hpp"

namespace sgdlimits::experiment {

namespace {

Result<std::shared_ptr<const SpectralGapEstimate>> spectrum_for(RunContext& context, const Problem& problem,
                                                                const Temperature& temperature) {
  using Shared = std::shared_ptr<const SpectralGapEstimate>;
  if (const StudyRecord* record = context.spectrum_record(problem, temperature.value())) {
    return Shared(record->outcome.spectrum);
  }
  Shared& kept = context.spectra[{problem.name, temperature.value()}];
  if (!kept) {
    SpectralGapOptions options;
    options.modes = 2;
    Result<SpectralGapEstimate> found = spectral_gap(*problem.potential, temperature, options, context.execution);
    if (!found.ok()) return Result<Shared>(found.report());
    kept = std::make_shared<const SpectralGapEstimate>(std::move(found).value());
  }
  return Shared(kept);
}

/// Measured and predicted rates are called equal within this share of the predicted one.
constexpr double kTolerance = 0.1;

Result<PassageCount> count_escapes(RunContext& context, const Study& study, const Scheme& scheme,
                                   const WellCoordinate& q, const Eigen::VectorXd& start) {
  Ensemble ensemble =
      Ensemble::from_law(PointLaw(start), study.paths, context.experiment.seed, context.replicate(study));
  const Indicator reached = [&](PointsView x, ValuesOut inside, Scratch&) {
    q.evaluate(x, inside);
    inside = (inside >= study.threshold).cast<double>();
  };
  const auto passage =
      first_passage(ensemble, scheme, std::llround(study.until / scheme.step_size()), reached, context.execution);
  if (!passage.ok()) return Result<PassageCount>(passage.report());
  const PassageCount count = count_passages(passage->times, study.discard, passage->until);
  if (count.exposure <= 0)
    return Result<PassageCount>::failure(Status::not_converged,
                                         "every path left before the time from which passages are counted");
  return {count, passage.report()};
}

void report_escape(const Study& study, const PassageCount& count, const EscapePrediction& prediction,
                   StudyRecord& record) {
  const Measurement measured = poisson_measurement(count.events, count.exposure);
  const Measurement& at_steps = prediction.at_steps;
  const double second_mode = prediction.second_mode(study.discard, study.until);
  // passages counted too early leave the verdict open unless they cannot explain the difference
  const Measurement allowing =
      Measurement::deterministic(at_steps.value(), at_steps.discretisation_bound() + second_mode * at_steps.value(),
                                 Grade::estimate, at_steps.how());
  const Comparison comparison = compare_equal("escape rate", allowing, measured, kTolerance * at_steps.value());
  record.outcome.escapes.push_back(
      {fmt::format("{}, learning rate {}", motion_name(study), shortest(study.learning_rate)), study.learning_rate,
       study.paths, count.events, measured, prediction.at_steps, prediction.asymptotic, comparison.verdict,
       study.expect});
  add_row(record.rows, study.name, "escape rate", std::nullopt, measured);
  add_row(record.rows, study.name, "predicted escape rate", std::nullopt, prediction.at_steps);
  add_row(record.rows, study.name, "predicted escape rate, looked at all the time", std::nullopt,
          prediction.continuous);
  add_row(record.rows, study.name, "asymptotic escape rate", std::nullopt,
          Measurement::deterministic(
              prediction.asymptotic, 0, Grade::estimate,
              "lambda_1 times the Gibbs mass of the better well, over the threshold; for high barriers, "
              "its error is not bounded"));
  record.outcome.remarks.push_back(fmt::format("{} of {} paths crossed between t = {} and {}.", count.events,
                                               count.at_risk, shortest(study.discard), shortest(study.until)));
  record.outcome.remarks.push_back(
      fmt::format("Measured rate over predicted rate: {}{:.4g}; {}: {}, allowing for a second mode of the amplitude "
                  "of the first, "
                  "{:.1g} of the rate. The asymptotic formula is {:.3g} times the prediction.",
                  measured.side() == Side::upper ? "below " : "", measured.value() / prediction.at_steps.value(),
                  to_string(comparison.verdict), comparison.rule, second_mode,
                  prediction.asymptotic / prediction.at_steps.value()));
}

}  // namespace

void run_escape(RunContext& context, const Study& study, StudyRecord& record) {
  const Problem& problem = context.experiment.problem(study.problem);
  const Temperature temperature = LearningRate(study.learning_rate).temperature();
  const auto spectrum = spectrum_for(context, problem, temperature);
  if (!spectrum.ok()) {
    record.outcome.report = spectrum.report();
    return;
  }
  const SpectralGapEstimate& found = **spectrum.operator->();
  const auto search = uniform_grid(found.generator->grid(), problem.potential->dimension() == 3 ? 48 : 256);
  const auto barrier = largest_barrier(*problem.potential, *search);
  if (!barrier) {
    record.outcome.report = {
        Status::out_of_reach, "the potential has one basin: there is no worse well to leave", {}};
    return;
  }
  const WellCoordinate q(found, *barrier);
  Problem local = problem;
  local.temperature = temperature;
  const std::unique_ptr<Scheme> scheme = make_scheme(local, study);
  const auto prediction = predict_escape(*problem.potential, temperature, found, q, barrier->other.x, study.threshold,
                                         scheme->step_size(), context.execution);
  if (!prediction.ok()) {
    record.outcome.report = prediction.report();
    return;
  }
  const auto count = count_escapes(context, study, *scheme, q, barrier->other.x);
  record.outcome.report = count.report();
  if (!count.ok()) return;
  report_escape(study, count.value(), prediction.value(), record);
  for (std::string& remark : invariant_measure_remarks(problem, study))
    record.outcome.remarks.push_back(std::move(remark));
}

}  // namespace sgdlimits::experiment
