/// Several exponentials in one curve: rates by variable projection, intervals that stay honest when rates are close.
#pragma once

#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/points.hpp"
#include "core/result.hpp"

namespace sgdlimits {

struct ExponentialSumOptions {
  Index terms = 0;              ///< 1, 2 or 3 if known; 0: chosen by the test below
  Index largest = 3;            ///< most that the test may choose
  double level = 0.01;          ///< of that test
  double confidence = 0.95;     ///< of the intervals
  double smallest_share = 0.1;  ///< see `lowest`
};

/// Two-sided at the options' confidence; not symmetric. lower = 0 or upper = infinity: the data set no end.
struct RateInterval {
  double value = 0, lower = 0, upper = 0;
  bool contains(double rate) const { return lower <= rate && rate <= upper; }
};

/// Neighbouring rates first ... last (from 0) that the curve does not tell apart: their intervals overlap, or one
/// term fewer is not rejected and they are the closest pair. Only the union of the intervals should be quoted.
struct RateCluster {
  Index first = 0, last = 0;
  double lower = 0, upper = 0;
};

/// y(t) = sum_k A_k e^{-lambda_k t}, lambda_1 < lambda_2 < ..., k <= 3.
struct ExponentialSumFit {
  Index terms = 0;
  std::vector<RateInterval> rates;      ///< unit 1/time; profile likelihood with `terms` terms
  std::vector<Measurement> amplitudes;  ///< linear (Gauss-Newton) errors: not to be trusted inside a cluster
  std::vector<RateCluster> clusters;
  /// lambda_1 when one more term (up to three) than was found may be hidden: profile likelihood over such sums in
  /// which |A_1| is at least smallest_share of the largest value. Slower terms that are weaker than that cannot be
  /// excluded by any curve, and are not meant. Equal to rates[0] if options.terms was given.
  RateInterval lowest;
  double chi_squared = 0;
  Index degrees_of_freedom = 0;
  double lack_of_fit_p_value = 1;
  std::vector<double> step_p_values;  ///< of "k terms suffice", k = 1, 2, ..., as far as they were needed
};

/// Variable projection (Golub, Pereyra 1973): the amplitudes are eliminated by linear least squares in the metric of
/// C^{-1}, C the covariance of the values across times, and chi^2(lambda) is minimised over the logarithms of the
/// rates alone, from the best points of a scan by Levenberg-Marquardt. Sought between 1/20 of 1/(length of the
/// window) and 5/(smallest step); neighbouring rates differ by at least 1e-3 in logarithm (the confluent limit t
/// e^{-lambda t} is reached to 1e-6).
///
/// Number of terms: k + 1 instead of k if chi^2 falls by more than the quantile of chi-squared with 2 degrees at
/// `level`. The second pair is not identified under "k terms", so the fall is not exactly chi-squared and
/// `level` is nominal; simulated levels and powers stand in docs/guide/rates.md. Intervals: profile likelihood, all
/// lambda_k whose smallest chi^2 over the others exceeds the minimum by no more than the quantile of chi-squared with
/// one degree, conservative for rates that are not resolved. They widen where rates are close,
/// up to 0 or infinity, where a Gauss-Newton error would be falsely small or meaningless. Variances are taken as
/// known; directions in which C vanishes to rounding (1e-10) are left out.
///
/// Failure, not_converged: fewer values than 2 terms + 1 (fewer terms are tried if terms = 0; at least 3 values).
/// InvalidArgument: times that do not increase, a covariance of another size or without positive diagonal, options
/// out of range.
Result<ExponentialSumFit> fit_exponential_sum(const std::vector<double>& times, const Values& values,
                                              const Eigen::MatrixXd& covariance,
                                              const ExponentialSumOptions& options = {});

}  // namespace sgdlimits
