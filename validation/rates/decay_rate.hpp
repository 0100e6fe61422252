/// Rates of exponential decay from noisy and from deterministic curves.
#pragma once

#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/points.hpp"
#include "core/result.hpp"

namespace sgdlimits {

struct DecayFitOptions {
  double from = 0;              ///< times before this are left out (faster modes)
  double signal_to_noise = 10;  ///< the window ends before the first value below this many standard errors
};

/// v(t) = A exp(-lambda t) fitted to log |v|.
struct DecayFit {
  Measurement rate;                ///< lambda, in the unit 1/time
  double amplitude = 0;            ///< A, with the sign of the data
  Index first = 0, last = 0;       ///< times first ... last of the input were used
  double lack_of_fit = 0;          ///< weighted residual sum of squares
  Index degrees_of_freedom = 0;    ///< points - 2
  double lack_of_fit_p_value = 1;  ///< chi-squared tail: small if the curve is no exponential
  double error_scale = 1;          ///< max(1, sqrt(lack_of_fit/degrees)): the standard error has been scaled by it
};

/// Generalised least squares of log |v_i| on t_i with covariance C_ij/(v_i v_j) (delta method), C the covariance of
/// the values across times: values of one ensemble at several times are strongly correlated and a diagonal C would
/// give a wrong interval. The delta method's bias of log v, about -(error/v)^2/2, is at most half of
/// signal_to_noise^{-2}. The standard error is that of the linear model, times `error_scale`. If all variances are
/// zero the fit is ordinary least squares and the error that of its residuals.
/// Failure, Status::not_converged: fewer than three usable points, or a sign change inside the window.
Result<DecayFit> fit_decay(const std::vector<double>& times, const Values& values, const Eigen::MatrixXd& covariance,
                           const DecayFitOptions& options = {});
/// Independent values.
Result<DecayFit> fit_decay(const std::vector<double>& times, const std::vector<Measurement>& values,
                           const DecayFitOptions& options = {});

/// r_i = -(log v_{i+1} - log v_i)/(t_{i+1} - t_i) of a positive deterministic curve; one shorter than the input.
Values local_rates(const std::vector<double>& times, const Values& values);

/// Late rate of a deterministic curve. For v^2 = sum_k c_k^2 e^{-2 lambda_k t} the local rates decrease to the
/// lowest rate present, by an excess like e^{-kappa t}. The last three give kappa and the remaining excess: the value
/// is the last local rate less the excess, the bound the excess plus 2 relative_error/(last time step), where
/// `relative_error` bounds that of v. Only values before the first below `floor` (rounding) are used. Failure,
/// not_converged: fewer than four of them, or rates that do not settle.
Result<Measurement> late_rate(const std::vector<double>& times, const Values& values, double relative_error = 0,
                              double floor = 0);

}  // namespace sgdlimits
