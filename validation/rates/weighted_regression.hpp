/// Straight lines through measured points: slopes of log-log plots, scaling exponents, Arrhenius plots.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/points.hpp"
#include "core/result.hpp"

namespace sgdlimits {

/// y = a + b x + standard_error * (standard normal) + delta, |delta| <= bound, independent of the points of other
/// groups.
struct RegressionPoint {
  double x = 0, y = 0;
  double standard_error = 0;
  double bound = 0;               ///< of a discretisation error of either sign
  double degrees_of_freedom = 0;  ///< behind the standard error (replicates less one); 0: it is known
  /// Points of one group, if it is not 0, share random numbers: their errors are correlated, nobody knows how.
  std::uint64_t group = 0;
};
/// One number a replicate at the same x, independent; at least two. Enters as mean, standard error and degrees.
struct ReplicatedPoint {
  double x = 0;
  std::vector<double> values;
  double bound = 0;
};

struct RegressionOptions {
  /// Weights that do not depend on the data, one a point; empty: the rule below.
  std::vector<double> weights;
  /// Replicates: the k-th of every point share random numbers, the others are independent. Every point has as many.
  bool paired = false;
  double confidence = 0.95;  ///< of the bootstrap interval
  Index resamples = 999;     ///< 0: no bootstrap
  std::uint64_t seed = 1;
};

/// Two-sided at `confidence`, widened by the bounds. resamples = 0: there is none.
struct BootstrapInterval {
  double lower = 0, upper = 0, confidence = 0;
  Index resamples = 0;
};

struct RegressionFit {
  Measurement slope = Measurement::exact(0, "no points");
  Measurement intercept = Measurement::exact(0, "no points");
  double degrees_of_freedom = 0;  ///< Student's, of the standard errors; infinity if they are known
  double error_scale = 1;         ///< standard errors have been multiplied by it because the line does not fit
  Measurement curvature = Measurement::exact(0, "no points");  ///< c of a + b x + c (x - mean x)^2
  double curvature_p_value = 1;    ///< of c = 0, bounds taken off first; 1 with fewer points than it takes
  double lack_of_fit = 0;          ///< mean square of the residuals over what their errors explain
  double lack_of_fit_p_value = 1;  ///< of the line; 1 for noise-free points and for two
  BootstrapInterval bootstrap;     ///< of the slope
  std::string why;                 ///< which rules were taken, in words

  /// Student's (normal) quantile at the two-sided level: the slope's interval is slope -+ (bound + quantile error).
  double quantile(double level) const;
  double lower(double level = 0.05) const;
  double upper(double level = 0.05) const;
  /// The line at x with standard error and bound, for bands. The quantile is the same.
  Measurement at(double x) const;

  double centre = 0;                                 ///< weighted mean of the x
  std::vector<double> slope_weights, mean_weights;   ///< slope and value at `centre` are sums of weight times y
  std::vector<double> errors, bounds;                ///< standard errors (scaled, or from residuals) and bounds
  double mean_error = 0, mean_slope_covariance = 0;  ///< of the value at `centre`
  bool worst_case = false;                           ///< errors are upper bounds over all correlations within groups
};

/// Weighted least squares with weights w_i: slope = sum k_i y_i, k_i = w_i (x_i - c)/sum_j w_j (x_j - c)^2 with c the
/// weighted mean of x. For weights that do not depend on the data the slope is unbiased up to sum |k_i| bound_i, its
/// discretisation bound (interval arithmetic), and its variance is sum k_i^2 standard_error_i^2, whatever the w_i.
///
/// Rules. Standard errors known, or with at least 100 degrees each: w_i = 1/(standard_error_i^2 + bound_i^2), normal
/// interval. Errors from fewer degrees: equal weights, since weights taken from them make intervals too short (Meier
/// 1953), and Student's interval with the degrees of Welch (1938) and Satterthwaite (1946). Noise-free points (all
/// standard errors 0): equal weights; residuals that the bounds explain count as none, what exceeds them gives the
/// standard error, with Student's n - 2 degrees; with nothing left the interval is that of the bounds alone.
///
/// Common random numbers make the errors of points correlated, and sum k_i^2 standard_error_i^2 wrong on either side.
/// Paired replicates: each replicate has a slope of its own, sum k_i y_i; these are independent, and their scatter is
/// the error, with replicates less one degrees (so is that of the intercept, the quadratic term and the line; Law
/// 2015, section 11.2: it is small where common noise moves all points alike). Groups: the largest error over all
/// correlations, the sum of |k_i| standard_error_i within each group, and groups in squares; no bootstrap.
///
/// Lack of fit: sum w_i r_i^2 over its expectation under the errors, each residual first shortened by what the bounds
/// can do to it; F with Box's (1954) degrees, exactly chi-squared for known errors and w_i = 1/standard_error_i^2.
/// Paired replicates: Hotelling's T^2 of the n - 2 contrasts, as F, where there are more replicates than contrasts
/// and no bounds, else not tested; groups: not tested. Below 0.01 the standard errors are multiplied by
/// sqrt(lack_of_fit) (`error_scale`; Birge 1932). Curvature: the coefficient of the quadratic term, same weights,
/// against its standard error and bound. Bootstrap of the slope: bootstrap-t (Hall 1988), parametric (Gaussian,
/// chi-squared variances where they were estimated) or, for replicates, by resampling these at each point (ten or
/// more paired ones: the same at all points). Bits depend on the seed alone.
///
/// Failure, not_converged: fewer than two different x; fewer than three for noise-free points without bounds.
/// InvalidArgument: numbers that are not finite, negative errors, standard errors that are zero at some points
/// only, degrees of a grouped point, unequal numbers of paired replicates. Costs n^2.
Result<RegressionFit> weighted_regression(const std::vector<RegressionPoint>& points,
                                          const RegressionOptions& options = {});
Result<RegressionFit> weighted_regression(const std::vector<ReplicatedPoint>& points,
                                          const RegressionOptions& options = {});

}  // namespace sgdlimits
