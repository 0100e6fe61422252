/// Minima, saddles and maxima of a potential, the barrier between two wells, and the Eyring-Kramers rate.
#pragma once

#include <optional>
#include <vector>

#include "core/grid.hpp"
#include "core/potential.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// A critical point of f on a grid-supported domain.
struct CriticalPoint {
  Eigen::VectorXd x;
  double value = 0;
  Eigen::VectorXd hessian_eigenvalues;  ///< ascending
  double gradient_norm = 0;             ///< after Newton polishing
  /// Number of negative Hessian eigenvalues: 0 a minimum, 1 a saddle, d a maximum.
  Index index() const { return (hessian_eigenvalues.array() < 0).count(); }
};

/// All critical points found by Newton's method from every cell whose centre has the smallest |grad f| among its
/// neighbours, merged; sorted by value. d <= 3. A point that the grid does not resolve (two within a cell) may be
/// missed; a manifold of critical points (a ring of minima) yields one point a candidate cell.
std::vector<CriticalPoint> critical_points(const Potential& potential, const Grid& grid);

/// A minimum that is not the global one, the lowest saddle on the way to a lower minimum, and that minimum.
struct Barrier {
  CriticalPoint lowest;  ///< the lower minimum
  CriticalPoint other;   ///< the minimum that is left ("the worse well")
  CriticalPoint saddle;
  double height = 0;  ///< f(saddle) - f(other)
};

/// H_f: the largest barrier out of a minimum that is not the global one (saddle minus minimum), by flooding the grid
/// (union-find in order of f: when two basins meet, the one with the higher minimum ends there) and Newton polishing
/// of the three points. Of two equally deep minima one counts as the global one. Empty if there is one basin only, or
/// a polished point is degenerate (a ring of minima) or of the wrong index. d <= 3.
std::optional<Barrier> largest_barrier(const Potential& potential, const Grid& grid);

/// Both escape rates added (Eyring 1935, Kramers 1940; Bovier, Gayrard, Klein 2005), for dX = -grad f dt +
/// sqrt(2 tau) dB:
///
///     (|nu|/(2 pi)) sum over both minima m of sqrt(det Hess f(m)/|det Hess f(saddle)|) exp(-(f(saddle) - f(m))/tau),
///
/// nu the negative Hessian eigenvalue of the saddle. Relative error O(tau) for two wells and one saddle; another
/// saddle of the same height or a third well of the same depth changes the prefactor.
double eyring_kramers(const Barrier& barrier, Temperature temperature);

}  // namespace sgdlimits
