/// Decay of an ensemble seen through the eigenfunctions of the generator.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "validation/rates/decay_rate.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// u_1, ..., u_m on points: x is N x d, out is N x m, E_mu u_k u_l = delta_kl.
using Eigenfunctions = std::function<void(PointsView x, PointsOut out)>;

/// One snapshot. chi^2 restricted to the modes is sum_k (E u_k(X_t))^2.
struct ModeSnapshot {
  double time = 0;
  /// sum_k (mean_k^2 - s_k^2/N) = sum_{i != j} sum_k u_k(x_i) u_k(x_j) / (N (N-1)), without the bias of a squared
  /// mean; so it may be negative. Standard error from the exact variance of this U-statistic (Hoeffding 1948), [4
  /// (N-2) m^T S m + 2 (tr S^2 + 2 m^T S m)] / (N (N-1)), with m^T S m corrected for its own bias. Near 0 it is not
  /// normal: use `significance` to decide whether any mode is left.
  Measurement chi_squared = Measurement::exact(0, "no points");
  std::vector<Measurement> means;  ///< mean of each mode
  double significance = 1;         ///< Hotelling p-value of "all modes have mean zero"
};
/// What a bias of at most `bias` standard deviations in the mean of every mode can do to chi_squared:
/// 2 bias sum_k |mean_k| sd_k + bias^2 sum_k sd_k^2, for an ensemble of `paths`.
double chi_squared_bias(const ModeSnapshot& snapshot, Index paths, double bias);
ModeSnapshot mode_snapshot(double time, PointsView x, const Eigenfunctions& modes, Index m, ThreadPool& pool);

/// The same ensemble at several times, with the covariance of the first mode's mean across times (times x times),
/// which an interval for its decay rate needs.
struct ModeSeries {
  Index paths = 0;
  std::vector<double> times;
  std::vector<ModeSnapshot> snapshots;
  Values first_mode;                      ///< means of u_1
  Eigen::MatrixXd first_mode_covariance;  ///< of these means
};
/// All snapshots have the same N, row i being the same path at all times: else InvalidArgument.
ModeSeries mode_series(const std::vector<double>& times, const std::vector<Points>& snapshots,
                       const Eigenfunctions& modes, Index m, ThreadPool& pool);

/// E u_1(X_t) = c_1 e^{-lambda_1 t} for Langevin: the rate of the first mode, with its interval.
Result<DecayFit> first_mode_rate(const ModeSeries& series, const DecayFitOptions& options = {});

}  // namespace sgdlimits
