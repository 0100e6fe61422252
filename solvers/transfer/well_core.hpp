/// The inner part of a well, which a path that changed wells has reached.
#pragma once

#include "core/grid.hpp"
#include "solvers/spectrum/critical_points.hpp"

namespace sgdlimits {

/// True for the cells of the connected part of { f < (f(saddle) + f(lowest))/2 } at cell centres (neighbours across
/// faces) that holds the better minimum `barrier.lowest`.
Eigen::Array<bool, Eigen::Dynamic, 1> well_core(const Potential& potential, const Grid& grid, const Barrier& barrier);

/// The same of the worse well: { f < (f(saddle) + f(other))/2 } around `barrier.other`.
Eigen::Array<bool, Eigen::Dynamic, 1> worse_core(const Potential& potential, const Grid& grid,
                                                 const Barrier& barrier);

/// The cell whose centre is nearest to x among those of the grid; x is moved into the grid first.
Index nearest_cell(const Grid& grid, const Eigen::VectorXd& x);

/// The function with values h at the centres of a uniform grid at the point x: linear along every axis between
/// centres, constant beyond the last ones.
double between_centers(const Grid& grid, const Values& h, const Eigen::VectorXd& x);

}  // namespace sgdlimits
