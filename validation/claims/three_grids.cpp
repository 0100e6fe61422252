#include "validation/claims/three_grids.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

constexpr double kLowestOrder = 1.5, kHighestOrder = 2.7, kCancellingOrder = 4.5;

/// 0 where the differences tell nothing.
double observed_order(double fine_difference, double coarse_difference) {
  const double ratio = coarse_difference / fine_difference;
  return std::isfinite(ratio) && ratio > 0 ? std::max(0.0, std::log2(ratio)) : 0;
}

bool second_order(double order) { return order >= kLowestOrder && order <= kHighestOrder; }

double unextrapolated_bound(double fine_difference, double coarse_difference, double order) {
  const double a = std::abs(fine_difference), b = std::abs(coarse_difference);
  return order > kHighestOrder && order <= kCancellingOrder ? a : std::max(a, b);
}

/// The density on a grid of half as many cells along every axis.
Values coarsened(const Density& fine, const Grid& coarse) {
  const Grid& grid = fine.grid();
  Values mass = Values::Zero(coarse.size());
  for (Index i = 0; i < grid.size(); ++i) {
    Index cell = 0;
    for (Index j = 0; j < grid.dimension(); ++j)
      cell += ((i / grid.stride(j)) % grid.axis(j).cells()) / 2 * coarse.stride(j);
    mass(cell) += fine.averages()(i) * grid.volumes()(i);
  }
  return mass / coarse.volumes();
}

double l1_distance(const Density& fine, const Density& coarse) {
  const Grid& grid = coarse.grid();
  return ((coarsened(fine, grid) - coarse.averages()).abs() * grid.volumes()).sum();
}

double l1_bound(const Density& fine, const Density& middle, const Density& coarse) {
  return fine_grid_bound(l1_distance(fine, middle), l1_distance(middle, coarse));
}

void check_halved(const Grid& fine, const Grid& coarse) {
  bool halved = fine.dimension() == coarse.dimension();
  for (Index j = 0; halved && j < fine.dimension(); ++j) halved = fine.axis(j).cells() == 2 * coarse.axis(j).cells();
  if (!halved)
    throw InvalidArgument("cells of the coarse grid", std::to_string(coarse.size()),
                          "half of the fine grid's along every axis");
}

void check_same_times(const Evolution& a, const Evolution& b) {
  bool same = a.snapshots.size() == b.snapshots.size();
  for (std::size_t k = 0; same && k < a.snapshots.size(); ++k) same = a.snapshots[k].time == b.snapshots[k].time;
  if (!same)
    throw InvalidArgument("times of the coarse run", std::to_string(b.snapshots.size()), "those of the fine run");
}

/// Cell values of the observables on a grid, cells x observables.
Points tabulated(const Grid& grid, const std::vector<Observable>& observables) {
  Points table(grid.size(), static_cast<Index>(observables.size()));
  for (std::size_t m = 0; m < observables.size(); ++m)
    table.col(static_cast<Index>(m)) = grid_values(grid, observables[m]);
  return table;
}

/// Half the range of g over the cells that carry mass.
double half_range(const Density& density, ValuesView g) {
  const Values mass = density.averages() * density.grid().volumes();
  double low = INFINITY, high = -INFINITY;
  for (Index i = 0; i < mass.size(); ++i) {
    if (mass(i) <= 1e-12) continue;
    low = std::min(low, g(i));
    high = std::max(high, g(i));
  }
  return high > low ? (high - low) / 2 : 0;
}

/// A density on each grid and the observables there.
struct Triple {
  const Density &fine, &middle, &coarse;
};
struct Tables {
  Points fine, middle, coarse;
};

std::vector<Measurement> refined_means(const Triple& density, const Tables& g, double time_error) {
  std::vector<Measurement> means;
  for (Index m = 0; m < g.fine.cols(); ++m) {
    const RefinedNumber mean =
        refine(density.fine.expectation(g.fine.col(m)), density.middle.expectation(g.middle.col(m)),
               density.coarse.expectation(g.coarse.col(m)));
    means.push_back(mean.measurement("mean on the grid", time_error * half_range(density.fine, g.fine.col(m))));
  }
  return means;
}

std::optional<double> log_chi_of(const Evolution& evolution, std::size_t k) {
  const double chi_squared = evolution.snapshots[k].chi_squared;
  if (!std::isfinite(chi_squared) || chi_squared <= 0) return std::nullopt;
  return 0.5 * std::log(chi_squared);
}

using Three = std::optional<std::array<double, 3>>;

