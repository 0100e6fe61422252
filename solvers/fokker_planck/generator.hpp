/// The discrete Fokker-Planck operator of a potential on a tensor grid.
#pragma once

#include <Eigen/SparseCore>
#include <memory>
#include <vector>

#include "core/grid.hpp"
#include "core/potential.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// Scharfetter-Gummel finite volumes (Scharfetter, Gummel 1969; Chang, Cooper 1970) for
///
///     d_t rho = div(rho grad f) + tau Lap rho = tau div(mu grad(rho/mu)),   no flux through the boundary.
///
/// Between cells i and k that share the face of area a at centre distance h, with w = (f_k - f_i)/tau and the
/// Bernoulli function B(w) = w/(e^w - 1):
///
///     flux(i -> k) = a (tau/h) (B(w) rho_i - B(-w) rho_k),   vol_i d rho_i/dt = - sum of fluxes out of i.
///
/// f enters through differences at cell centres only, as logs, so barriers of hundreds of tau neither overflow
/// nor lose digits. Facts that hold to rounding and are tested: off-diagonal rates are nonnegative; mass is
/// kept (zero column sums of the mass matrix form); detailed balance B(w)/B(-w) = e^{-w}; the Gibbs measure
/// mu_i ~ exp(-f_i/tau) is annihilated. Second order in the cell width on smooth grids.
///
/// One object, two applies: `apply` acts on cell averages rho, `apply_symmetrised` on v_i = rho_i sqrt(vol_i/mu_i)
/// as H = -M^{-1/2} A M^{1/2} with A acting on masses and M = diag(mu_i vol_i): symmetric, positive semidefinite,
/// null vector sqrt(mu vol). Its entries -sqrt(up down) = -(tau/(h sqrt(width_i width_k))) (w/2)/sinh(w/2) are
/// computed without overflow.
class Generator {
 public:
  /// Throws InvalidArgument if dimensions differ or f is not finite at a cell centre.
  Generator(const Potential& potential, std::shared_ptr<const Grid> grid, Temperature temperature);
  /// From cell-centre values of f; for tests and for potentials that are data.
  Generator(Values potential_at_centers, std::shared_ptr<const Grid> grid, Temperature temperature);

  const Grid& grid() const { return *grid_; }
  const std::shared_ptr<const Grid>& shared_grid() const { return grid_; }
  Temperature temperature() const { return temperature_; }
  /// f at the cell centres (length cells).
  const Values& potential() const { return potential_; }
  /// The discrete Gibbs measure: cell averages exp(-f_i/tau)/Z, mass 1.
  const Density& gibbs() const { return gibbs_; }
  /// log of the same, finite even where the average underflows.
  const Values& log_gibbs() const { return log_gibbs_; }

  /// Rates along axis j for each cell i and its upper neighbour k = i + stride(j): up(i) = rate of mass i -> k
  /// (probability per time), down(i) = rate k -> i; zero on the last layer. mass_i = rho_i vol_i obeys
  /// d mass_k/dt = up(i) mass_i - down(i) mass_k + ...
  const Values& rate_up(Index j) const { return up_[static_cast<std::size_t>(j)]; }
  const Values& rate_down(Index j) const { return down_[static_cast<std::size_t>(j)]; }

  /// c(i) = sqrt(up(i) down(i)) between i and i + stride(j), also where a rate underflows; zero on the last layer.
  const Values& coupling(Index j) const { return coupling_[static_cast<std::size_t>(j)]; }
  /// Total rate out of each cell, which is the diagonal of H.
  const Values& exit_rate() const { return exit_rate_; }

  /// out = A rho, the time derivative of cell averages.
  void apply(ValuesView rho, ValuesOut out) const;
  /// out = H v >= 0.
  void apply_symmetrised(ValuesView v, ValuesOut out) const;
  /// H as a sparse matrix (both triangles), cells x cells.
  Eigen::SparseMatrix<double> symmetrised_matrix() const;
  /// Gershgorin bound on the largest eigenvalue of H, from H or from the rates, whichever is smaller.
  double largest_eigenvalue_bound() const;

 private:
  void assemble(const Values& scaled_potential);
  Index layer_of(Index cell, Index j) const;

  std::shared_ptr<const Grid> grid_;
  Temperature temperature_;
  Values potential_, log_gibbs_;
  Density gibbs_;
  std::vector<Values> up_, down_, coupling_;
  Values exit_rate_;
};

}  // namespace sgdlimits
