/// H1: the stationary mean and covariance of mini-batch SGD on quadratics.
///
/// Statement. For f_i(x) = x^T A_i x/2 - b_i . x the stationary covariance solves the discrete Lyapunov equation of
/// solvers/transfer/affine_sgd.hpp, with Sigma/B where batches are drawn with replacement and (n-B)/((n-1) B) Sigma
/// where they are drawn without. The continuous-time equation A C + C A = s Sigma/B lacks the terms of second order.
///
/// Batches as the problem says, else of two samples, drawn both ways.
///
/// Hypotheses, checked: every term is quadratic; the second moment is stationary, and not 0. Rule, total level 1e-6:
/// means and all entries of the covariance of relaxed ensembles show no difference (resolutions 0.05 sd, 0.05 sd_i
/// sd_j). Controls: the continuous-time covariance; that of the other way of drawing. What differs by less than 0.1
/// sd_i sd_j from the truth cannot be told from it at that resolution and is no control; 1.2 times the covariance
/// stands in for the first.
#pragma once

#include <optional>

#include "core/points.hpp"
#include "solvers/transfer/affine_sgd.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

struct QuadraticCovarianceMaterial {
  StationaryMoments predicted;
  Points ensemble;   ///< N x d, relaxed
  std::string name;  ///< "batch 2 without replacement"
  /// The stationary covariance had the batches been drawn the other way; for a control.
  std::optional<Eigen::MatrixXd> other_draw{};
};

ClaimReport judge_quadratic_covariance(const std::vector<QuadraticCovarianceMaterial>& materials, bool controls);

ClaimEntry quadratic_covariance_claim();

}  // namespace sgdlimits
