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
/// because I - dt A has unit column sums in mass form. So for every dt > 0, to rounding and without
/// correction: rho stays nonnegative, mass is kept, the Gibbs measure is a fixed point, chi and KL to it never
/// increase, and a mode of rate lambda decays at log(1 + dt lambda)/dt. In 1-D a tridiagonal sweep, in 2-D
/// and 3-D a sparse factorisation with a fill-reducing order.
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
  double chi_squared;     ///< int (rho/mu - 1)^2 dmu; +infinity if it overflows
  double kl_divergence;   ///< int rho log(rho/mu)
  double mean_potential;  ///< int f rho
};

struct EvolutionOptions {
  /// Absolute tolerance on the L1 error of the density at report times, controlled by step doubling.
  double tolerance = 1e-6;
  /// Never more steps than this; then Status::not_converged.
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
/// Positive and of second order in time: Richardson extrapolation of implicit Euler is not positive, so the
/// stepping is by a strongly stable sequence (described in evolution.cpp) and the tolerance is met by step
/// doubling. Counters: "steps", "factorisations", "cells". A density that is not on the generator's grid
/// throws InvalidArgument.
Result<Evolution> evolve(std::shared_ptr<const Generator> generator, const Density& initial,
                         const std::vector<double>& report_times, const EvolutionOptions& options,
                         const Execution& execution);

double chi_squared(const Generator& generator, const Density& density);
double kl_divergence(const Generator& generator, const Density& density);

/// Cell averages of a law's density on a grid (midpoint values refined within each cell by 3-point Gauss
/// in each axis), normalised; from its log-density, up to a constant.
class Law;
Density density_of(const Law& law, std::shared_ptr<const Grid> grid);

}  // namespace sgdlimits
