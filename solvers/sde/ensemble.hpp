/// Ensembles of independent paths and the runner that owns the loops.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/law.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Points, time, step index, randomness: copyable, and a copy continues identically.
struct Ensemble {
  Points points;  ///< N x d
  double initial_time = 0;
  std::int64_t step = 0;  ///< time is initial_time + step * step_size
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;

  Index paths() const { return points.rows(); }
  double time(double step_size) const { return initial_time + static_cast<double>(step) * step_size; }
  /// The same for schemes whose steps may vary.
  double time(const Scheme& scheme) const { return initial_time + scheme.elapsed(step); }
  /// N samples of the law, from Stream::initial.
  static Ensemble from_law(const Law& law, Index paths, std::uint64_t seed, std::uint32_t replicate = 0);
};

/// The ensemble with zeros for the coordinates of the scheme that are no positions.
Ensemble at_rest(Ensemble ensemble, const Scheme& scheme);

/// Advances the ensemble by `steps` >= 0 steps. Blocks outside, steps inside: a tile of paths stays in cache for a
/// slice of steps. Same bits for any pool, any execution.block (a multiple of kLanes) and any split of the steps.
///
/// Status::blew_up with the range of steps and the number of paths if a coordinate becomes infinite or NaN (then
/// the ensemble is left where it started); Status::interrupted between slices of steps, with the ensemble at a
/// consistent step. If the scheme throws, the ensemble is left where it started. Counters: "steps" (done by this
/// call), "paths". Throws InvalidArgument for wrong dimensions, points that are not finite, steps < 0, block.
Report advance(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps, const Execution& execution = {});

/// Advances through increasing times (multiples of the step size from initial_time, to within a millionth of a
/// step, none before the ensemble: else InvalidArgument; where steps vary, the nearest step is taken) and calls
/// observe(t, points) at each. A blown-up ensemble is left at the last observed time.
Report advance_through(Ensemble& ensemble, const Scheme& scheme, const std::vector<double>& times,
                       const std::function<void(double, PointsView)>& observe, const Execution& execution = {});

/// First passage: for every path the first time at which `reached(points)` is nonzero, looked at on entry and after
/// every step, or infinity. The ensemble advances as in `advance`; paths that have arrived keep moving. Looking at
/// steps only misses excursions between them: times come late by O(sqrt(h)) (Gobet 2000). If interrupted, the value
/// holds what was seen until then, and a second call from there goes on (append). Times beside a checkpoint of the
/// ensemble are all that a restart needs.
struct FirstPassage {
  Values times;      ///< length N; infinity where it has not happened
  double until = 0;  ///< observed up to this time

  /// Adds what a later call, from where this one stopped, has seen. Throws InvalidArgument for other paths.
  void append(const FirstPassage& later);
};
/// Fills inside(i) for point i; called on padded tiles of finite points by many threads, so it must be pure.
using Indicator = std::function<void(PointsView x, ValuesOut inside, Scratch& scratch)>;
Result<FirstPassage> first_passage(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps,
                                   const Indicator& reached, const Execution& execution = {});

/// A file that `load_checkpoint` reads back to the same bits, so that a restart continues identically; written to a
/// temporary name beside it, synced, renamed: an old checkpoint is never lost. Throws DataError with a remedy on
/// failure, or if the file is no checkpoint, of another version, truncated, or its checksum differs.
void save_checkpoint(const Ensemble& ensemble, const std::filesystem::path& file);
Ensemble load_checkpoint(const std::filesystem::path& file);

}  // namespace sgdlimits
