#include "validation/claims/two_grids.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

constexpr double kOfDifference = 2.0 / 3.0;

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

void check_halved(const Grid& fine, const Grid& coarse) {
  bool halved = fine.dimension() == coarse.dimension();
  for (Index j = 0; halved && j < fine.dimension(); ++j) halved = fine.axis(j).cells() == 2 * coarse.axis(j).cells();
  if (!halved)
    throw InvalidArgument("cells of the coarse grid", std::to_string(coarse.size()),
                          "half of the fine grid's along every axis");
}

/// Cell values of the observables on a grid, cells x observables.
Points tabulated(const Grid& grid, const std::vector<Observable>& observables) {
  Points table(grid.size(), static_cast<Index>(observables.size()));
  for (std::size_t m = 0; m < observables.size(); ++m)
    table.col(static_cast<Index>(m)) = grid_values(grid, observables[m]);
  return table;
}

/// Bounds on the means, one an observable. `time_error`: L1 error in time, times half the range of the observable
/// over the cells that carry mass.
std::vector<double> mean_errors(const Density& fine, const Points& on_fine, const Density& coarse,
                                const Points& on_coarse, double time_error) {
  std::vector<double> errors;
  const Values mass = fine.averages() * fine.grid().volumes();
  for (Index m = 0; m < on_fine.cols(); ++m) {
    const double difference = fine.expectation(on_fine.col(m)) - coarse.expectation(on_coarse.col(m));
    double low = INFINITY, high = -INFINITY;
    for (Index i = 0; i < mass.size(); ++i) {
      if (mass(i) <= 1e-12) continue;
      low = std::min(low, on_fine(i, m));
      high = std::max(high, on_fine(i, m));
    }
    errors.push_back(kOfDifference * std::abs(difference) + (high > low ? time_error * (high - low) / 2 : 0));
  }
  return errors;
}

/// log chi(fine) - log chi(coarse), or 0 where that makes no sense.
double log_chi_difference(const DensitySnapshot& fine, const DensitySnapshot& coarse) {
  const double ratio = fine.chi_squared / coarse.chi_squared;
  return std::isfinite(ratio) && ratio > 0 ? 0.5 * std::log(ratio) : 0;
}

}  // namespace

TwoGridErrors two_grid_errors(const Evolution& fine, const Generator& fine_generator, const Evolution& coarse,
                              const Generator& coarse_generator, const std::vector<Observable>& observables) {
  check_halved(fine_generator.grid(), coarse_generator.grid());
  const Points on_fine = tabulated(fine_generator.grid(), observables),
               on_coarse = tabulated(coarse_generator.grid(), observables);
  TwoGridErrors errors;
  double before = 0;
  for (std::size_t k = 0; k < fine.snapshots.size(); ++k) {
    const DensitySnapshot &a = fine.snapshots[k], &b = coarse.snapshots[k];
    const double time_error = fine.time_errors[k];
    errors.l1.push_back(kOfDifference * l1_distance(a.density, b.density) + time_error);
    errors.means.push_back(mean_errors(a.density, on_fine, b.density, on_coarse, time_error));
    const double difference = log_chi_difference(a, b), chi = std::sqrt(a.chi_squared);
    // A density error e moves chi by e times a weight that is largest where mu is small; the evolution controls L1.
    const double time_part = std::isfinite(chi) && chi > 0 ? time_error * std::max(1.0, 1 / chi) : 0;
    errors.chi.push_back(kOfDifference * std::abs(difference) + time_part);
    errors.log_chi_step.push_back(k == 0 ? 0 : kOfDifference * std::abs(difference - before) + time_part);
    before = difference;
  }
  errors.gibbs_means = mean_errors(fine_generator.gibbs(), on_fine, coarse_generator.gibbs(), on_coarse, 0);
  errors.gibbs_l1 = kOfDifference * l1_distance(fine_generator.gibbs(), coarse_generator.gibbs());
  return errors;
}

}  // namespace sgdlimits
