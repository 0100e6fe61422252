#include "solvers/sde/time_average.hpp"

#include "core/errors.hpp"
#include "solvers/sde/observer_state.hpp"

namespace sgdlimits {
namespace {
const std::string kKind = "time average 1";
}

TimeAverage::TimeAverage(Index paths, Index functions) {
  if (paths < 2)
    throw InvalidArgument("paths", std::to_string(paths), "at least 2", "one path has no standard error");
  if (functions < 1) throw InvalidArgument("functions", std::to_string(functions), "at least 1");
  sums_ = Points::Zero(paths, functions);
}

void TimeAverage::observe(PointsView h, const Execution& execution) {
  if (h.rows() != sums_.rows() || h.cols() != sums_.cols())
    throw InvalidArgument("observed values", std::to_string(h.rows()) + " x " + std::to_string(h.cols()),
                          std::to_string(sums_.rows()) + " x " + std::to_string(sums_.cols()));
  if (!h.allFinite()) throw InvalidArgument("observed values", "infinite or NaN", "finite");
  execution.pool->for_each_chunk(chunk_count(h.rows()), [&](Index c) {
    const ChunkRange range = chunk_range(h.rows(), c);
    sums_.middleRows(range.begin, range.size()) += h.middleRows(range.begin, range.size());
  });
  ++observations_;
}

MeanAndError TimeAverage::mean(const Execution& execution) const {
  if (observations_ == 0) throw InvalidArgument("observations", "0", "at least 1");
  return ensemble_mean(sums_ / static_cast<double>(observations_), execution);
}

template <class State>
void TimeAverage::exchange(State& state) {
  state.fixed(sums_.rows());
  state.fixed(sums_.cols());
  state(observations_), state(sums_);
  state.finish();
}

std::string TimeAverage::state() const {
  ObserverState state(kKind);
  TimeAverage(*this).exchange(state);
  return state.bytes();
}

void TimeAverage::restore(const std::string& bytes) {
  ObserverState state(bytes, kKind);
  TimeAverage restored = *this;
  restored.exchange(state);
  *this = std::move(restored);
}

}  // namespace sgdlimits
