#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "validation/claims/a4_chi_decay/chi_decay.hpp"
#include "validation/claims/both_ends.hpp"

namespace sgdlimits {
namespace {

constexpr Index kModes = 4;

// chi^2(0) on a box 1.3 times as large, with cells of the same size.
Result<double> chi_squared_on_larger_box(const ClaimProblem& problem, Index cells) {
  const Result<Box> box = claim_box(problem, 1.1 * 1.3);
  if (!box.ok()) return Result<double>(box.report());
  const auto larger = static_cast<Index>(std::ceil(1.3 * static_cast<double>(cells)));
  const auto grid = claim_grid(box.value(), larger);
  return chi_squared(Generator(*problem.potential, grid, problem.temperature), density_of(*problem.initial, grid));
}

// Steps of log chi on the fine grid, as uncertain as the steps of the true start.
std::vector<std::optional<Measurement>> steps_on_one_grid(const std::vector<DensitySnapshot>& snapshots,
                                                          const ThreeGrids& kindred) {
  double bound = 0;
  for (const std::optional<Measurement>& step : kindred.log_chi_step)
    if (step) bound = std::max(bound, step->discretisation_bound());
  std::vector<std::optional<Measurement>> steps(1);
  for (std::size_t k = 1; k < snapshots.size(); ++k)
    steps.emplace_back(
        Measurement::deterministic(std::log(snapshots[k].chi_squared / snapshots[k - 1].chi_squared) / 2, bound,
                                   Grade::estimate, "change of log chi on one grid"));
  return steps;
}

// rho_0 = mu (1 + a u_k), k the first mode with a rate above lambda_1: c_1 = 0, so chi decays at lambda_k.
std::optional<ClaimReport> orthogonal_start_control(const SpectralGapEstimate& spectrum, const GridEnd& grid,
                                                    const Execution& execution) {
  const Measurement& gap = spectrum.eigenvalues.front();
  std::size_t k = 1;
  while (k < spectrum.eigenvalues.size() && spectrum.eigenvalues[k].value() < 1.1 * gap.value()) ++k;
  if (k == spectrum.eigenvalues.size()) return std::nullopt;
  const double rate = spectrum.eigenvalues[k].value();
  const Generator& generator = *grid.generator;
  const Points centers = generator.grid().centers();
  Points modes(centers.rows(), static_cast<Index>(k) + 1);
  interpolated_eigenfunctions(spectrum, modes.cols())(centers, modes);
  const Values u = modes.col(static_cast<Index>(k));
  const Values start = generator.gibbs().averages() * (1 + 0.9 * u / u.abs().maxCoeff());

  EvolutionOptions options;
  options.tolerance = 1e-9;
  Execution quiet = execution;
  quiet.progress = nullptr;
  Result<Evolution> evolution = evolve(grid.generator, Density(generator.shared_grid(), start).normalised(),
                                       {0.5 / rate, 1 / rate, 1.5 / rate, 2 / rate, 2.5 / rate}, options, quiet);
  if (!evolution.ok()) return std::nullopt;
  const std::vector<DensitySnapshot>& snapshots = evolution->snapshots;
  const ChiDecayMaterial material{snapshots,
                                  steps_on_one_grid(snapshots, grid.grids),
                                  snapshots.front().chi_squared,
                                  gap,
                                  spectrum.eigenvalues[1],
                                  Measurement::exact(1, "assumed by the control"),
                                  ""};
  ClaimReport control = judge_chi_decay(material, false);
  control.subject = fmt::format("control: a start with c_1 = 0 read as lambda_1 (it decays at lambda_{})", k + 1);
  control.expected = Verdict::refuted;
  return control;
}

// One report of both ends: verdicts combine, and the sentence is that of the end which decided.
ClaimReport joined(ClaimReport grid, ClaimReport paths) {
  ClaimReport report = std::move(grid);
  report.subject = "grid and langevin (heun)";
  const Verdict first = report.verdict, second = paths.verdict;
  if (first == Verdict::consistent && second == Verdict::consistent)
    report.why += "; for the ensemble " + paths.why;
  else if (first == Verdict::consistent || (first == Verdict::undecided && second == Verdict::refuted))
    report.why = paths.why;
  if (first == Verdict::consistent || second == Verdict::refuted) report.verdict = second;
  // The ensemble's hypothesis is the grid's second one.
  for (Comparison& c : paths.comparisons) report.comparisons.push_back(std::move(c));
  for (ClaimReport& c : paths.controls) report.controls.push_back(std::move(c));
  return report;
}

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const EffortSizes sizes = sizes_of(effort);
  const Result<SpectralGapEstimate> spectrum = spectral_end(problem, kModes, execution);
  if (!spectrum.ok()) return Result<ClaimReport>(spectrum.report());
  const double step = sizes.relative_step / stiffness(*problem.potential, *problem.initial, problem.seed);
  const std::vector<double> times = on_clock(problem.report_times, step);
  const Result<GridEnd> grid = grid_end(problem, times, sizes, execution);
  if (!grid.ok()) return Result<ClaimReport>(grid.report());
  const Result<double> larger = chi_squared_on_larger_box(problem, grid->generator->grid().axis(0).cells());
  if (!larger.ok()) return Result<ClaimReport>(larger.report());

  const Result<FirstCoefficient> first =
      first_coefficient(*problem.potential, *problem.initial, spectrum.value(), execution);
  if (!first.ok()) return Result<ClaimReport>(first.report());
  const Measurement& coefficient = first->value;
  const Measurement &gap = spectrum->eigenvalues[0], &second = spectrum->eigenvalues[1];
  ClaimReport report = judge_chi_decay(
      {grid->snapshots, grid->grids.log_chi_step, larger.value(), gap, second, coefficient, "grid"}, controls);
  if (report.verdict == Verdict::not_applicable) return report;

  const auto shared = ensemble_end(problem, times, step, sizes, execution);
  if (!shared.ok()) return Result<ClaimReport>(shared.report());
  const EnsembleEnd& paths = *shared.value();
  const ModeSeries series = mode_series(times, paths.snapshots, interpolated_eigenfunctions(spectrum.value(), kModes),
                                        kModes, *execution.pool);
  std::vector<std::optional<Measurement>> chi_squares;
  for (std::size_t k = 0; k < grid->snapshots.size(); ++k) chi_squares.push_back(grid->grids.chi_squared(k));
  report = joined(std::move(report), judge_mode_decay({series, gap, second, coefficient, chi_squares,
                                                       "langevin (heun)", paths.error, first->eigenfunction_error},
                                                      controls));
  if (controls)
    if (std::optional<ClaimReport> control = orthogonal_start_control(spectrum.value(), grid.value(), execution))
      report.controls.push_back(std::move(*control));
  return report;
}

}  // namespace

ClaimEntry chi_decay_claim() {
  return {"A4",
          "chi-decay",
          "chi(t) e^{lambda_1 t} never increases, and the late rate of chi is lambda_1 if c_1 is not 0",
          "Shi, Su, Jordan 2020, lemma 5.2 and proposition 3.1",
          tilted_well_problem,
          check};
}

}  // namespace sgdlimits
