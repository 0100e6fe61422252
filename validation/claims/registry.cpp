#include "validation/claims/registry.hpp"

#include <algorithm>

#include "validation/claims/a11_sgd_transfer_operator/sgd_transfer_operator.hpp"
#include "validation/claims/a1_sgd_modified_equations/sgd_modified_equations.hpp"
#include "validation/claims/a2_langevin_law/langevin_law.hpp"
#include "validation/claims/a3_gibbs_stationary/gibbs_stationary.hpp"
#include "validation/claims/a4_chi_decay/chi_decay.hpp"
#include "validation/claims/a6_poincare_inequality/poincare_inequality.hpp"
#include "validation/claims/a9_discrete_time_risk/discrete_time_risk.hpp"
#include "validation/claims/h1_quadratic_covariance/quadratic_covariance.hpp"
#include "validation/claims/h2_kesten_tail/kesten_tail.hpp"

namespace sgdlimits {

const std::vector<std::string>& effort_names() {
  static const std::vector<std::string> names{"quick", "standard", "thorough"};
  return names;
}

std::optional<Effort> effort_named(const std::string& name) {
  const auto found = std::ranges::find(effort_names(), name);
  if (found == effort_names().end()) return std::nullopt;
  return static_cast<Effort>(found - effort_names().begin());
}

const std::vector<ClaimEntry>& claim_registry() {
  static const std::vector<ClaimEntry> entries{modified_equations_claim(),
                                               langevin_law_claim(),
                                               gibbs_stationary_claim(),
                                               chi_decay_claim(),
                                               poincare_inequality_claim(),
                                               discrete_time_risk_claim(),
                                               sgd_transfer_operator_claim(),
                                               quadratic_covariance_claim(),
                                               kesten_tail_claim()};
  return entries;
}

}  // namespace sgdlimits
