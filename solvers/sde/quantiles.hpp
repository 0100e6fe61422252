/// Quantiles: exact at one observation of an ensemble, by a sketch of bounded error over many.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/parallel.hpp"

namespace sgdlimits {

/// A quantile of independent values with a distribution-free interval.
struct SampleQuantile {
  double level = 0.5, value = 0;
  /// Order statistics that enclose the law's quantile with probability at least `confidence`, whatever the law
  /// (binomial ranks; David, Nagaraja 2003, section 7.1); infinite where the sample is too small to say.
  double lower = 0, upper = 0, confidence = 0.95;
  /// Half the interval over the normal quantile of the confidence stands for the standard error.
  Measurement measurement() const;
};

/// Linear interpolation of order statistics at (N - 1) level (Hyndman, Fan 1996, type 7), for each level in (0, 1);
/// one sort. Throws InvalidArgument for a level or confidence outside (0, 1), no values, or values that are not
/// finite.
std::vector<SampleQuantile> sample_quantiles(ValuesView h, const std::vector<double>& levels,
                                             double confidence = 0.95);

/// Counts of values by sign, exponent and the leading `bits` bits of their mantissa: buckets of relative width
/// 2^-bits, found by integer arithmetic alone.
///
/// quantile(q) is the middle of the bucket of the order statistic of rank max(1, ceil(q n)): within its bound, half
/// the bucket, at most 2^-(bits+1) times the statistic (2^-(1023+bits) if it is subnormal), for any values in any order. Counts are
/// integers, so order, threads and splits leave no trace, and two sketches merge. Memory: the buckets that were met,
/// at most 2^(bits + 12), whatever n.
class QuantileSketch {
 public:
  /// Throws InvalidArgument unless 1 <= bits <= 20.
  explicit QuantileSketch(int bits = 12);

  /// Throws InvalidArgument for values that are not finite.
  void observe(ValuesView h, const Execution& execution = {});
  /// Throws InvalidArgument for a sketch of another number of bits.
  void merge(const QuantileSketch& other);

  std::int64_t total() const { return total_; }
  std::size_t buckets() const { return counts_.size(); }
  /// Grade bound, of the sample's quantile. Throws InvalidArgument unless 0 < q < 1 and something was observed.
  Measurement quantile(double q) const;

  std::string state() const;
  void restore(const std::string& state);

 private:
  std::int64_t key(double h) const;
  /// The ends of a bucket, the smaller absolute value first.
  std::pair<double, double> ends(std::int64_t key) const;
  template <class State>
  void exchange(State& state);

  int bits_;
  std::map<std::int64_t, std::int64_t> counts_;  ///< in the order of the values
  std::int64_t total_ = 0;
};

}  // namespace sgdlimits
