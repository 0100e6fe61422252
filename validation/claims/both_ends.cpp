#include "validation/claims/both_ends.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "models/laws/gibbs.hpp"
#include "models/potentials/catalogue.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "validation/claims/law_comparison.hpp"

namespace sgdlimits {
namespace {

constexpr Index kSharedModes = 4;

Execution quietly(const Execution& execution) {
  Execution quiet = execution;
  quiet.progress = nullptr;
  return quiet;
}

Result<Evolution> evolution_on(const ClaimProblem& problem, std::shared_ptr<const Grid> grid,
                               std::shared_ptr<const Generator>& generator, const std::vector<double>& times,
                               const Execution& execution) {
  generator = std::make_shared<const Generator>(*problem.potential, grid, problem.temperature);
  return evolve(generator, density_of(*problem.initial, grid), times, {}, quietly(execution));
}

}  // namespace

double GridEnd::l1_error() const { return *std::max_element(grids.l1.begin(), grids.l1.end()); }

ClaimProblem tilted_well_problem() {
  const std::shared_ptr<const Potential> potential = make_potential("tilted-well");
  const auto start = std::make_shared<GibbsLaw>(potential, Temperature(0.25), Eigen::VectorXd::Constant(1, -1));
  return {.title = "tilted well (x^2-1)^2 + x/4 at learning rate 1, started in the higher well",
          .potential = potential,
          .temperature = LearningRate(1).temperature(),
          .initial = start,
          .report_times = {0.25, 0.5, 1, 2, 4, 8, 12},
          .seed = 1};
}

EffortSizes sizes_of(Effort effort) {
  switch (effort) {
    case Effort::quick: return {100'000, {600, 96, 32}, 0.2, 6e8};
    case Effort::standard: return {400'000, {1200, 160, 48}, 0.07, 6e9};
    case Effort::thorough: return {2'000'000, {2400, 256, 64}, 0.04, 1e11};
  }
  return {};
}

double stiffness(const Potential& potential, const Law& law, std::uint64_t seed) {
  Points x(256, potential.dimension());
  law.sample(Noise(seed, Stream::test), 0, x);
  Scratch scratch;
  double sum = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    const Eigen::MatrixXd hessian = potential.hessian(x.row(i).transpose().matrix(), scratch);
    const Eigen::VectorXd k =
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian, Eigen::EigenvaluesOnly).eigenvalues();
    sum += std::pow(k.cwiseAbs().maxCoeff(), 2);
  }
  return std::sqrt(sum / static_cast<double>(x.rows()));
}

Result<Box> claim_box(const ClaimProblem& problem, double scale) {
  Result<Box> found = gibbs_box(*problem.potential, problem.temperature);
  if (!found.ok()) return found;
  const Eigen::ArrayXd centre = (found->lower + found->upper) / 2, half = (found->upper - found->lower) / 2;
  const Box domain = problem.potential->domain();
  return Box{(centre - scale * half).max(domain.lower), (centre + scale * half).min(domain.upper)};
}

std::shared_ptr<const Grid> claim_grid(const Box& box, Index cells) {
  std::vector<Axis> axes;
  for (Index j = 0; j < box.lower.size(); ++j) axes.push_back(Axis::uniform(box.lower(j), box.upper(j), cells));
  return std::make_shared<const Grid>(std::move(axes));
}

Index resolving_cells(const ClaimProblem& problem, const Box& box, const EffortSizes& sizes) {
  const auto d = static_cast<std::size_t>(problem.potential->dimension() - 1);
  Points x(1024, problem.potential->dimension());
  problem.initial->sample(Noise(problem.seed, Stream::test), 0, x);
  const double well =
      std::sqrt(problem.temperature.value() / stiffness(*problem.potential, *problem.initial, problem.seed));
  double wanted = 0;
  for (Index j = 0; j < x.cols(); ++j) {
    const double sd = std::sqrt((x.col(j) - x.col(j).mean()).square().mean());
    const double length = sd > 0 ? std::min(sd, well) : well;
    wanted = std::max(wanted, (box.upper(j) - box.lower(j)) / length);
  }
  const Index most = sizes_of(Effort::thorough).cells[d];
  const auto enough = static_cast<Index>(std::min(std::ceil(wanted), static_cast<double>(most))) * 4;
  return std::clamp(enough, sizes.cells[d], most);
}

Result<GridEnd> grid_end(const ClaimProblem& problem, const std::vector<double>& times, const EffortSizes& sizes,
                         const Execution& execution) {
  const Result<Box> box = claim_box(problem, 1.1);
  if (!box.ok()) return Result<GridEnd>(box.report());
  const Index cells = resolving_cells(problem, box.value(), sizes);
  const ComputedEnds::GridKey key{problem.initial, times, cells};
  if (problem.computed) {
    const auto kept = problem.computed->grids.find(key);
    if (kept != problem.computed->grids.end()) return *kept->second;
  }
  GridEnd end;
  Result<Evolution> fine = evolution_on(problem, claim_grid(box.value(), cells), end.generator, times, execution);
  if (!fine.ok()) return Result<GridEnd>(fine.report());
  std::shared_ptr<const Generator> half, quarter;
  const Result<Evolution> middle = evolution_on(problem, claim_grid(box.value(), cells / 2), half, times, execution);
  if (!middle.ok()) return Result<GridEnd>(middle.report());
  const Result<Evolution> coarse =
      evolution_on(problem, claim_grid(box.value(), cells / 4), quarter, times, execution);
  if (!coarse.ok()) return Result<GridEnd>(coarse.report());

  end.grids = three_grids({fine.value(), *end.generator}, {middle.value(), *half}, {coarse.value(), *quarter},
                          law_observables(*problem.potential));
  end.snapshots = std::move(fine).value().snapshots;
  if (problem.computed) problem.computed->grids[key] = std::make_shared<const GridEnd>(end);
  return end;
}

Result<std::shared_ptr<const EnsembleEnd>> ensemble_end(const ClaimProblem& problem, const std::vector<double>& times,
                                                        double step, const EffortSizes& sizes,
                                                        const Execution& execution) {
  using Shared = std::shared_ptr<const EnsembleEnd>;
  const ComputedEnds::PathKey key{problem.initial, times, step, sizes.paths};
  if (problem.computed) {
    const auto kept = problem.computed->ensembles.find(key);
    if (kept != problem.computed->ensembles.end()) return Shared(kept->second);
  }
  const Law& initial = *problem.initial;
  const auto scheme = heun(std::make_shared<GradientDrift>(problem.potential), problem.temperature, step);
  Ensemble ensemble = Ensemble::from_law(initial, sizes.paths, problem.seed);
  EnsembleEnd end;
  end.snapshots.push_back(ensemble.points);
  const std::vector<double> later(times.begin() + 1, times.end());
  const Report report = advance_through(
      ensemble, *scheme, later, [&](double, PointsView x) { end.snapshots.push_back(x); }, quietly(execution));
  if (report.status != Status::ok) return Result<Shared>(report);
  const double z = step * stiffness(*problem.potential, initial, problem.seed);
  end.error = z * z / 4;
  const auto shared = std::make_shared<const EnsembleEnd>(std::move(end));
  if (problem.computed) problem.computed->ensembles[key] = shared;
  return Shared(shared);
}

Result<SpectralGapEstimate> spectral_end(const ClaimProblem& problem, Index modes, const Execution& execution) {
  SpectralGapOptions options;
  options.modes = problem.computed ? std::max(modes, kSharedModes) : modes;
  if (problem.computed && problem.computed->spectrum &&
      static_cast<Index>(problem.computed->spectrum->eigenvalues.size()) >= options.modes)
    return *problem.computed->spectrum;
  Result<SpectralGapEstimate> found = spectral_gap(*problem.potential, problem.temperature, options, execution);
  if (found.ok() && problem.computed)
    problem.computed->spectrum = std::make_shared<const SpectralGapEstimate>(found.value());
  return found;
}

std::vector<double> on_clock(const std::vector<double>& times, double step) {
  std::vector<double> clock{0};
  for (const double t : times) {
    const double rounded = std::max(1.0, std::round(t / step)) * step;
    if (rounded > clock.back()) clock.push_back(rounded);
  }
  return clock;
}

Eigenfunctions interpolated_eigenfunctions(const SpectralGapEstimate& spectrum, Index m) {
  std::vector<std::shared_ptr<const GridInterpolant>> modes;
  for (Index k = 0; k < m; ++k)
    modes.push_back(
        std::make_shared<const GridInterpolant>(spectrum.generator->shared_grid(), spectrum.eigenfunctions.col(k)));
  return [modes](PointsView x, PointsOut out) {
    for (std::size_t k = 0; k < modes.size(); ++k) modes[k]->evaluate(x, out.col(static_cast<Index>(k)));
  };
}

}  // namespace sgdlimits
