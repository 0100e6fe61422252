/// A11: the transfer operator of mini-batch SGD has SGD's own law, its invariant measures and its escapes; the
/// diffusions that are put in SGD's place need not.
///
/// Statement. x -> x - s grad f_b(x), b a uniform batch of finite data, is a random map; the closed classes of its
/// discretised transfer operator carry its invariant measures (solvers/transfer/transfer_operator.hpp), and each
/// ensemble started in a class has the class's law in the end. For f_+- = (x^2-1)^2 +- c x, batch 1 and small s there
/// are two, and SGD never changes wells, if and only if c < 8/(3 sqrt 3), while SME and Gibbs predict a rate of
/// escape (Shirokoff, Zaleski, arXiv 2409.12243).
///
/// Hypotheses, checked: f is a finite sum; both grids find the same number of invariant measures; relaxation within
/// the measures is affordable. Rule, total level 1e-6: mean and variance of an ensemble started inside each measure
/// show no difference (resolution 0.05 sd, 5 per cent); where SGD never escapes from the worse well, no path does;
/// else the mean first passage shows no difference (resolution 10 per cent). Control: SME-1's escape time offered as
/// SGD's; without two wells, 1.2 times the variance.
#pragma once

#include "solvers/transfer/sgd_laws.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

/// What SGD's paths did.
struct SgdTransferMaterial {
  const SgdLaws& laws;
  /// N x d for each invariant measure, started inside it and relaxed.
  std::vector<Points> ensembles;
  std::vector<double> relaxation_gaps;  ///< of the same; the bias left is exp(-20)
  Values passage_times;                 ///< from the worse minimum to the better well's core; infinite: not seen
  double until = 0;                     ///< how long passages were looked for
  std::string subject;
};

/// Identity, statement and source of the claim, with nothing judged yet.
ClaimReport sgd_transfer_report(std::string subject);

ClaimReport judge_sgd_transfer_operator(const SgdTransferMaterial& material, bool controls);

ClaimEntry sgd_transfer_operator_claim();

}  // namespace sgdlimits
