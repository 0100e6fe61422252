/// How many independent draws a correlated series is worth.
#pragma once

#include "core/measurement.hpp"
#include "core/points.hpp"

namespace sgdlimits {

/// Integrated autocorrelation time T = 1 + 2 sum_{k>=1} rho_k (in steps of the series), N_eff = N/T.
struct Autocorrelation {
  double time = 1;
  double effective_sample_size = 0;
  Index window = 0;  ///< lags used
  /// Mean of the series with standard error sqrt(variance T / N).
  Measurement mean;
};

/// For a stationary reversible chain, by Geyer's (1992) initial monotone sequence: sums of adjacent pairs of
/// autocovariances are positive and decreasing, and the sum stops where the estimate no longer is. N >= 4 values, not
/// all equal: else InvalidArgument. Costs N times the window.
Autocorrelation autocorrelation(ValuesView series);

/// Nonoverlapping batch means (Schmeiser 1982): `batches` >= 2 equal batches (the first values are dropped if N is
/// not a multiple), standard error = sd of batch means / sqrt(batches), valid if batches are much longer than T.
struct BatchMeans {
  Measurement mean;
  Index batches = 0, batch_length = 0;
  double effective_sample_size = 0;  ///< variance of the series / standard error^2
  /// Student quantile with batches - 1 degrees at the two-sided level: the interval is mean +- this times the error.
  double quantile(double level) const;
};
BatchMeans batch_means(ValuesView series, Index batches);

}  // namespace sgdlimits
