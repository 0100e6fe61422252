/// A2: the law of an ensemble of the Langevin equation is the solution of the Fokker-Planck equation.
///
/// Theorem. If dX = -grad f dt + sqrt(2 tau) dB and X_0 ~ rho_0, then X_t has the density rho_t with
/// d_t rho = div(rho grad f) + tau Lap rho (Fokker 1914, Planck 1917; Shi, Su, Jordan 2020, section 3).
/// Hypotheses checked: both ends start from one law (their comparisons at t = 0 agree); mass on the grid is kept.
///
/// Rule, fixed before the run: at every common time compare E f, E x_j, E x_j^2 (the interval of the difference,
/// after both ends' discretisation bounds) and every marginal (Kolmogorov-Smirnov, the density's error taken off),
/// each at level 1e-6/(number of comparisons). Refuted if an interval excludes 0 or a p-value is below the level;
/// consistent if none does and every interval of a mean lies within `tolerance` standard deviations of the observable
/// around 0; otherwise undecided (too few paths, or a discretisation too coarse to say).
///
/// Control: the Gibbs-type tilt of rho_t to temperature 1.05 tau offered as the prediction. E f sees it from about
/// 2e4 paths; marginals by Kolmogorov-Smirnov do not at 1e5.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/potential.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

/// What both ends have computed. References must outlive the call.
struct LangevinLawMaterial {
  const Potential& potential;
  const Generator& generator;                ///< on whose grid the densities are
  const std::vector<DensitySnapshot>& grid;  ///< densities at `times`
  double grid_error;                         ///< bound on the L1 error of each density, space and time
  std::vector<double> times;                 ///< common times
  const std::vector<Points>& ensemble;       ///< N x d at `times`
  std::string subject;                       ///< "langevin (heun, step 0.05)", "mini-batch sgd (B = 10)"
  /// Bound on the bias that the ensemble's step size puts on a mean, in standard deviations of the observable.
  double ensemble_error = 0;
  double tolerance = 0.05;
  /// Means of law_observables at each snapshot of the grid, from three grids; may be empty.
  std::vector<std::vector<Measurement>> means = {};
  std::shared_ptr<ThreadPool> pool = std::make_shared<ThreadPool>(1);
  /// The control's densities, where the caller judges several ensembles by one grid; computed if null.
  std::shared_ptr<const std::vector<DensitySnapshot>> hotter = nullptr;
};

/// The control's prediction: from the first density of `grid` at temperature 1.05 tau, at all its times. Everything
/// that judge_langevin_law takes from it, so that one evolution serves every ensemble beside the same grid.
Result<std::vector<DensitySnapshot>> hotter_densities(const Generator& generator,
                                                      const std::vector<DensitySnapshot>& grid,
                                                      const Execution& execution);

/// The caller sets `expected` for subjects that the theorem does not cover. With `controls`, the report holds the
/// control, judged by the same rule on the same ensemble.
ClaimReport judge_langevin_law(const LangevinLawMaterial& material, bool controls);

ClaimEntry langevin_law_claim();

}  // namespace sgdlimits
