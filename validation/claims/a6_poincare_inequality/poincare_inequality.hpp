/// A6: the Poincare inequality with the constant C_P = tau/lambda_1, and that it is attained.
///
/// Theorem. Var_mu h <= C_P E_mu |grad h|^2 for all h, with equality exactly for h = a + b u, u in the first
/// eigenspace (Shi, Su, Jordan 2020, lemma 5.4, for the inequality; the variational principle for the constant).
/// Discrete form, on the generator's grid: tau E_mu |grad h|^2 is the Dirichlet form
/// (1/2) sum_{i,k} mu_i vol_i rate_{i->k} (h_k - h_i)^2, so the inequality holds with the discrete lambda_1 exactly.
///
/// Rule: `functions` random smooth h (trigonometric polynomials of random directions and frequencies, polynomials)
/// never exceed the bound by more than rounding; the ratio of the first eigenfunction is 1 to the eigen-solver's
/// error. Slack: the largest ratio. Control: C_P/1.05 with the eigenfunction.
#pragma once

#include <cstdint>
#include <string>

#include "solvers/fokker_planck/generator.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

/// Var_mu h and E_mu |grad h|^2 of cell values h under the discrete Gibbs measure.
struct PoincareSides {
  double variance = 0, gradient_energy = 0;
};
PoincareSides poincare_sides(const Generator& generator, ValuesView h);

struct PoincareMaterial {
  const Generator& generator;
  const Values& first_eigenfunction;  ///< cell values
  Measurement gap;                    ///< lambda_1, with its error
  Index functions = 200;
  std::uint64_t seed = 1;
  std::string subject;
};
ClaimReport judge_poincare_inequality(const PoincareMaterial& material, bool controls);

ClaimEntry poincare_inequality_claim();

}  // namespace sgdlimits
