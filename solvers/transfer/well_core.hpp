/// The inner part of a well, which a path that changed wells has reached.
#pragma once

#include "core/grid.hpp"
#include "solvers/spectrum/critical_points.hpp"

namespace sgdlimits {

/// True for the cells of the connected part of { f < (f(saddle) + f(lowest))/2 } at cell centres (neighbours across
/// faces) that holds the better minimum `barrier.lowest`.
Eigen::Array<bool, Eigen::Dynamic, 1> well_core(const Potential& potential, const Grid& grid, const Barrier& barrier);

/// The cell whose centre is nearest to x among those of the grid; x is moved into the grid first.
Index nearest_cell(const Grid& grid, const Eigen::VectorXd& x);

}  // namespace sgdlimits
