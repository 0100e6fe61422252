/// The part of a decaying curve in which its local rate no longer changes.
#pragma once

#include <vector>

#include "validation/rates/decay_rate.hpp"

namespace sgdlimits {

/// log |v| = a - lambda s + c s^2 on times first ... last, s from their middle: the local rate is lambda - 2 c s.
struct PlateauFit {
  DecayFit fit;          ///< one exponential on the window; its rate's bound is |c| (length of the window)
  double curvature = 0;  ///< c, unit 1/time^2, with its standard error
  double curvature_error = 0;
};

/// Rate of one exponential on the longest late window whose local rate is constant to its errors. The window ends
/// before the first value below `signal_to_noise` standard errors, and starts at the earliest time from which on
/// neither it nor any later start (with at least six values) shows a quadratic term of log |v| beyond one standard
/// error or a lack of fit (chi-squared, below .1); generalised least squares with the covariance across times. A
/// start chosen by a test leaves faster terms of the size of an error inside, so what the fitted quadratic term does
/// to the local rate between the middle and the end of the window is added as a bound: the interval covers at least
/// its level in the simulations of the guide, and is wider than that of a window known beforehand. Failure,
/// not_converged: no window of six values, or signs that change inside. Errors: see fit_decay; variances must be
/// positive.
Result<PlateauFit> fit_decay_on_plateau(const std::vector<double>& times, const Values& values,
                                        const Eigen::MatrixXd& covariance, const DecayFitOptions& options = {});

}  // namespace sgdlimits
