/// The generator of a diffusion that is killed outside of a set, on a grid, and its lowest eigenvalue.
#pragma once

#include <functional>
#include <memory>

#include "solvers/fokker_planck/dissection_factor.hpp"
#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// phi at points (N x d -> N): the motion lives in D = { phi > 0 } and is killed on { phi <= 0 }. Pure.
using LevelFunction = std::function<void(PointsView x, ValuesOut phi)>;

/// A Markov chain on the cells of D: rates between living neighbours, and a rate of being killed.
///
/// rates.up, down as in Generator, zero where one of the two cells is dead; rates.excess is the killing rate of
/// living cells (1/time) and 1 on dead ones. Every discretisation below is an M-matrix by construction, whatever the
/// potential and the set.
struct KilledGenerator {
  std::shared_ptr<const Grid> grid;
  GridRates rates;
  Eigen::Array<bool, Eigen::Dynamic, 1> alive;

  Index living() const { return alive.count(); }
};

/// Cells of the component (by faces) of { phi > 0 at the centre } that holds the cell `start`. Throws InvalidArgument
/// if `start` is not one of them.
Eigen::Array<bool, Eigen::Dynamic, 1> living_cells(const Grid& grid, const LevelFunction& phi, Index start);

/// Killed on the cells that are not `alive` (length cells; at least one is): rates into them become killing rates.
/// The boundary of the set is one of faces: first order in the cell width as an approximation of a smooth boundary;
/// exact for the chain itself.
KilledGenerator killed_on_cells(const Generator& generator, const Eigen::Array<bool, Eigen::Dynamic, 1>& alive);

/// Killed on { phi <= 0 }, the boundary placed inside of the link between two cell centres: living cells are
/// `living_cells`. On a link from the centre x_i
/// that meets phi = 0 at distance r (found by bisection), the killing rate is that of Scharfetter and Gummel for a
/// link of length r that ends in a zero, and the cell's width along that axis ends halfway to the boundary (Shortley,
/// Weller 1938):
///
///     kill_i = (tau/(r W_i)) B((f(x_b) - f_i)/tau),   W_i = half widths of both sides, r/2 on a cut side.
///
/// The equation at cut cells is consistent of first order there, so eigenvalues converge with second order, and what
/// depends on how the grid lies to the boundary is of third order. Cut cells are not in detailed balance (the widths
/// of their axes differ); all others are.
KilledGenerator killed_on_level_set(const Generator& generator, const Potential& potential, const LevelFunction& phi,
                                    Index start);

/// One dimension, killed at one or both ends of the grid (half a cell from the last centre).
KilledGenerator killed_at_ends(const Generator& generator, const Potential& potential, bool lower, bool upper);

/// The lowest eigenvalue of the killed chain (the principal Dirichlet eigenvalue) and its left eigenvector, the
/// quasi-stationary distribution: started from it, the survival probability is exp(-rate t), and every start in D
/// tends to it (Darroch, Seneta 1965; Collet, Martinez, San Martin 2013).
struct QuasiStationaryState {
  double rate = 0;
  double lower = 0, upper = 0;  ///< enclosure of the chain's eigenvalue, see quasi_stationary_state
  Values mass;                  ///< sum 1, zero on dead cells
  /// The next rate in the survival probability of a uniform start, from how the flux converges (an estimate, a few
  /// per cent to a factor; modes that carry no mass are rightly not seen). Passages settle to `rate` like
  /// exp(-(next_rate - rate) t).
  double next_rate = 0;
  Index iterations = 0;
};

/// Inverse iteration m <- M^{-1} m with the factor of DissectionFactor: no number is subtracted, so rates of 1e-100
/// have as many digits as rates of 1 (Alfa, Xue, Ye 2002). rate = sum kill_i m_i, the flux into the dead set;
/// lower and upper are min and max of m_i/(M^{-1} m)_i, which enclose the eigenvalue (Collatz 1942; Wielandt 1950) up
/// to the rounding of the solve, about 1e-14 relative. Stops when they agree to `tolerance`; cells whose mass is
/// below 1e-250 are left out. Converges like rate/(next rate): Status::not_converged after 400 iterations, with the
/// state reached. Living cells must be connected.
Result<QuasiStationaryState> quasi_stationary_state(const KilledGenerator& killed, double tolerance = 1e-11);

}  // namespace sgdlimits
