/// Escape from the worse well a to the better one b.
///
/// q = (u_1 - u_1(a))/(u_1(b) - u_1(a)), u_1 the first eigenfunction, is 0 at a and 1 at b and flat inside both
/// wells. From L u_1 = -lambda_1 u_1 and E_mu u_1 = 0, L q = lambda_1 (E_mu q - q), so by Dynkin's formula the
/// first time T at which q reaches the threshold theta has theta = lambda_1 E int_0^T (E_mu q - q) dt; with q = 0
/// inside a, 1/E T = lambda_1 E_mu q / theta. E_mu q = -u_1(a)/(u_1(b) - u_1(a)) is the Gibbs mass of the better
/// well. Asymptotic: q > 0 on the way makes E T = (theta + lambda_1 E int_0^T q dt)/(lambda_1 E_mu q), so the rate
/// is overestimated, the more the lower the barrier, and the stated error is that of lambda_1 alone. A Langevin study
/// beside it shows by how much. Paths are looked at after steps, which misses some passages: order step^(1/2).
#include <fmt/format.h>

#include <cmath>

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

double at(const GridInterpolant& function, const Eigen::VectorXd& x) {
  Points point = x.transpose().array();
  Values out(1);
  function.evaluate(point, out);
  return out(0);
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
  const GridInterpolant first(found.generator->shared_grid(), found.eigenfunctions.col(0));
  const double at_worse = at(first, barrier->other.x), at_better = at(first, barrier->lowest.x);
  const double mass = -at_worse / (at_better - at_worse);
  const double rate = found.gap.value() * mass / study.threshold;

  Problem local = problem;
  local.temperature = temperature;
  const std::unique_ptr<Scheme> scheme = make_scheme(local, study);
  Ensemble ensemble =
      Ensemble::from_law(PointLaw(barrier->other.x), study.paths, context.experiment.seed, context.replicate(study));
  const double level = at_worse + study.threshold * (at_better - at_worse), sign = at_better > at_worse ? 1 : -1;
  const Indicator reached = [&](PointsView x, ValuesOut inside, Scratch&) {
    first.evaluate(x, inside);
    inside = (sign * (inside - level) > 0).cast<double>();
  };
  const Result<FirstPassage> passage =
      first_passage(ensemble, *scheme, std::llround(study.until / scheme->step_size()), reached, context.execution);
  record.outcome.report = passage.report();
  if (!passage.ok()) return;
  const PassageCount count = count_passages(passage->times, study.discard, passage->until);
  if (count.exposure <= 0) {
    record.outcome.report = {
        Status::not_converged, "every path left before the time from which passages are counted", {}};
    return;
  }
  const Measurement measured = poisson_measurement(count.events, count.exposure);
  const Measurement predicted = Measurement::deterministic(
      rate, found.error_bound * mass / study.threshold, Grade::estimate,
      fmt::format("lambda_1 times the Gibbs mass {} of the better well, over the threshold {}; asymptotic for high "
                  "barriers, the error is that of lambda_1 alone",
                  shortest(mass), shortest(study.threshold)));
  record.outcome.escapes.push_back(
      {fmt::format("{}, learning rate {}", motion_name(study), shortest(study.learning_rate)), study.learning_rate,
       study.paths, count.events, measured, predicted});
  add_row(record.rows, study.name, "escape rate", std::nullopt, measured);
  add_row(record.rows, study.name, "predicted escape rate", std::nullopt, predicted);
  record.outcome.remarks.push_back(fmt::format("{} of {} paths crossed between t = {} and {}.", count.events,
                                               count.at_risk, shortest(study.discard), shortest(passage->until)));
  if (study.motion == Motion::langevin) {
    record.outcome.remarks.push_back(
        fmt::format("Langevin leaves at {:.3g} of the predicted rate, which is asymptotic for high barriers and too "
                    "high: read the rates of SGD beside this one.",
                    measured.value() / predicted.value()));
  }
}

}  // namespace sgdlimits::experiment