Three log_chi_on_all(const GridRun& fine, const GridRun& middle, const GridRun& coarse, std::size_t k) {
  const auto a = log_chi_of(fine.evolution, k), b = log_chi_of(middle.evolution, k),
             c = log_chi_of(coarse.evolution, k);
  if (!a || !b || !c) return std::nullopt;
  return std::array<double, 3>{*a, *b, *c};
}

}  // namespace

Measurement RefinedNumber::measurement(const std::string& what, double extra) const {
  return Measurement::deterministic(
      value, bound + extra, Grade::estimate,
      extrapolated ? fmt::format("{}, extrapolated from three grids (order {:.3g})", what, order)
                   : fmt::format("{} with the finest cells (order not near 2: {:.3g})", what, order));
}

RefinedNumber refine(double fine, double middle, double coarse) {
  const double a = fine - middle, b = middle - coarse, order = observed_order(a, b);
  if (!second_order(order)) return {fine, unextrapolated_bound(a, b, order), order, false};
  const double value = fine + a / 3, before = middle + b / 3;
  return {value, std::max(std::abs(value - before) / 3, std::abs(a) / 30), order, true};
}

double fine_grid_bound(double fine_difference, double coarse_difference) {
  const double order = observed_order(fine_difference, coarse_difference);
  return second_order(order) ? 2 * std::abs(fine_difference) / 3
                             : unextrapolated_bound(fine_difference, coarse_difference, order);
}

std::optional<Measurement> ThreeGrids::chi(std::size_t snapshot) const {
  const std::optional<Measurement>& log = log_chi[snapshot];
  if (!log) return std::nullopt;
  const double value = std::exp(log->value());
  return Measurement::deterministic(value, value * std::expm1(log->discretisation_bound()), Grade::estimate,
                                    log->how());
}

std::optional<Measurement> ThreeGrids::chi_squared(std::size_t snapshot) const {
  const std::optional<Measurement>& log = log_chi[snapshot];
  if (!log) return std::nullopt;
  const double value = std::exp(2 * log->value());
  return Measurement::deterministic(value, value * std::expm1(2 * log->discretisation_bound()), Grade::estimate,
                                    log->how());
}

ThreeGrids three_grids(const GridRun& fine, const GridRun& middle, const GridRun& coarse,
                       const std::vector<Observable>& observables) {
  check_halved(fine.generator.grid(), middle.generator.grid());
  check_halved(middle.generator.grid(), coarse.generator.grid());
  check_same_times(fine.evolution, middle.evolution);
  check_same_times(fine.evolution, coarse.evolution);
  const Tables g{tabulated(fine.generator.grid(), observables), tabulated(middle.generator.grid(), observables),
                 tabulated(coarse.generator.grid(), observables)};
  ThreeGrids grids;
  Three before;
  for (std::size_t k = 0; k < fine.evolution.snapshots.size(); ++k) {
    const Triple density{fine.evolution.snapshots[k].density, middle.evolution.snapshots[k].density,
                         coarse.evolution.snapshots[k].density};
    const double time_error = fine.evolution.time_errors[k];
    grids.l1.push_back(l1_bound(density.fine, density.middle, density.coarse) + time_error);
    grids.means.push_back(refined_means(density, g, time_error));
    const Three now = log_chi_on_all(fine, middle, coarse, k);
    // A density error e moves chi by e times a weight that is largest where mu is small; the evolution controls L1.
    const double time_part = now ? time_error * std::max(1.0, std::exp(-(*now)[0])) : 0;
    grids.log_chi.emplace_back(std::nullopt);
    grids.log_chi_step.emplace_back(std::nullopt);
    if (now) grids.log_chi.back() = refine((*now)[0], (*now)[1], (*now)[2]).measurement("log chi", time_part);
    if (k == 0) grids.log_chi_step.back() = Measurement::exact(0, "first snapshot");
    if (k > 0 && now && before) {
      grids.log_chi_step.back() = refine((*now)[0] - (*before)[0], (*now)[1] - (*before)[1], (*now)[2] - (*before)[2])
                                      .measurement("change of log chi", time_part);
    }
    before = now;
  }
  const Triple gibbs{fine.generator.gibbs(), middle.generator.gibbs(), coarse.generator.gibbs()};
  grids.gibbs_means = refined_means(gibbs, g, 0);
  grids.gibbs_l1 = l1_bound(gibbs.fine, gibbs.middle, gibbs.coarse);
  return grids;
}

Measurement refined_mean(const Observable& observable, const Density& fine, const Density& middle,
                         const Density& coarse, double time_error) {
  const std::vector<Observable> one{observable};
  return refined_means({fine, middle, coarse},
                       {tabulated(fine.grid(), one), tabulated(middle.grid(), one), tabulated(coarse.grid(), one)},
                       time_error)
      .front();
}

}  // namespace sgdlimits
