/// The bootstrap behind weighted_regression.
#pragma once

#include <vector>

#include "validation/rates/weighted_regression.hpp"

namespace sgdlimits {

/// Bootstrap-t of the slope (Hall 1988): with t* = (slope* - slope)/error*, slope - error quantile(t*), both ends,
/// the error being that of `fit` and its weights. Parametric: y* = line + error times a Gaussian; error* from
/// variances times chi-squared/degrees where they were estimated, from the residuals of y* for noise-free points.
/// Without any error there is nothing to resample: resamples = 0.
BootstrapInterval resample_parametrically(const std::vector<RegressionPoint>& points, const RegressionFit& fit,
                                          const RegressionOptions& options);
/// The same with replicates drawn with replacement at each point, error* from the drawn ones. Paired ones are drawn
/// together, ten at least, or there is none.
BootstrapInterval resample_replicates(const std::vector<ReplicatedPoint>& points, const RegressionFit& fit,
                                      const RegressionOptions& options);

}  // namespace sgdlimits
