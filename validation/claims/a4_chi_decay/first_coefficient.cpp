#include <algorithm>
#include <array>

#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "solvers/spectrum/lowest_modes.hpp"
#include "validation/claims/a4_chi_decay/chi_decay.hpp"
#include "validation/claims/three_grids.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const Grid> divided(const Grid& finest, Index by) {
  std::vector<Axis> axes;
  for (Index j = 0; j < finest.dimension(); ++j) {
    const Index cells = std::max<Index>(2, finest.axis(j).cells() / 4 * 4 / by);
    axes.push_back(Axis::uniform(finest.axis(j).lower(), finest.axis(j).upper(), cells));
  }
  return std::make_shared<const Grid>(std::move(axes));
}

bool same_cells(const Grid& a, const Grid& b) {
  bool same = true;
  for (Index j = 0; j < a.dimension(); ++j) same = same && a.axis(j).cells() == b.axis(j).cells();
  return same;
}

}  // namespace

Result<FirstCoefficient> first_coefficient(const Potential& potential, const Law& initial,
                                           const SpectralGapEstimate& spectrum, const Execution& execution) {
  Execution quiet = execution;
  quiet.progress = nullptr;
  const Grid& finest = spectrum.generator->grid();
  const GridInterpolant known(spectrum.generator->shared_grid(), spectrum.eigenfunctions.col(0));
  std::array<double, 3> c{};
  Index by = 1;
  for (double& coefficient : c) {
    const auto grid = divided(finest, by);
    const Density start = density_of(initial, grid);
    if (by == 1 && same_cells(*grid, finest)) {
      coefficient = start.expectation(spectrum.eigenfunctions.col(0));
    } else {
      const Generator generator(potential, grid, spectrum.generator->temperature());
      Points guess(grid->size(), 1);
      known.evaluate(grid->centers(), guess.col(0));
      const Result<Modes> modes = lowest_modes(generator, 1, guess, quiet);
      if (!modes.ok()) return Result<FirstCoefficient>(modes.report());
      const Values u = modes->functions.col(0);
      // The sign of an eigenfunction is a convention that cells may decide differently.
      const double sign = generator.gibbs().expectation(u * guess.col(0)) < 0 ? -1 : 1;
      coefficient = sign * start.expectation(u);
    }
    by *= 2;
  }
  const RefinedNumber refined = refine(c[0], c[1], c[2]);
  return FirstCoefficient{refined.measurement("int rho_0 u_1"),
                          std::max(fine_grid_bound(c[0] - c[1], c[1] - c[2]), refined.bound)};
}

}  // namespace sgdlimits
