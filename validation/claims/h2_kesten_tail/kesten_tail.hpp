/// H2: the power law in the tail of SGD's stationary law.
///
/// Statement. For f_i = a_i x^2/2 - b_i x SGD is x' = (1 - s a_b) x + s b_b, and P(|x| > r) ~ const r^{-alpha} with
/// E|1 - s a_b|^alpha = 1 (Kesten 1973; Goldie 1991; for SGD Gurbuzbalaban, Simsekli, Zhu, arXiv 2006.04740). Where
/// every |1 - s a_i| < 1 the law has bounded support: finite data cut the tail (compare arXiv 2310.18455).
///
/// Batches as the problem says, of one sample unless it does; a is then a batch's mean curvature.
///
/// Hypotheses, checked: terms quadratic on a line, E log|1 - s a| < 0; the curvatures differ (else the noise is
/// additive, without a power law); max|1 - s a| is not 1; the sample reaches the tail: alpha is at most a third of
/// z^2, z the Gaussian quantile of the k-th largest of N. z^2 is the index that a Gaussian shows there, and a law
/// that is Gaussian in the middle shows its own alpha beyond that only. Rule, level 1e-6: with a tail, Hill's
/// estimate (1975) from the k = N^{0.6} largest |x - m| of a relaxed ensemble equals alpha within 15 per cent
/// (standard error alpha/sqrt k; Hill's bias is not bounded and is what the tolerance is for); without, no path is
/// outside of the support. Control: the index 1 + 2 a/(s c Var a) of SME-1, or 1.5 alpha where the two differ by less
/// than 40 per cent (without a tail: half the support).
#pragma once

#include <string>

#include "core/points.hpp"
#include "solvers/transfer/affine_sgd.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

/// Hill's estimate of alpha from the k largest of the nonnegative values: 1/mean(log(v_(i)/v_(k+1))), i = 1..k.
/// Standard error alpha/sqrt k for independent values of an exact power law. Throws InvalidArgument unless
/// 1 <= k < length and the (k+1)-st largest value is positive.
Measurement hill_estimate(const Values& values, Index k);

struct KestenTailMaterial {
  TailIndex predicted;
  Values distances;  ///< |x - m| of relaxed paths
  std::string subject = "mini-batch sgd (batch 1)";
};

ClaimReport judge_kesten_tail(const KestenTailMaterial& material, bool controls);

ClaimEntry kesten_tail_claim();

}  // namespace sgdlimits
