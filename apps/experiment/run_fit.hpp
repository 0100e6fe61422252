/// Lines through the measurements of a sweep; internal to apps/experiment.
#pragma once

#include "apps/experiment/sweep_results.hpp"

namespace sgdlimits::experiment {

/// Throws ExperimentError at a name of the fit that the point should have measured: its study is there, and none of
/// its quantities has the name. The message lists those that there are.
void check_names(const FitSpec& fit, const Sweep& sweep, const PointOutcome& outcome);

/// Appends a FitOutcome for every combination of the keys of `by`.
///
/// y and its errors: `carry` (measured_expression.hpp), with the correlations between means over the same paths.
/// Where x is measured too, the line is fitted twice, the second time with the errors of y - b x, b the first slope
/// (effective variance; the slope is biased towards zero by about the ratio of x's squared error to its variance,
/// which this does not take off). A point that did not measure a name, measured only a one-sided bound, or where an
/// expression is not resolved is left out, and named; where one replicate is not resolved, so are the other
/// replicates of its values, which would be a biased sample. Regression: validation/rates/weighted_regression.hpp.
///
/// Points with one seed (common_random_numbers, or a swept run.seed) share random numbers: with errors = "replicates"
/// the k-th replicates of all points are a pair of it, and the scatter of their own slopes is the error; with "own"
/// errors it is the largest over all correlations.
///
/// Straightness: a quadratic term that is significant at level 1e-6 and changes the slope over the range of x by more
/// than the tolerance fails the hypothesis, so that the verdict is "not applicable". Without an expectation, or
/// below, a quadratic term with p < 0.01 is said in the remark.
void run_fit(const FitSpec& fit, SweepResults& results);

}  // namespace sgdlimits::experiment
