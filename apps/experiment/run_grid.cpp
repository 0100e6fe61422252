#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "models/laws/gaussian.hpp"
#include "solvers/spectrum/box.hpp"
#include "validation/claims/law_comparison.hpp"

namespace sgdlimits::experiment {

namespace {

Box box_of(const Grid& grid) {
  Box box{Eigen::ArrayXd(grid.dimension()), Eigen::ArrayXd(grid.dimension())};
  for (Index j = 0; j < grid.dimension(); ++j)
    box.lower(j) = grid.axis(j).lower(), box.upper(j) = grid.axis(j).upper();
  return box;
}

std::shared_ptr<const Grid> grid_on(const Box& box, const std::vector<Index>& cells) {
  std::vector<Axis> axes;
  for (std::size_t j = 0; j < cells.size(); ++j) {
    const auto k = static_cast<Index>(j);
    axes.push_back(Axis::uniform(box.lower(k), box.upper(k), cells[j]));
  }
  return std::make_shared<const Grid>(std::move(axes));
}

/// Grown by 1.3 about its centre with cells of nearly the same width; finite ends of the domain stay.
std::shared_ptr<const Grid> larger_grid(const Box& box, const std::vector<Index>& cells, const Box& domain) {
  Box larger = box;
  std::vector<Index> more = cells;
  for (Index j = 0; j < box.lower.size(); ++j) {
    const double width = box.upper(j) - box.lower(j);
    larger.lower(j) = std::max(domain.lower(j), box.lower(j) - 0.15 * width);
    larger.upper(j) = std::min(domain.upper(j), box.upper(j) + 0.15 * width);
    auto& n = more[static_cast<std::size_t>(j)];
    n = static_cast<Index>(std::lround(static_cast<double>(n) * (larger.upper(j) - larger.lower(j)) / width));
  }
  return grid_on(larger, more);
}

Result<Box> evolution_box(const RunContext& context, const Problem& problem) {
  const Box domain = problem.potential->domain();
  Box box;
  if (const StudyRecord* spectrum = context.spectrum_record(problem, problem.temperature->value())) {
    box = box_of(spectrum->outcome.spectrum->generator->grid());
  } else {
    Result<Box> found = gibbs_box(*problem.potential, *problem.temperature, 1e-18);
    if (!found.ok()) return found;
    box = *found.operator->();
  }
  if (const auto* gaussian = dynamic_cast<const GaussianLaw*>(problem.initial.get())) {
    box.lower = box.lower.min(gaussian->mean().array() - 8 * gaussian->sd().array()).max(domain.lower);
    box.upper = box.upper.max(gaussian->mean().array() + 8 * gaussian->sd().array()).min(domain.upper);
  }
  return box;
}

void add_critical_rows(const Problem& problem, const std::optional<Barrier>& barrier, StudyRecord& record) {
  std::map<int, int> number;
  for (const CriticalPoint& point : record.outcome.critical_points) {
    const std::string what = point.index() == 0 ? "minimum" : point.index() == 1 ? "saddle" : "maximum";
    const std::string name = fmt::format("{} {}", what, ++number[static_cast<int>(point.index())]);
    const auto row = [&](const std::string& quantity, double value) {
      add_row(record.rows, record.outcome.name, quantity, std::nullopt, Measurement::exact(value, "Newton's method"));
    };
    const std::vector<std::string> coordinates = problem.potential->coordinate_names();
    for (Index j = 0; j < point.x.size(); ++j)
      row(coordinates[static_cast<std::size_t>(j)] + " of " + name, point.x(j));
    row("potential at " + name, point.value);
    row("smallest Hessian eigenvalue at " + name, point.hessian_eigenvalues(0));
  }
  if (!barrier) return;
  add_row(record.rows, record.outcome.name, "barrier out of the worse well", std::nullopt,
          Measurement::exact(barrier->height, "saddle minus minimum"));
  const double rate = eyring_kramers(*barrier, *problem.temperature);
  add_row(record.rows, record.outcome.name, "Eyring-Kramers rate", std::nullopt,
          Measurement(rate, 0, 0, Side::two_sided, Grade::estimate, "asymptotic in the temperature, no error bound"));
}

void add_density_rows(const Problem& problem, StudyRecord& record) {
  const std::string& name = record.outcome.name;
  const Evolution &fine = *record.outcome.evolution, &middle = *record.middle, &coarse = *record.coarse;
  for (std::size_t k = 0; k < fine.snapshots.size(); ++k) {
    const DensitySnapshot &a = fine.snapshots[k], &b = middle.snapshots[k], &c = coarse.snapshots[k];
    if (const auto chi_squared = record.grids.chi_squared(k))
      add_row(record.rows, name, "chi squared", a.time, *chi_squared);
    const RefinedNumber kl = refine(a.kl_divergence, b.kl_divergence, c.kl_divergence);
    if (std::isfinite(kl.value) && std::isfinite(kl.bound))
      add_row(record.rows, name, "KL divergence", a.time, kl.measurement("finite volumes"));
    for (const Observable& observable : problem.observe)
      add_row(record.rows, name, "mean " + observable.name, a.time,
              refined_mean(observable, a.density, b.density, c.density, fine.time_errors[k]));
  }
  add_row(record.rows, name, "smallest cell average", std::nullopt,
          Measurement::exact(fine.smallest_cell, "all steps"));
  add_row(record.rows, name, "largest change of mass", std::nullopt,
          Measurement::exact(fine.mass_drift, "all steps"));
}

}  // namespace

void run_spectral_gap(RunContext& context, const Study& study, StudyRecord& record) {
  const Problem& problem = context.experiment.problem(study.problem);
  SpectralGapOptions options;
  options.modes = study.modes;
  options.tolerance = study.tolerance;
  Result<SpectralGapEstimate> found =
      spectral_gap(*problem.potential, *problem.temperature, options, context.execution);
  record.outcome.report = found.report();
  if (!found.ok()) return;
  const auto spectrum = std::make_shared<const SpectralGapEstimate>(std::move(found).value());
  record.outcome.spectrum = spectrum;
  const std::string& name = study.name;
  for (std::size_t k = 0; k < spectrum->eigenvalues.size(); ++k) {
    add_row(record.rows, name, fmt::format("eigenvalue {}", k + 1), std::nullopt, spectrum->eigenvalues[k]);
  }
  const double gap = spectrum->gap.value(), constant = spectrum->poincare_constant.value();
  add_row(record.rows, name, "spectral gap", std::nullopt, spectrum->eigenvalues.front());
  add_row(
      record.rows, name, "Poincare constant", std::nullopt,
      Measurement::deterministic(constant, constant * spectrum->error_bound / gap, Grade::estimate, "tau/lambda_1"));
  const std::shared_ptr<const Grid> search =
      uniform_grid(spectrum->generator->grid(), problem.potential->dimension() == 3 ? 48 : 256);
  record.outcome.critical_points = critical_points(*problem.potential, *search);
  const std::optional<Barrier> barrier = largest_barrier(*problem.potential, *search);
  add_critical_rows(problem, barrier, record);
  if (spectrum->count_proof.done) {
    record.outcome.remarks.push_back(
        fmt::format("No eigenvalue below {} was missed: {} negative pivots of H - shift (the shift is {} from the "
                    "nearest Ritz value).",
                    shortest(spectrum->count_proof.shift), spectrum->count_proof.eigenvalues_below,
                    fmt::format("{:.2g}", spectrum->count_proof.nearest_ritz_distance)));
  }
  if (!barrier) record.outcome.remarks.push_back("One basin: there is no worse well to leave.");
}

void run_fokker_planck(RunContext& context, const Study& study, StudyRecord& record) {
  const Problem& problem = context.experiment.problem(study.problem);
  const Result<Box> box = evolution_box(context, problem);
  if (!box.ok()) {
    record.outcome.report = box.report();
    return;
  }
  EvolutionOptions options;
  options.tolerance = study.time_tolerance;
  // coarsest first: where it fails, nothing dear has been computed
  std::array<std::shared_ptr<const Generator>, 3> generators;
  std::array<std::shared_ptr<const Evolution>, 3> evolutions;
  for (std::size_t k = 3; k-- > 0;) {
    std::vector<Index> cells;
    for (Index n : study.cells) cells.push_back(n >> k);
    const auto grid = grid_on(*box.operator->(), cells);
    generators[k] = std::make_shared<const Generator>(*problem.potential, grid, *problem.temperature);
    Execution execution = context.execution;
    if (k > 0) execution.progress = {};
    Result<Evolution> found =
        evolve(generators[k], density_of(*problem.initial, grid), problem.report_at, options, execution);
    record.outcome.report = found.report();
    if (!found.ok()) return;
    evolutions[k] = std::make_shared<const Evolution>(std::move(found).value());
  }
  record.generator = generators[0];
  record.outcome.evolution = evolutions[0];
  record.middle = evolutions[1];
  record.coarse = evolutions[2];
  record.grids = three_grids({*evolutions[0], *generators[0]}, {*evolutions[1], *generators[1]},
                             {*evolutions[2], *generators[2]}, law_observables(*problem.potential));
  const auto larger = larger_grid(*box.operator->(), study.cells, problem.potential->domain());
  const Generator on_larger(*problem.potential, larger, *problem.temperature);
  record.chi_squared_larger_box = chi_squared(on_larger, density_of(*problem.initial, larger));
  add_density_rows(problem, record);
}

}  // namespace sgdlimits::experiment
