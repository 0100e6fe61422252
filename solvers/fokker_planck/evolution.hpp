/// Densities in time: positive implicit stepping of the discrete Fokker-Planck equation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/parallel.hpp"
#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// One implicit Euler step rho_{n+1} = (I - dt A)^{-1} rho_n for a fixed dt, factored once.
///
/// Elimination without subtraction (Grassmann, Taksar, Heyman 1985): pivots are sums of nonnegative numbers
/// because I - dt A has unit column sums in mass form. So for every dt > 0, to rounding: rho stays nonnegative, mass
/// is kept, the Gibbs measure is a fixed point, chi and KL to it never increase, and a mode of rate lambda decays at
/// log(1 + dt lambda)/dt. In 1-D a tridiagonal sweep (tridiagonal_step.hpp), in 2-D and 3-D nested dissection with
/// dense fronts (dissection_step.hpp). `step` may be called from several threads.
class ImplicitEuler {
 public:
  /// Throws InvalidArgument unless dt > 0.
  ImplicitEuler(std::shared_ptr<const Generator> generator, double dt);
  ~ImplicitEuler();
  ImplicitEuler(ImplicitEuler&&) noexcept;
  ImplicitEuler& operator=(ImplicitEuler&&) noexcept;

  double dt() const;
  const Generator& generator() const;
  /// One step, in place on cell averages.
  void step(ValuesOut rho) const;

 private:
  struct Factor;
  std::unique_ptr<Factor> factor_;
};

/// What is reported of a density at one time.
struct DensitySnapshot {
  double time;
  Density density;
  double chi_squared;     ///< int (rho/mu - 1)^2 dmu by logs; +infinity if it overflows
  double kl_divergence;   ///< int rho log(rho/mu)
  double mean_potential;  ///< int f rho
};

struct EvolutionOptions {
  /// Absolute tolerance on the L1 error of the density by time discretisation, at every report time.
  double tolerance = 1e-6;
  /// Never more steps than this, rejected ones included; then Status::not_converged.
  Index max_steps = 200000;
};

struct Evolution {
  std::vector<DensitySnapshot> snapshots;  ///< at the report times, the initial time first
  /// Estimated L1 error of each snapshot's density, time discretisation only.
  std::vector<double> time_errors;
  double smallest_cell = 0;  ///< smallest cell average seen (an invariant: nonnegative)
  double mass_drift = 0;     ///< largest |mass - 1| seen
};

/// Evolves from t = 0 through the increasing report times.
///
/// Each step extrapolates implicit Euler with 1, 2, 4, 8 and 16 sub-steps to order five, sets what is negative after
/// that (far tails) to zero and restores the mass; extrapolated_step.hpp shows why this keeps the order, the mass and
/// the Gibbs measure, and that chi never increases. (No combination of resolvents that is positive for every chain
/// has order two: Bolley, Crouzeix 1978.) The reported error adds the estimates of all steps: it bounds the global
/// error because the evolution contracts L1, and is that of the embedded order-four result, hence generous. Step
/// sizes are dyadic fractions of report intervals, so factorisations are shared.
///
/// The initial density is normalised. A report time 0 adds no second snapshot. Uses execution.pool for the five
/// results of a step, with the same bits for any number of threads. Counters: "steps", "rejected", "factorisations",
/// "cells". Status::interrupted or not_converged come with the snapshots reached. Throws InvalidArgument for a
/// density on another grid, report times that are negative or do not increase, a tolerance that is not positive.
Result<Evolution> evolve(std::shared_ptr<const Generator> generator, const Density& initial,
                         const std::vector<double>& report_times, const EvolutionOptions& options,
                         const Execution& execution);

double chi_squared(const Generator& generator, const Density& density);
double kl_divergence(const Generator& generator, const Density& density);

/// Cell averages of a law's density on a grid by 3-point Gauss in each axis of each cell, from its log-density (which
/// may lack its constant), in logs, then normalised: mass of the law outside of the grid is cut off and cannot be
/// seen here. A law narrower than a cell is not resolved. Throws InvalidArgument for a law without a density, of
/// another dimension, or that vanishes on the whole grid.
class Law;
Density density_of(const Law& law, std::shared_ptr<const Grid> grid);

}  // namespace sgdlimits
