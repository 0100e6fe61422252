#include "solvers/sde/quantiles.hpp"

#include <algorithm>
#include <bit>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <mutex>

#include "core/errors.hpp"
#include "solvers/sde/observer_state.hpp"

namespace sgdlimits {
namespace {

const std::string kKind = "quantile sketch 1";
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_level(const char* name, double level) {
  if (!(level > 0 && level < 1)) throw InvalidArgument(name, level, "greater than 0 and less than 1");
}

/// 1-based ranks, the largest r and the smallest s with P(K < r) <= alpha/2 and P(K >= s) <= alpha/2, K ~ Bin(n, q)
/// the number of values below the quantile: P(x_(r) <= quantile <= x_(s)) >= 1 - alpha. 0 and n + 1: outside the
/// sample.
std::pair<Index, Index> enclosing_ranks(Index n, double q, double confidence) {
  const boost::math::binomial law(static_cast<double>(n), q);
  const double half = (1 - confidence) / 2;
  const auto less = [&](Index k) { return k < 1 ? 0 : boost::math::cdf(law, static_cast<double>(k - 1)); };
  const auto at_least = [&](Index k) {
    return k > n ? 0 : boost::math::cdf(boost::math::complement(law, static_cast<double>(k - 1)));
  };
  // the quantiles are within one of the ranks, which the distribution function itself settles
  Index r = std::clamp<Index>(std::llround(boost::math::quantile(law, half)), 0, n);
  while (r < n && less(r + 1) <= half) ++r;
  while (r > 0 && less(r) > half) --r;
  Index s = std::clamp<Index>(std::llround(boost::math::quantile(boost::math::complement(law, half))), 1, n + 1);
  while (s > 1 && at_least(s - 1) <= half) --s;
  while (s <= n && at_least(s) > half) ++s;
  return {r, s};
}

}  // namespace

Measurement SampleQuantile::measurement() const {
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), (1 - confidence) / 2));
  return Measurement::sampled(value, (upper - lower) / (2 * z), "sample quantile, binomial ranks");
}

std::vector<SampleQuantile> sample_quantiles(ValuesView h, const std::vector<double>& levels, double confidence) {
  check_level("confidence", confidence);
  if (h.size() < 1) throw InvalidArgument("values", "0", "at least 1");
  if (!h.allFinite()) throw InvalidArgument("values", "infinite or NaN", "finite");
  std::vector<double> sorted(h.data(), h.data() + h.size());
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<Index>(sorted.size());
  std::vector<SampleQuantile> quantiles;
  for (const double level : levels) {
    check_level("level of a quantile", level);
    const double place = static_cast<double>(n - 1) * level, floor = std::floor(place);
    const auto below = static_cast<std::size_t>(floor), above = std::min<std::size_t>(below + 1, sorted.size() - 1);
    const auto [r, s] = enclosing_ranks(n, level, confidence);
    quantiles.push_back({level, sorted[below] + (place - floor) * (sorted[above] - sorted[below]),
                         r < 1 ? -kInfinity : sorted[static_cast<std::size_t>(r - 1)],
                         s > n ? kInfinity : sorted[static_cast<std::size_t>(s - 1)], confidence});
  }
  return quantiles;
}

QuantileSketch::QuantileSketch(int bits) : bits_(bits) {
  if (bits < 1 || bits > 20) throw InvalidArgument("bits of a quantile sketch", std::to_string(bits), "from 1 to 20");
}

std::int64_t QuantileSketch::key(double h) const {
  const auto magnitude = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(std::abs(h)) >> (52 - bits_));
  return std::signbit(h) && h != 0 ? -1 - magnitude : magnitude;
}

std::pair<double, double> QuantileSketch::ends(std::int64_t key) const {
  const auto magnitude = static_cast<std::uint64_t>(key < 0 ? -1 - key : key);
  const double sign = key < 0 ? -1 : 1;
  const double inner = std::bit_cast<double>(magnitude << (52 - bits_));
  const double outer = std::bit_cast<double>(((magnitude + 1) << (52 - bits_)) - 1);
  return {sign * inner, sign * outer};
}

void QuantileSketch::observe(ValuesView h, const Execution& execution) {
  if (!h.allFinite()) throw InvalidArgument("observed values", "infinite or NaN", "finite");
  std::mutex mutex;
  execution.pool->for_each_chunk(chunk_count(h.size()), [&](Index c) {
    const ChunkRange range = chunk_range(h.size(), c);
    std::vector<std::int64_t> keys;
    for (Index i = range.begin; i < range.end; ++i) keys.push_back(key(h(i)));
    std::sort(keys.begin(), keys.end());
    const std::lock_guard lock(mutex);  // integers: the order of chunks leaves no trace
    for (std::size_t i = 0; i < keys.size();) {
      std::size_t end = i;
      while (end < keys.size() && keys[end] == keys[i]) ++end;
      counts_[keys[i]] += static_cast<std::int64_t>(end - i);
      i = end;
    }
  });
  total_ += h.size();
}

void QuantileSketch::merge(const QuantileSketch& other) {
  if (other.bits_ != bits_)
    throw InvalidArgument("bits of the sketch to merge", std::to_string(other.bits_), std::to_string(bits_));
  for (const auto& [bucket, count] : other.counts_) counts_[bucket] += count;
  total_ += other.total_;
}

Measurement QuantileSketch::quantile(double q) const {
  check_level("level of a quantile", q);
  if (total_ == 0) throw InvalidArgument("observed values", "0", "at least 1");
  const auto rank = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(q * static_cast<double>(total_))));
  std::int64_t passed = 0;
  auto bucket = counts_.begin();
  for (; (passed += bucket->second) < rank;) ++bucket;
  const auto [inner, outer] = ends(bucket->first);
  const double middle = inner + (outer - inner) / 2;
  return Measurement::deterministic(middle, std::max(std::abs(middle - inner), std::abs(outer - middle)),
                                    Grade::bound, "quantile sketch");
}

template <class State>
void QuantileSketch::exchange(State& state) {
  state.fixed(bits_);
  std::vector<std::int64_t> keys, counts;
  for (const auto& [bucket, count] : counts_) keys.push_back(bucket), counts.push_back(count);
  state(total_), state(keys), state(counts);
  state.finish();
  if (state.writing()) return;
  if (keys.size() != counts.size()) state.damaged();
  counts_.clear();
  for (std::size_t i = 0; i < keys.size(); ++i) counts_[keys[i]] = counts[i];
}

std::string QuantileSketch::state() const {
  ObserverState state(kKind);
  QuantileSketch(*this).exchange(state);
  return state.bytes();
}

void QuantileSketch::restore(const std::string& bytes) {
  ObserverState state(bytes, kKind);
  QuantileSketch restored = *this;
  restored.exchange(state);
  *this = std::move(restored);
}

}  // namespace sgdlimits
