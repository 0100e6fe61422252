/// Ensembles of independent paths and the runner that owns the loops.
#pragma once

#include <filesystem>
#include <functional>

#include "core/law.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Points, time, step index, randomness: copyable, and a copy continues identically.
struct Ensemble {
  Points points;          ///< N x d
  double initial_time = 0;
  std::int64_t step = 0;  ///< time is initial_time + step * step_size
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;

  Index paths() const { return points.rows(); }
  /// N samples of the law, from Stream::initial.
  static Ensemble from_law(const Law& law, Index paths, std::uint64_t seed, std::uint32_t replicate = 0);
};

/// Advances the ensemble by `steps` steps. Blocks outside, steps inside: a tile of paths stays in cache for all
/// steps. Same bits for any pool and any execution.block. Status::blew_up with the step and the number of paths if
/// a coordinate becomes infinite or NaN (then the ensemble is left where it started); Status::interrupted between
/// slices of steps, with the ensemble at a consistent step. Counters: "steps", "paths".
Report advance(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps, const Execution& execution = {});

/// Advances through increasing times (multiples of the step size, to within a millionth of a step: else
/// InvalidArgument) and calls observe(t, points) at each.
Report advance_through(Ensemble& ensemble, const Scheme& scheme, const std::vector<double>& times,
                       const std::function<void(double, PointsView)>& observe, const Execution& execution = {});

/// First passage: for every path the first time at which `reached(points)` is nonzero, looked at after every
/// step, or infinity. The ensemble advances as in `advance`; paths that have arrived keep moving.
struct FirstPassage {
  Values times;      ///< length N; infinity where it has not happened
  double until = 0;  ///< observed up to this time
};
using Indicator = std::function<void(PointsView x, ValuesOut inside, Scratch& scratch)>;
Result<FirstPassage> first_passage(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps,
                                   const Indicator& reached, const Execution& execution = {});

/// A file that `load_checkpoint` reads back to the same bits; written to a temporary name, synced, renamed.
/// Throws DataError on failure, or if the file is not a checkpoint, is truncated, or its checksum differs.
void save_checkpoint(const Ensemble& ensemble, const std::filesystem::path& file);
Ensemble load_checkpoint(const std::filesystem::path& file);

}  // namespace sgdlimits
