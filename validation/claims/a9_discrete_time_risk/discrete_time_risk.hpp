/// A9: discrete-time SGD with isotropic noise inherits the excess risk of the diffusion up to O(s).
///
/// Theorem. f confining, Villani, with gradient Lipschitz constant L; x_{k+1} = x_k - s grad f(x_k) + s g_k, X_s the
/// diffusion dX = -grad f dt + sqrt(s) dB, same initial law. For s <= 1/L and k s <= T (Shi, Su, Jordan 2020, theorem
/// 2 and proposition 3.2)
///
///     D(s) = |E f(x_k) - E f(X_s(ks))| <= B s,      eps(s) = E_{mu_s} f - min f <= A s,
///     E f(x_k) - min f <= (A + B) s + sd_{mu_s}(f) chi(0) exp(-lambda_s k s).
///
/// The theorem gives no numbers for A and B; here they are measured: the largest eps(s)/s, and the largest D(s)/s
/// over the times, on the ladder s_0, s_0/2, s_0/4, ... On a quadratic in d dimensions eps = d s/4 exactly.
///
/// Hypotheses checked: s_0 <= 1/L, L the largest |f''| on the interval where the laws live (a gradient that is not
/// globally Lipschitz is told by its growth there, not refused). Everything is deterministic: x_k by the one-step
/// operator of the scheme, X_s by the Fokker-Planck grid, mu_s by quadrature, lambda_s by the eigen-solver. In one
/// dimension.
///
/// Rule. D <= B s says that the order of D in s, of its root mean square over the times, is at least 1:
///  * the interval of the fitted order (validation/rates/convergence_order.hpp) lies above 1 - 1/4 and not wholly
///    below 1: consistent; wholly below 1: refuted. The same for eps <= A s.
///  * equal to 1 it must be only where the leading term of D is not zero: C(t) of leading_term.hpp, larger than five
///    times its bound at some time. Then the interval holds 1 and lies within 1 +- 1/4.
///  * D(s)/s -> C(t), signed, at the time of the largest |C|, within intervals and to a quarter of B. Without this an
///    end with the wrong noise would pass: here noise is itself of order s, so is what a wrong factor does to E f,
///    and B s bounds it.
///  * the bound holds at every s where chi(0) is finite, at all times. Slack: the largest ratio.
/// Where walls bound the domain C is not known and its two comparisons are left out.
///
/// Controls, at the same sizes: order 2 claimed of D (where C is not zero); noise that is not scaled down with s, so
/// that D tends to a constant; noise sqrt(2 s) for sqrt(s), which keeps order 1 and misses C.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

/// Both ends at one learning rate.
struct RiskAtRate {
  double learning_rate;
  std::vector<Measurement> discrete;    ///< E f(x_k) at the times
  std::vector<Measurement> continuous;  ///< E f(X_s(t)) at the times
  Measurement gibbs;                    ///< E_{mu_s} f
  double gibbs_deviation = 0;           ///< sd_{mu_s}(f)
  double initial_chi = 0;               ///< chi(0); infinity if rho_0 is not in L2(1/mu_s)
  Measurement gap;                      ///< lambda_s
  /// E f(x_k) of planted schemes: noise of temperature s_0/2 at every s, and of twice the variance. Empty: no
  /// controls
  std::vector<Measurement> unscaled_noise{}, doubled_noise{};
};

struct DiscreteTimeRiskMaterial {
  std::vector<RiskAtRate> ladder;         ///< learning rates decreasing
  std::vector<double> times;              ///< increasing; the last is T
  std::vector<Measurement> leading_term;  ///< C at the times; empty: not known
  Measurement minimum;                    ///< min f
  double lipschitz;                       ///< L on the interval
  std::string interval;                   ///< "[-2.1, 3]"
  std::string subject;
};

/// With `controls` also those for which the material is there.
ClaimReport judge_discrete_time_risk(const DiscreteTimeRiskMaterial& material, bool controls);

/// Computes the material on a line. `levels` learning rates from s_0 = T/m, the largest with m a multiple of 8 and
/// s_0 <= min(1/L, 2 tau), at times T/8, T/4, ..., T, T the problem's last report time; `cells` of the finest
/// of three Fokker-Planck grids, whose means are refined (three_grids.hpp). With `controls` also the planted schemes.
/// Failure: out_of_reach if the dimension is not 1 or the initial law has no density; those of the solvers.
Result<DiscreteTimeRiskMaterial> discrete_time_risk_on_a_line(const ClaimProblem& problem, int levels, Index cells,
                                                              bool controls, const Execution& execution);

/// The same with levels and cells of the effort.
Result<DiscreteTimeRiskMaterial> discrete_time_risk_on_a_line(const ClaimProblem& problem, Effort effort,
                                                              bool controls, const Execution& execution);

ClaimEntry discrete_time_risk_claim();

}  // namespace sgdlimits
