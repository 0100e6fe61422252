/// A11: the transfer operator of mini-batch SGD has SGD's own law, its invariant measures and its escapes; the
/// diffusions that are put in SGD's place need not.
///
/// Statement. x -> x - s grad f_b(x), b a uniform batch of finite data, is a random map; the closed classes of its
/// discretised transfer operator carry its invariant measures (solvers/transfer/transfer_operator.hpp), and each
/// ensemble started in a class has the class's law in the end. For f_+- = (x^2-1)^2 +- c x, batch 1 and small s there
/// are two, and SGD never changes wells, if and only if c < 8/(3 sqrt 3), while SME and Gibbs predict a rate of
/// escape (Shirokoff, Zaleski, arXiv 2409.12243).
///
/// Batches as the problem says, of one sample unless it does.
///
/// Hypotheses, checked: f is a finite sum; its batches are enumerated; both grids find the same number of invariant
/// measures; relaxation within the measures is affordable. Rule, total level 1e-6: mean and variance of an ensemble
/// started inside each measure show no difference (resolution 0.05 sd, 5 per cent); where SGD never escapes from the
/// worse well, no path does; else the mean first passage shows no difference (resolution 10 per cent). Control:
/// SME-1's escape time offered as SGD's; without two wells, 1.2 times the variance.
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

/// Runs SGD's paths beside laws that were computed for `draw` at learning rate `s`, with sample sizes of the effort,
/// and judges. Not applicable where the batches were not enumerated, or relaxation within a measure is not
/// affordable. Failures: those of advance and first_passage.
Result<ClaimReport> check_sgd_laws(const SgdLaws& laws, const std::shared_ptr<const FiniteSum>& sum, LearningRate s,
                                   BatchDraw draw, std::uint64_t seed, Effort effort, bool controls,
                                   const Execution& execution);

ClaimEntry sgd_transfer_operator_claim();

}  // namespace sgdlimits
