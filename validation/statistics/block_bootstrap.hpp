/// Bootstrap of stationary correlated series.
#pragma once

#include <cstdint>
#include <functional>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "core/points.hpp"

namespace sgdlimits {

/// A statistic of a series: rows are times, columns the components (T x m); finite on every resample.
using SeriesStatistic = std::function<double(PointsView series)>;

SeriesStatistic series_mean(Index column = 0);
/// Quantile at `level` by linear interpolation of order statistics at (T - 1) level (Hyndman, Fan 1996, type 7).
SeriesStatistic series_quantile(double level, Index column = 0);
/// g(means of the columns), a smooth function of means: ratios, variances, correlations.
SeriesStatistic function_of_means(std::function<double(const Eigen::VectorXd& means)> g);

struct BlockBootstrapOptions {
  double block_length = 0;  ///< mean length of a block, at least 1; 0: automatic
  Index resamples = 999;
  double confidence = 0.95;
  std::uint64_t seed = 1;
};

struct BlockBootstrap {
  Measurement estimate = Measurement::exact(0, "no series");  ///< statistic of the series, corrected standard error
  double lower = 0, upper = 0;                        ///< basic: 2 estimate - quantiles of the (stretched) resamples
  double percentile_lower = 0, percentile_upper = 0;  ///< the quantiles themselves
  double confidence = 0;
  double block_length = 1;
  double resample_error = 0;      ///< standard deviation of the resamples as drawn, biased by the block length
  double degrees_of_freedom = 0;  ///< of the corrected variance
};

/// Mean block length of the stationary bootstrap that minimises the mean square error of the variance of the mean:
/// b = (2 G^2/D)^{1/3} T^{1/3}, G = sum lambda(k/M) |k| R(k), D = 2 (sum lambda(k/M) R(k))^2, flat-top lambda, M
/// twice the lag after which max(5, sqrt(log10 T)) correlations in a row are below 2 sqrt(log10(T)/T) (Politis, White
/// 2004, D as corrected by Patton, Politis, White 2009); between 1 and min(3 sqrt T, T/3). T >= 16, not all values
/// equal.
double automatic_block_length(ValuesView series);

/// Stationary bootstrap (Politis, Romano 1994): blocks with uniform starts and geometric lengths of mean b on the
/// series wrapped to a circle, all columns together; automatic b is the largest over the columns. Take the basic
/// interval for smooth functions of means; for quantiles the percentile interval, which is that of order statistics
/// when the draws are independent (Efron 1979), whereas the basic one reflects it.
///
/// The variance S(b) of the resamples misses about G/b, too small by a part of T_int/b for positive correlations. The
/// same bias at 2b is half as large, so V = 2 S(2b) - S(b) is free of it (Politis, Romano 1995; the lugsail estimate
/// of Vats, Flegal 2022 for r = 2), but never below S(b)/2. V has relative variance (22/3) b/T, the integral of the
/// squared lag window 2 e^{-|k|/2b} - e^{-|k|/b}, plus at most 10/resamples by simulation, hence 2/(that) degrees of
/// freedom. Distances of the resamples from the estimate are multiplied by sqrt(V/S) and by the ratio of Student's to
/// the normal quantile: twice the work of a plain bootstrap. Measured coverage stands in the guide. Limits: terms
/// beyond 1/b in the bias stay, so a series should be at least 100 times its autocorrelation time. The same bits for
/// any number of threads. Throws InvalidArgument for fewer than 16 rows, values or a statistic that are not finite,
/// options out of range.
BlockBootstrap block_bootstrap(PointsView series, const SeriesStatistic& statistic,
                               const BlockBootstrapOptions& options, ThreadPool& pool);

}  // namespace sgdlimits
