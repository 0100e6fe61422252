/// A4: exponential decay to the Gibbs measure at the rate of the spectral gap.
///
/// Theorem. If chi(0) < infinity, chi(t) e^{lambda_1 t} never increases, chi(t)^2 = int (rho_t/mu - 1)^2 dmu (Shi,
/// Su, Jordan 2020, lemma 5.2 and proposition 3.1); if c_1 = <rho_0/mu, u_1>_mu = int rho_0 u_1 is not 0, the late
/// slope of log chi is -lambda_1, and E u_1(X_t) = c_1 e^{-lambda_1 t} at all times. Hypotheses checked: chi(0) is
/// finite (computed on two boxes: if it changes, not applicable); c_1 is not 0 (printed); lambda_1 is an eigenvalue.
///
/// Grid rule: on every report interval the rate -d log chi/dt is at least lambda_1 (up to `rate_tolerance` relative:
/// late rates tend to lambda_1 from above), and the late rate equals lambda_1 within `rate_tolerance`; rates are
/// those of log chi on three grids (three_grids.hpp). Slack: chi(T) over its bound e^{-lambda_1 T} chi(0). Ensemble
/// rule, at total level 1e-6 (Bonferroni): E u_1(X_t) = c_1 e^{-lambda_1 t} at every time, the rate of mean u_1
/// (generalised least squares) equals lambda_1, both known to the stated resolution; chi^2 by modes is at most the
/// grid's chi^2. Bounds: c_1 and u_1 from three grids, the step's bias on the ensemble.
///
/// Controls: 1.2 lambda_1 offered as the gap; in `check` also a symmetric start (c_1 = 0) read as lambda_1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"
#include "validation/rates/mode_decay.hpp"

namespace sgdlimits {

/// The grid end against the eigen-solver.
struct ChiDecayMaterial {
  const std::vector<DensitySnapshot>& grid;  ///< at least four times, the initial one first
  /// For each snapshot, the change of log chi since the one before, with its bound (three_grids.hpp): a rate over the
  /// interval between them is this over its length. The first entry is not used; nothing where chi is not finite.
  std::vector<std::optional<Measurement>> log_chi_steps;
  /// chi_squared of the same initial law on a box 1.3 times as large.
  double initial_chi_squared_on_larger_box;
  Measurement gap;  ///< lambda_1 of the eigen-solver
  Measurement second_eigenvalue;
  Measurement first_coefficient;  ///< c_1 = int rho_0 u_1
  std::string subject;
};
ClaimReport judge_chi_decay(const ChiDecayMaterial& material, bool controls, double rate_tolerance = 0.02);

/// An ensemble against the eigen-solver: Langevin, or SGD (then the caller sets `expected`).
struct ModeDecayMaterial {
  const ModeSeries& series;
  Measurement gap, second_eigenvalue, first_coefficient;
  /// chi^2 of the grid at the series' times (restricted comparison: modes <= all); may be empty, and nothing where
  /// chi is not finite.
  std::vector<std::optional<Measurement>> grid_chi_squared;
  std::string subject;
  /// Bound on the bias that the ensemble's step size puts on means (in standard deviations) and rates (relative).
  double ensemble_error = 0;
  /// Bound on what the error of the discrete u_1 does to a mean of u_1 (FirstCoefficient).
  double eigenfunction_error = 0;
};
ClaimReport judge_mode_decay(const ModeDecayMaterial& material, bool controls, double rate_tolerance = 0.1);

/// c_1 = int rho_0 u_1, from the eigenproblem on the eigen-solver's finest grid (made divisible by four), on half and
/// on a quarter of the cells along each axis: refined as in three_grids.hpp. A mean of the discrete u_1 over an
/// ensemble is off by int rho_t (u_1^h - u_1), whose modes all decay: `eigenfunction_error` bounds it by its value at
/// the start, from the same three grids without extrapolation.
struct FirstCoefficient {
  Measurement value = Measurement::exact(0, "");
  double eigenfunction_error = 0;
};
/// Fails as lowest_modes does on the coarser grids.
Result<FirstCoefficient> first_coefficient(const Potential& potential, const Law& initial,
                                           const SpectralGapEstimate& spectrum, const Execution& execution);

ClaimEntry chi_decay_claim();

}  // namespace sgdlimits
