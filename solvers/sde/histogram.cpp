#include "solvers/sde/histogram.hpp"

#include <cmath>
#include <mutex>
#include <numeric>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/observer_state.hpp"

namespace sgdlimits {
namespace {
const std::string kKind = "histogram 1";
}

Histogram::Histogram(double lower, double upper, Index bins) : lower_(lower), upper_(upper) {
  if (!(lower < upper) || !std::isfinite(upper - lower))
    throw InvalidArgument("ends of the histogram", shortest(lower) + ", " + shortest(upper), "increasing and finite");
  if (bins < 1 || bins > 10'000'000) throw InvalidArgument("bins", std::to_string(bins), "between 1 and 10000000");
  counts_.assign(static_cast<std::size_t>(bins), 0);
}

double Histogram::edge(Index i) const {
  const auto bins = static_cast<Index>(counts_.size());
  return i == bins ? upper_ : lower_ + static_cast<double>(i) * ((upper_ - lower_) / static_cast<double>(bins));
}

/// -1 below, the number of bins above. The division may be off by one at an edge, which the edges themselves settle.
Index Histogram::bin_of(double h) const {
  const auto bins = static_cast<Index>(counts_.size());
  if (h < lower_) return -1;
  if (h > upper_) return bins;
  const double place = (h - lower_) / (upper_ - lower_) * static_cast<double>(bins);
  Index bin = std::min(static_cast<Index>(place), bins - 1);
  while (bin > 0 && h < edge(bin)) --bin;
  while (bin + 1 < bins && h >= edge(bin + 1)) ++bin;
  return bin;
}

void Histogram::observe(ValuesView h, const Execution& execution) {
  if (h.isNaN().any()) throw InvalidArgument("observed values", "NaN", "numbers");
  const auto bins = static_cast<Index>(counts_.size());
  std::mutex mutex;
  execution.pool->for_each_chunk(chunk_count(h.size()), [&](Index c) {
    const ChunkRange range = chunk_range(h.size(), c);
    std::vector<Index> places;
    for (Index i = range.begin; i < range.end; ++i) places.push_back(bin_of(h(i)));
    const std::lock_guard lock(mutex);  // integers: the order of chunks leaves no trace
    for (const Index place : places)
      ++(place < 0 ? below_ : place == bins ? above_ : counts_[static_cast<std::size_t>(place)]);
  });
}

std::int64_t Histogram::total() const { return std::accumulate(counts_.begin(), counts_.end(), below_ + above_); }

Values Histogram::edges() const {
  Values ends(static_cast<Index>(counts_.size()) + 1);
  for (Index i = 0; i < ends.size(); ++i) ends(i) = edge(i);
  return ends;
}

Values Histogram::density() const {
  Values density = Values::Zero(static_cast<Index>(counts_.size()));
  const double all = static_cast<double>(total());
  if (all == 0) return density;
  for (Index i = 0; i < density.size(); ++i)
    density(i) = static_cast<double>(counts_[static_cast<std::size_t>(i)]) / all / (edge(i + 1) - edge(i));
  return density;
}

Values Histogram::density_error() const {
  Values error = density();
  const double all = static_cast<double>(total());
  for (Index i = 0; i < error.size(); ++i) {
    const double width = edge(i + 1) - edge(i), p = error(i) * width;
    error(i) = all == 0 ? 0 : std::sqrt(p * (1 - p) / all) / width;
  }
  return error;
}

template <class State>
void Histogram::exchange(State& state) {
  state.fixed(lower_);
  state.fixed(upper_);
  state.fixed(counts_.size());
  state(counts_), state(below_), state(above_);
  state.finish();
}

std::string Histogram::state() const {
  ObserverState state(kKind);
  Histogram(*this).exchange(state);
  return state.bytes();
}

void Histogram::restore(const std::string& bytes) {
  ObserverState state(bytes, kKind);
  Histogram restored = *this;
  restored.exchange(state);
  *this = std::move(restored);
}

}  // namespace sgdlimits
