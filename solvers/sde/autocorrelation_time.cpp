#include "solvers/sde/autocorrelation_time.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/observer_state.hpp"

namespace sgdlimits {
namespace {

const std::string kKind = "autocorrelation time 1";
constexpr Index kFirstWindow = 12;

/// sum a_i b_i in a fixed order that vectorises.
double ordered_dot(const double* a, const double* b, Index n) {
  double part[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (Index j = 0; j < kLanes; ++j) part[j] += a[i + j] * b[i + j];
  double sum = 0;
  for (; i < n; ++i) sum += a[i] * b[i];
  for (const double p : part) sum += p;
  return sum;
}

double ordered_sum_of(const double* a, Index n) {
  double part[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (Index j = 0; j < kLanes; ++j) part[j] += a[i + j];
  double sum = 0;
  for (; i < n; ++i) sum += a[i];
  for (const double p : part) sum += p;
  return sum;
}

Index multiple_of_groups(Index paths) { return paths / AutocorrelationTime::kGroups * AutocorrelationTime::kGroups; }

}  // namespace

AutocorrelationTime::AutocorrelationTime(Index paths, const AutocorrelationOptions& options)
    : options_(options), paths_(paths), followed_(multiple_of_groups(std::min(paths, options.most_paths))) {
  if (followed_ < kGroups)
    throw InvalidArgument("paths", std::to_string(std::min(paths, options.most_paths)),
                          "at least " + std::to_string(kGroups), "errors come from groups of independent paths");
  if (options.lags < 32) throw InvalidArgument("lags", std::to_string(options.lags), "at least 32");
  if (options.levels < 1 || options.levels > 40)
    throw InvalidArgument("levels", std::to_string(options.levels), "between 1 and 40");
  if (!(options.window >= 2 && options.window <= 20))
    throw InvalidArgument("window", options.window, "between 2 and 20");
  group_sums_ = Values::Zero(kGroups);
  make_level();
}

void AutocorrelationTime::make_level() {
  Level level;
  level.ring = Points::Zero(followed_, options_.lags);
  level.products = Points::Zero(kGroups, options_.lags);
  level.ends = Points::Zero(kGroups, options_.lags);
  level.carry = Values::Zero(followed_);
  levels_.push_back(std::move(level));
}

/// The counts of the levels are those before the observation.
void AutocorrelationTime::observe_group(Index group, const Eigen::Ref<const Values>& values) {
  const Index size = followed_ / kGroups, first = group * size;
  std::vector<double> block(values.data(), values.data() + size);
  group_sums_(group) += ordered_sum_of(block.data(), size);
  for (Level& level : levels_) {
    const Index place = level.count % options_.lags;
    for (Index i = 0; i < size; ++i) level.ring(first + i, place) = block[static_cast<std::size_t>(i)];
    const double own = ordered_sum_of(block.data(), size);
    for (Index k = 0; k <= std::min<Index>(level.count, options_.lags - 1); ++k) {
      const double* then = level.ring.col((place - k + options_.lags) % options_.lags).data() + first;
      level.products(group, k) += ordered_dot(block.data(), then, size);
      level.ends(group, k) += own + ordered_sum_of(then, size);
    }
    const bool completes = level.count % 2 == 1;
    for (Index i = 0; i < size; ++i) {
      double& value = block[static_cast<std::size_t>(i)];
      if (completes) {
        value = 0.5 * (level.carry(first + i) + value);
      } else {
        level.carry(first + i) = value;
      }
    }
    if (!completes) return;
  }
}

void AutocorrelationTime::observe(ValuesView h, const Execution& execution) {
  if (h.size() != paths_)
    throw InvalidArgument("observed values", std::to_string(h.size()), std::to_string(paths_) + ", one a path");
  if (!h.head(followed_).allFinite()) throw InvalidArgument("observed values", "infinite or NaN", "finite");
  if (observations() == 0) reference_ = ordered_sum_of(h.data(), followed_) / static_cast<double>(followed_);
  // the levels that this observation reaches: all whose lower neighbour completes a block
  std::size_t reached = 1;
  while (reached < static_cast<std::size_t>(options_.levels) && levels_[reached - 1].count % 2 == 1) {
    if (reached == levels_.size()) make_level();
    ++reached;
  }
  const Values values = h.head(followed_) - reference_;
  const Index size = followed_ / kGroups;
  execution.pool->for_each_chunk(kGroups, [&](Index g) { observe_group(g, values.segment(g * size, size)); });
  for (std::size_t l = 0; l < reached; ++l) ++levels_[l].count;
}

AutocorrelationTime::Totals AutocorrelationTime::totals(std::size_t l, Index left_out) const {
  const Index groups = left_out < 0 ? kGroups : kGroups - 1;
  const auto paths = static_cast<double>(groups * (followed_ / kGroups));
  const auto sum = [&](const Eigen::Ref<const Values>& parts) {
    double total = 0;
    for (Index g = 0; g < kGroups; ++g) total += g == left_out ? 0 : parts(g);
    return total;
  };
  const double mean = sum(group_sums_) / (paths * static_cast<double>(observations()));
  const auto covariance = [&](const Level& level, Index k) {
    const double pairs = paths * static_cast<double>(level.count - k);
    return (sum(level.products.col(k)) - mean * sum(level.ends.col(k))) / pairs + mean * mean;
  };
  Totals totals;
  totals.variance = covariance(levels_.front(), 0);
  const Level& level = levels_[l];
  for (Index k = 0; k < std::min<std::int64_t>(options_.lags, level.count); ++k)
    totals.covariance.push_back(covariance(level, k));
  return totals;
}

double AutocorrelationTime::time_at(const Totals& totals, Index block, Index window, Index paths) const {
  double sum = totals.covariance[0];
  for (Index k = 1; k <= window; ++k) sum += 2 * totals.covariance[static_cast<std::size_t>(k)];
  const double length = static_cast<double>(block) * static_cast<double>(2 * window + 1);
  const double draws = static_cast<double>(paths) * static_cast<double>(observations());
  return static_cast<double>(block) * sum / totals.variance * (1 + length / draws);
}

double AutocorrelationTime::jackknife_error(std::size_t l, Index window) const {
  const Index paths = followed_ - followed_ / kGroups;
  std::vector<double> times;
  double mean = 0, squares = 0;
  for (Index g = 0; g < kGroups; ++g) {
    times.push_back(time_at(totals(l, g), Index{1} << l, window, paths));
    mean += times.back() / static_cast<double>(kGroups);
  }
  for (const double t : times) squares += (t - mean) * (t - mean);
  return std::sqrt(static_cast<double>(kGroups - 1) / static_cast<double>(kGroups) * squares);
}

Result<IntegratedTime> AutocorrelationTime::result() const {
  const auto fail = [](const std::string& why) {
    return Result<IntegratedTime>::failure(Status::not_converged, why);
  };
  if (observations() < 2 * kFirstWindow)
    return fail(std::to_string(observations()) + " observations, fewer than " + std::to_string(2 * kFirstWindow));
  std::optional<IntegratedTime> best;
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    const Index block = Index{1} << l, last = std::min<Index>(options_.lags - 1, levels_[l].count / 2);
    if (last < kFirstWindow) break;
    const Totals whole = totals(l, -1);
    if (!(whole.variance > 0)) return fail("the function has not varied");
    Index window = kFirstWindow;
    double time = time_at(whole, block, window, followed_);
    const auto settled = [&] { return static_cast<double>(window * block) >= options_.window * time; };
    while (!settled() && window < last) time = time_at(whole, block, ++window, followed_);
    best = IntegratedTime{
        Measurement::sampled(time, jackknife_error(l, window),
                             "sum over " + std::to_string(window) + " lags of blocks of " + std::to_string(block)),
        window, block};
    if (settled()) return *best;
  }
  return {*best,
          {Status::not_converged,
           "the autocorrelation time, at least " + shortest(best->time.value()) + " observations, is too long for " +
               std::to_string(observations()) + " of them; observe for longer",
           {}}};
}

template <class State>
void AutocorrelationTime::exchange(State& state) {
  state.fixed(paths_);
  state.fixed(followed_);
  state.fixed(options_.lags);
  state.fixed(options_.levels);
  state(reference_), state(group_sums_);
  auto count = static_cast<std::int64_t>(levels_.size());
  state(count);
  if (!state.writing()) {
    if (count < 1 || count > options_.levels) state.damaged();
    levels_.clear();
    for (std::int64_t l = 0; l < count; ++l) make_level();
  }
  for (Level& level : levels_)
    state(level.ring), state(level.products), state(level.ends), state(level.carry), state(level.count);
  state.finish();
}

std::string AutocorrelationTime::state() const {
  ObserverState state(kKind);
  AutocorrelationTime(*this).exchange(state);
  return state.bytes();
}

void AutocorrelationTime::restore(const std::string& bytes) {
  ObserverState state(bytes, kKind);
  AutocorrelationTime restored = *this;
  restored.exchange(state);
  *this = std::move(restored);
}

}  // namespace sgdlimits
