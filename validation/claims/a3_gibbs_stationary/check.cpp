#include <fmt/core.h>

#include <cmath>

#include "models/laws/gibbs.hpp"
#include "solvers/sde/ensemble.hpp"
#include "validation/claims/a3_gibbs_stationary/gibbs_stationary.hpp"
#include "validation/claims/a3_gibbs_stationary/step_bias.hpp"
#include "validation/claims/both_ends.hpp"
#include "validation/claims/law_comparison.hpp"

namespace sgdlimits {
namespace {

constexpr double kRemainingChi = 1e-3;

// Euler-Maruyama at step times stiffness 0.2 adds 11 per cent to the variance in a well (1/(1 - 0.1)).
ClaimReport coarse_step_control(const ClaimProblem& problem, const GibbsStationaryMaterial& material, Index paths,
                                const Execution& execution) {
  const GibbsLaw gibbs(problem.potential, problem.temperature);
  const double step = 0.2 / stiffness(*problem.potential, gibbs, problem.seed);
  const auto scheme = euler_maruyama(std::make_shared<GradientDrift>(problem.potential), problem.temperature, step);
  Ensemble ensemble = Ensemble::from_law(gibbs, paths, problem.seed, 1);
  Execution quiet = execution;
  quiet.progress = nullptr;
  constexpr std::int64_t steps = 200;  // forty relaxation times of a well
  const Report done = advance(ensemble, *scheme, steps, quiet);
  ClaimReport control;
  if (done.status == Status::ok) {
    const GibbsStationaryMaterial coarse{material.potential,
                                         material.generator,
                                         material.grid_error,
                                         ensemble.points,
                                         static_cast<double>(steps) * step,
                                         0,
                                         "",
                                         0,
                                         material.tolerance,
                                         material.gibbs_means,
                                         material.pool};
    control = judge_gibbs_stationary(coarse, false);
  } else {
    control.id = "A3";
    control.name = "gibbs-stationary";
    control.why = "the control could not be computed: " + done.why;
  }
  control.subject = fmt::format("control: euler-maruyama at step {:.4g}, where its bias is large", step);
  control.expected = Verdict::refuted;
  return control;
}

/// The orders of the bias in the step, where the problem lives on a line; their control raises them by one.
void add_step_bias(const ClaimProblem& problem, ClaimReport& report, bool controls) {
  if (problem.potential->dimension() != 1) return;
  const GibbsLaw gibbs(problem.potential, problem.temperature);
  const double curvature = stiffness(*problem.potential, gibbs, problem.seed);
  const std::vector<Comparison> orders = step_bias_orders(problem, curvature);
  if (orders.empty()) return;
  report.comparisons.insert(report.comparisons.end(), orders.begin(), orders.end());
  const Verdict before = report.verdict;
  report.verdict = combine(report.hypotheses, report.comparisons);
  if (report.verdict != before || report.verdict == Verdict::consistent)
    report.why = explain(report.verdict, report.hypotheses, report.comparisons);
  if (!controls) return;
  ClaimReport control{.id = report.id,
                      .name = report.name,
                      .subject = "control: orders of the bias one too high",
                      .statement = report.statement,
                      .source = report.source};
  control.comparisons = step_bias_orders(problem, curvature, 1);
  control.verdict = combine(control.hypotheses, control.comparisons);
  control.expected = Verdict::refuted;
  control.why = explain(control.verdict, control.hypotheses, control.comparisons);
  report.controls.push_back(std::move(control));
}

// Upper end of chi at the last time.
double remaining_chi(const GridEnd& grid) {
  const std::optional<Measurement> chi = grid.grids.chi(grid.snapshots.size() - 1);
  return chi ? chi->upper() : std::sqrt(grid.snapshots.back().chi_squared);
}

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const EffortSizes sizes = sizes_of(effort);
  const Result<SpectralGapEstimate> spectrum = spectral_end(problem, 1, execution);
  if (!spectrum.ok()) return Result<ClaimReport>(spectrum.report());
  const double step = sizes.relative_step / stiffness(*problem.potential, *problem.initial, problem.seed);

  // From the problem's own start, if it comes near mu in affordable time; else invariance: start in mu.
  const double start_chi =
      std::sqrt(chi_squared(*spectrum->generator, density_of(*problem.initial, spectrum->generator->shared_grid())));
  const double wanted = std::log(std::max(2.0, start_chi / kRemainingChi)) / spectrum->gap.value();
  const bool affordable =
      std::isfinite(wanted) && wanted / step * static_cast<double>(sizes.paths) <= sizes.path_steps;
  ClaimProblem started = problem;
  if (!affordable) started.initial = std::make_shared<GibbsLaw>(problem.potential, problem.temperature);
  const std::vector<double> times = on_clock({affordable ? wanted : 100 * step}, step);

  const Result<GridEnd> grid = grid_end(started, times, sizes, execution);
  if (!grid.ok()) return Result<ClaimReport>(grid.report());
  const auto found = ensemble_end(started, times, step, sizes, execution);
  if (!found.ok()) return Result<ClaimReport>(found.report());
  const EnsembleEnd& paths = *found.value();
  const GibbsStationaryMaterial material{
      *problem.potential,
      *grid->generator,
      grid->grids.gibbs_l1,
      paths.snapshots.back(),
      times.back(),
      affordable ? remaining_chi(grid.value()) : 0,
      affordable ? "langevin (heun)" : "langevin (heun) started in mu, since 1/lambda_1 is out of reach",
      paths.error,
      0.05,
      grid->grids.gibbs_means,
      execution.pool};
  ClaimReport report = judge_gibbs_stationary(material, controls);
  if (controls) report.controls.push_back(coarse_step_control(problem, material, sizes.paths, execution));
  add_step_bias(problem, report, controls);
  return report;
}

}  // namespace

ClaimEntry gibbs_stationary_claim() {
  return {"A3",
          "gibbs-stationary",
          "mu = exp(-f/tau)/Z is stationary, and the law at a late time is within chi(t) of it",
          "Shi, Su, Jordan 2020, lemma 2.2 and proposition 3.1",
          tilted_well_problem,
          check};
}

}  // namespace sgdlimits
