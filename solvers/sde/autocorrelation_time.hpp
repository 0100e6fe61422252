/// Integrated autocorrelation time of a function along stationary paths.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"

namespace sgdlimits {

struct AutocorrelationOptions {
  Index lags = 64;          ///< kept at each level, at least 32
  int levels = 24;          ///< block lengths 1, 2, 4, ..., 2^(levels - 1) observations
  double window = 6;        ///< the sum over lags stops at this many autocorrelation times
  Index most_paths = 1024;  ///< only the first ones are followed, rounded down to a multiple of kGroups
};

/// In units of the time between two observations.
struct IntegratedTime {
  Measurement time;  ///< T = 1 + 2 sum_{k>=1} rho_k
  Index window = 0;  ///< lags summed, in blocks
  Index block = 1;   ///< observations in a block
};

/// T = 1 + 2 sum_{k>=1} rho_k, rho_k the autocorrelation of h(X_i) at lag k, i counting observations: the mean of n
/// observations has variance Var(h) T/n for n >> T (Sokal 1997).
///
/// Blocks. Means of m neighbours have autocovariances C_m(k) = sum_{|j|<m} (m - |j|)/m^2 C(km + j), so that m sum_k
/// C_m(k) = sum_k C(k) exactly: T is the same at every block length, and a few lags of blocks of the right length
/// suffice for any T. Kept are, for each length, the last `lags` block means of each path and sums over groups of
/// paths; memory does not depend on the number of observations.
/// Window: at the smallest block length where it fits, the smallest W >= 12 blocks with W m >= window T (Sokal 1997).
/// What lies beyond is lost: a part e^{-2 window} of a single exponential, all of a mode so weak that T
/// is much smaller than its time (metastability seen by a function that hardly feels it); then T is too small.
/// The mean is that of all paths and times; its error's effect on T is corrected to first order (Wolff 2004).
/// Error: delete-one jackknife over kGroups groups of independent paths at the window of the whole; no normality is
/// assumed of h. The paths must be stationary: a mean that still moves counts as correlation.
class AutocorrelationTime {
 public:
  static constexpr Index kGroups = 32;

  /// Throws InvalidArgument unless paths >= kGroups, and for options out of range.
  explicit AutocorrelationTime(Index paths, const AutocorrelationOptions& options = {});

  /// h has one value a path; those beyond the paths that are followed are not looked at. Throws InvalidArgument for
  /// another length or values that are not finite.
  void observe(ValuesView h, const Execution& execution = {});
  std::int64_t observations() const { return levels_.front().count; }

  /// Status::not_converged while there are too few observations for a window (the value, if any, is the sum so far),
  /// or if h has not varied.
  Result<IntegratedTime> result() const;

  std::string state() const;
  void restore(const std::string& state);

 private:
  /// Block means of one length: rings are paths x lags, sums are groups x lags.
  struct Level {
    Points ring, products, ends;  ///< ends: sum of both factors of every product
    Values carry;                 ///< the first half of the next level's block
    std::int64_t count = 0;
  };
  /// Sums over groups, one group left out if >= 0.
  struct Totals {
    std::vector<double> covariance;  ///< C_m(k)
    double variance = 0;             ///< C_1(0)
  };

  void observe_group(Index group, const Eigen::Ref<const Values>& values);
  Totals totals(std::size_t level, Index left_out) const;
  double time_at(const Totals& totals, Index block, Index window, Index paths) const;
  double jackknife_error(std::size_t level, Index window) const;
  void make_level();
  template <class State>
  void exchange(State& state);

  AutocorrelationOptions options_;
  Index paths_, followed_;
  double reference_ = 0;  ///< near the mean, so that products do not cancel
  std::vector<Level> levels_;
  Values group_sums_;  ///< of all observations
};

}  // namespace sgdlimits
