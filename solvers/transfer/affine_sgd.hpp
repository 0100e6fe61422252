/// SGD where every term is quadratic, so that a step is an affine random map: what is known exactly.
#pragma once

#include "core/finite_sum.hpp"
#include "core/measurement.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"
#include "solvers/transfer/batch_law.hpp"

namespace sgdlimits {

/// Mean and covariance of the stationary law.
struct StationaryMoments {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
  /// Spectral radius of C -> ...: the covariance of a start is forgotten like its powers.
  double radius = 0;
  /// That of SME-1 linearised at the mean, A C + C A^T = s c Sigma(m): no term of second order in s.
  Eigen::MatrixXd diffusion_covariance;
};

/// grad f_i(x) = A_i x - b_i for all i: x' = M_b x + s b_b, M_b = I - s A_b. The mean solves A m = b (batch means are
/// unbiased) and with the batch noise eta = (A - A_b) m - (b - b_b) the covariance solves the discrete Lyapunov
/// equation
///
///     C = (I - s A) C (I - s A)^T + s^2 c (mean_i (A_i - A) C (A_i - A)^T + Sigma(m)),
///
/// c the covariance factor of the batches (1/B with replacement, (n-B)/((n-1) B) without); Sigma:
/// core/finite_sum.hpp. A linear system in d^2 unknowns, d <= 30. The batches need not be few: only two moments of
/// them enter.
///
/// Failure: out_of_reach if gradients are not affine (to 1e-9 at random points) or d > 30; not_converged if the
/// second moment has no stationary value (spectral radius of C -> ... at least 1: the tail index is at most 2).
Result<StationaryMoments> quadratic_sgd_moments(const FiniteSum& sum, LearningRate s, const BatchLaw& batches);

/// The tail of the stationary law on the line: P(|x| > r) ~ const r^{-alpha}.
struct TailIndex {
  double alpha = 0;     ///< infinity: the law has bounded support
  double centre = 0;    ///< m = E b/E a, the stationary mean where there is one
  double support = 0;   ///< if bounded, |x - m| is at most this
  double lyapunov = 0;  ///< E log|1 - s a_b| < 0
  /// 1 + 2 a/(s c Var a): of SME-1, whose noise is the linearised one; infinity if Var a = 0.
  double diffusion_alpha = 0;
};

/// The positive root of E|1 - s a_b|^alpha = 1 (Kesten 1973; Goldie 1991; for SGD: Hodgkinson, Mahoney 2021,
/// Gurbuzbalaban, Simsekli, Zhu, arXiv 2006.04740) for f_i = a_i x^2/2 - b_i x, over the exact batches. If every |1 -
/// s a_b| < 1 the map contracts and finite data cut the tail: the law has bounded support. The function is convex in
/// alpha and vanishes at 0, so the root is unique; bisection to rounding. That the law is not a point is supposed.
///
/// Failure: out_of_reach if d > 1, gradients are not affine, or the batches are too many to enumerate; not_converged
/// if E log|1 - s a_b| >= 0 (no stationary law).
Result<TailIndex> kesten_tail_index(const FiniteSum& sum, LearningRate s, const BatchLaw& batches);

}  // namespace sgdlimits
