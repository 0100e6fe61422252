/// Counts of values in equal bins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/parallel.hpp"

namespace sgdlimits {

/// Bins [e_i, e_{i+1}), e_i = lower + i (upper - lower)/n, the last one closed; what falls outside is counted below
/// or above. Counts are integers, so the order of observations does not matter. Memory: the bins.
class Histogram {
 public:
  /// Throws InvalidArgument unless lower < upper, both finite, and 1 <= bins <= 10^7.
  Histogram(double lower, double upper, Index bins);

  /// Throws InvalidArgument for NaN; infinite values are below or above.
  void observe(ValuesView h, const Execution& execution = {});

  const std::vector<std::int64_t>& counts() const { return counts_; }
  std::int64_t below() const { return below_; }
  std::int64_t above() const { return above_; }
  std::int64_t total() const;
  /// bins + 1 ends.
  Values edges() const;
  /// count/(total width): integrates to the share of values inside. Zero before the first observation.
  Values density() const;
  /// Standard errors of the density if all values observed are independent: sqrt(p (1 - p)/total)/width.
  Values density_error() const;

  std::string state() const;
  void restore(const std::string& state);

 private:
  double edge(Index i) const;
  Index bin_of(double h) const;
  template <class State>
  void exchange(State& state);

  double lower_, upper_;
  std::vector<std::int64_t> counts_;
  std::int64_t below_ = 0, above_ = 0;
};

}  // namespace sgdlimits
