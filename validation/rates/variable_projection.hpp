/// chi^2 of a sum of exponentials with the amplitudes eliminated, and its minimum.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

/// Logarithms of rates, increasing.
using LogRates = Eigen::VectorXd;

/// A whitened curve: rows of `whitener` map values to uncorrelated ones of variance 1.
struct WhitenedCurve {
  Eigen::VectorXd times;
  Eigen::MatrixXd whitener;        ///< m x n
  Eigen::VectorXd values;          ///< whitener * y, length m
  double lowest = 0, highest = 0;  ///< range of log rates
  /// Column k: whitener * e^{-t rate_k}.
  Eigen::MatrixXd design(const LogRates& rates) const;
};

/// |A_1| of the lowest rate must be at least this; 0: free.
struct AmplitudeFloor {
  double smallest = 0;
};

struct ProjectionMinimum {
  LogRates rates;
  double chi_squared = 0;
};

/// Smallest chi^2 over sums of `terms` exponentials with rate `held` (from 0 in order) fixed at log rate `at`, or
/// none (held = -1). With a floor the amplitude is constrained: chi^2 + (smallest - |A_1|)_+^2/Var A_1, the exact
/// constrained minimum for given rates and sign. Starts: the best points of a scan, and `start` if it is not empty.
ProjectionMinimum minimise_projection(const WhitenedCurve& curve, Index terms, Index held = -1, double at = 0,
                                      AmplitudeFloor floor = {}, const LogRates& start = {});

}  // namespace sgdlimits
