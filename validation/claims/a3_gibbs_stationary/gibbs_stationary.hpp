/// A3: the Gibbs measure mu = exp(-f/tau)/Z is the stationary law, and the law at a late time is close to it.
///
/// Theorem. If exp(-f/tau) is integrable, mu is invariant for dX = -grad f dt + sqrt(2 tau) dB, and
/// |E g(X_t) - E_mu g| <= chi(t) sd_mu(g) (Cauchy-Schwarz), chi(t) <= e^{-lambda_1 t} chi(0) (Shi, Su, Jordan 2020,
/// lemma 2.2 and proposition 3.1).
/// Hypotheses checked: mu is integrable (it was normalised on the grid, with the box's tail); chi(t) is at most half
/// the tolerance at the time of the ensemble. If it is larger, the theorem allows every mean to be off by more than
/// half of what the rule must resolve, whatever the sample: the claim is then not applicable, and so are its controls
/// (their `expected` says so). Remedy: run longer, or start in mu.
///
/// Rule: E f, E x_j, E x_j^2 of the ensemble against mu (z-tests after chi(t) sd_mu(g) and the discretisation
/// bounds), and the histogram of every marginal on 50 bins of equal mass (total variation with its rigorous p-value),
/// total level 1e-6 by Bonferroni; the discrete Gibbs measure is annihilated by the generator to rounding.
///
/// Controls: mu at temperature 1.05 tau offered as the prediction; in `check` also Euler-Maruyama at a step where its
/// bias is large.
#pragma once

#include <memory>
#include <string>

#include "core/potential.hpp"
#include "solvers/fokker_planck/generator.hpp"
#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

struct GibbsStationaryMaterial {
  const Potential& potential;
  const Generator& generator;  ///< its Gibbs measure is the prediction
  double grid_error;           ///< bound on the L1 error of the discrete Gibbs measure
  const Points& ensemble;      ///< N x d, independent paths at a late time
  double time;                 ///< that time
  double remaining_chi;        ///< upper end of chi(time) of the Fokker-Planck end; 0 if started in equilibrium
  std::string subject;
  /// Bound on the bias that the ensemble's step size puts on a mean, in standard deviations of the observable.
  double ensemble_error = 0;
  double tolerance = 0.05;  ///< as in A2
  /// Gibbs means of law_observables, from three grids; may be empty.
  std::vector<Measurement> gibbs_means = {};
  std::shared_ptr<ThreadPool> pool = std::make_shared<ThreadPool>(1);
};

ClaimReport judge_gibbs_stationary(const GibbsStationaryMaterial& material, bool controls);

ClaimEntry gibbs_stationary_claim();

}  // namespace sgdlimits
