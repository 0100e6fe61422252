#include "solvers/transfer/well_core.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sgdlimits {
namespace {

using Mask = Eigen::Array<bool, Eigen::Dynamic, 1>;

Mask core_of(const Potential& potential, const Grid& grid, const CriticalPoint& minimum, double level) {
  const Values f = values(potential, grid.centers());
  Mask core = Mask::Constant(grid.size(), false);
  std::vector<Index> front{nearest_cell(grid, minimum.x)};
  core(front.back()) = true;
  while (!front.empty()) {
    const Index cell = front.back();
    front.pop_back();
    for (Index j = 0; j < grid.dimension(); ++j)
      for (const Index side : {-1, 1}) {
        const Index layer = cell / grid.stride(j) % grid.axis(j).cells() + side;
        if (layer < 0 || layer >= grid.axis(j).cells()) continue;
        const Index next = cell + side * grid.stride(j);
        if (core(next) || !(f(next) < level)) continue;
        core(next) = true;
        front.push_back(next);
      }
  }
  return core;
}

double midway(const CriticalPoint& a, const CriticalPoint& b) { return 0.5 * (a.value + b.value); }

}  // namespace

Index nearest_cell(const Grid& grid, const Eigen::VectorXd& x) {
  Eigen::ArrayXd inside = x.array();
  for (Index j = 0; j < grid.dimension(); ++j)
    inside(j) = std::min(std::max(inside(j), grid.axis(j).lower()), grid.axis(j).upper());
  return grid.find(inside);
}

Mask well_core(const Potential& potential, const Grid& grid, const Barrier& barrier) {
  return core_of(potential, grid, barrier.lowest, midway(barrier.saddle, barrier.lowest));
}

Mask worse_core(const Potential& potential, const Grid& grid, const Barrier& barrier) {
  return core_of(potential, grid, barrier.other, midway(barrier.saddle, barrier.other));
}

double between_centers(const Grid& grid, const Values& h, const Eigen::VectorXd& x) {
  const Index d = grid.dimension();
  std::vector<Index> below(static_cast<std::size_t>(d));
  std::vector<double> part(static_cast<std::size_t>(d));
  for (Index j = 0; j < d; ++j) {
    const Axis& axis = grid.axis(j);
    const double place =
        std::clamp((x(j) - axis.centers()(0)) / axis.widths()(0), 0.0, static_cast<double>(axis.cells() - 1));
    below[static_cast<std::size_t>(j)] = std::min(static_cast<Index>(place), axis.cells() - 2);
    part[static_cast<std::size_t>(j)] = place - static_cast<double>(below[static_cast<std::size_t>(j)]);
  }
  double sum = 0;
  for (Index corner = 0; corner < (Index{1} << d); ++corner) {
    double weight = 1;
    Index cell = 0;
    for (Index j = 0; j < d; ++j) {
      const Index side = corner >> j & 1;
      const double above = part[static_cast<std::size_t>(j)];
      weight *= side ? above : 1 - above;
      cell += (below[static_cast<std::size_t>(j)] + side) * grid.stride(j);
    }
    sum += weight * h(cell);
  }
  return sum;
}

}  // namespace sgdlimits
