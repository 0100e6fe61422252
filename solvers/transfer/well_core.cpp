#include "solvers/transfer/well_core.hpp"

#include <vector>

namespace sgdlimits {

Index nearest_cell(const Grid& grid, const Eigen::VectorXd& x) {
  Eigen::ArrayXd inside = x.array();
  for (Index j = 0; j < grid.dimension(); ++j)
    inside(j) = std::min(std::max(inside(j), grid.axis(j).lower()), grid.axis(j).upper());
  return grid.find(inside);
}

Eigen::Array<bool, Eigen::Dynamic, 1> well_core(const Potential& potential, const Grid& grid,
                                                const Barrier& barrier) {
  const Values f = values(potential, grid.centers());
  const double level = 0.5 * (barrier.saddle.value + barrier.lowest.value);
  Eigen::Array<bool, Eigen::Dynamic, 1> core = Eigen::Array<bool, Eigen::Dynamic, 1>::Constant(grid.size(), false);
  std::vector<Index> front{nearest_cell(grid, barrier.lowest.x)};
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

}  // namespace sgdlimits
