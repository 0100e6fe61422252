#include "solvers/sde/tiled_motion.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

// Path-steps between two looks at the stop token: a few milliseconds of a cheap potential.
constexpr std::int64_t kSlice = std::int64_t{1} << 20;
// Gaussians held by a tile at once, half of a small L1 cache.
constexpr Index kNormals = 2048;

Scratch& worker_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

/// Columns come in pairs from one Philox block.
constexpr Index even(Index columns) { return columns + columns % 2; }

/// Steps whose Gaussians are drawn together; even where one Philox block serves two steps.
std::int64_t steps_at_once(Index rows, Index normals_per_step) {
  if (normals_per_step == 0) return 1024;
  const std::int64_t fit = kNormals / (rows * normals_per_step);
  return normals_per_step % 2 == 0 ? std::max<std::int64_t>(1, fit) : std::max<std::int64_t>(2, fit / 2 * 2);
}

/// All tiles from one step to another.
struct Slice {
  Ensemble& ensemble;
  const Scheme& scheme;
  const TileObserver& look;
  Noise noise;
  Index block;
  std::int64_t begin, end;
  bool look_on_entry;

  double time(std::int64_t step) const { return ensemble.initial_time + scheme.elapsed(step); }

  /// Moves chunk c; the number of its paths that are no longer finite.
  Index move_chunk(Index c) const {
    if (scheme.moves_single_paths()) return move_tile(c, 1);
    const ChunkRange chunk = chunk_range(ensemble.paths(), c);
    Index lost = 0;
    for (Index first = chunk.begin; first < chunk.end; first += block)
      lost += move_tile(first, std::min(block, chunk.end - first));
    return lost;
  }

  Index move_tile(Index first, Index rows) const {
    Scratch& scratch = worker_scratch();
    Scratch::Frame frame(scratch);
    const Index n = scheme.moves_single_paths() ? rows : padded(rows);
    Eigen::Map<Points> x = frame.points(n, ensemble.points.cols());
    x.topRows(rows) = ensemble.points.middleRows(first, rows);
    for (Index i = rows; i < n; ++i) x.row(i) = x.row(rows - 1);
    if (look && look_on_entry) look({x, first, rows, time(begin), scratch});
    step_tile(x, first, rows, frame, scratch);
    ensemble.points.middleRows(first, rows) = x.topRows(rows);
    return lost_paths(x.topRows(rows));
  }

  void step_tile(Eigen::Map<Points> x, Index first, Index rows, Scratch::Frame& frame, Scratch& scratch) const {
    const Index k = scheme.normals_per_step(), seen = k * (1 + scheme.steps_ahead());
    const std::int64_t at_once = steps_at_once(x.rows(), k);
    const Index ahead = even(seen - k);
    Eigen::Map<Points> normals = frame.points(x.rows(), k * at_once + ahead);
    Index kept = 0;  // columns on the left that were drawn with the steps before
    for (std::int64_t from = begin; from < end;) {
      const std::int64_t to = std::min(end, (from / at_once + 1) * at_once);
      const Index columns = k * (to - from) + ahead;
      if (columns > kept)
        scheme.draw(noise, first, from * k + kept, normals.middleCols(kept, columns - kept), scratch);
      if (scheme.takes_many_steps() && !look) {
        PathBlock tile{x, {normals.data(), x.rows(), k * (to - from)}, first, time(from), scratch};
        scheme.advance_many(tile, from, to, noise);
        from = to;
        continue;
      }
      for (std::int64_t step = from; step < to; ++step) {
        const double* mine = normals.data() + (step - from) * k * x.rows();
        PathBlock tile{x, {mine, x.rows(), seen}, first, time(step), scratch};
        scheme.advance(tile, step, noise);
        if (look) look({x, first, rows, time(step + 1), scratch});
      }
      for (kept = 0; kept < ahead; ++kept) normals.col(kept) = normals.col(columns - ahead + kept);
      from = to;
    }
  }

  static Index lost_paths(PointsView x) {
    if (std::isfinite((x * 0.0).sum())) return 0;  // one vectorised pass; 0 times infinity is NaN
    Index lost = 0;
    for (Index i = 0; i < x.rows(); ++i) lost += !x.row(i).allFinite();
    return lost;
  }
};

void check(const Ensemble& ensemble, const Scheme& scheme, std::int64_t steps, const Execution& execution) {
  if (ensemble.paths() < 1) throw InvalidArgument("paths", std::to_string(ensemble.paths()), "at least 1");
  if (ensemble.points.cols() != scheme.dimension())
    throw InvalidArgument("dimension of the ensemble", std::to_string(ensemble.points.cols()),
                          std::to_string(scheme.dimension()) + ", that of the scheme");
  if (steps < 0) throw InvalidArgument("steps", std::to_string(steps), "at least 0");
  if (ensemble.step < 0) throw InvalidArgument("step of the ensemble", std::to_string(ensemble.step), "at least 0");
  if (execution.block < kLanes || execution.block % kLanes != 0)
    throw InvalidArgument("block", std::to_string(execution.block),
                          "a positive multiple of " + std::to_string(kLanes));
  if (!ensemble.points.allFinite())
    throw InvalidArgument("points of the ensemble", "infinite or NaN", "finite", "check the initial law");
}

std::string blow_up_message(const Slice& slice, Index lost) {
  return std::to_string(lost) + " of " + std::to_string(slice.ensemble.paths()) +
         " paths became infinite or NaN between steps " + std::to_string(slice.begin) + " and " +
         std::to_string(slice.end) + " (times " + shortest(slice.time(slice.begin)) + " to " +
         shortest(slice.time(slice.end)) + "); " + slice.scheme.remedy_for_loss();
}

}  // namespace

Report run_tiles(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps, const TileObserver& look,
                 const Execution& execution) {
  check(ensemble, scheme, steps, execution);
  const Points start = ensemble.points;
  const std::int64_t first = ensemble.step, last = first + steps;
  // sixteen coordinates of a path cost about as much as one
  const std::int64_t path_cost = ensemble.paths() * std::max<std::int64_t>(1, ensemble.points.cols() / 16);
  const std::int64_t slice_steps = std::max<std::int64_t>(8, kSlice / path_cost);
  const Index chunks = scheme.moves_single_paths() ? ensemble.paths() : chunk_count(ensemble.paths());
  std::vector<Index> lost(static_cast<std::size_t>(chunks));
  Report report;
  const auto restore = [&] {
    ensemble.points = start;
    ensemble.step = first;
  };
  do {
    if (execution.stop.stop_requested()) {
      report.status = Status::interrupted;
      report.why = "stopped on request at step " + std::to_string(ensemble.step) + " of " + std::to_string(last);
      break;
    }
    const Slice slice{ensemble,
                      scheme,
                      look,
                      Noise(ensemble.seed, scheme.stream(), ensemble.replicate),
                      execution.block,
                      ensemble.step,
                      std::min(last, ensemble.step + slice_steps),
                      ensemble.step == first};
    try {
      execution.pool->for_each_chunk(chunks,
                                     [&](Index c) { lost[static_cast<std::size_t>(c)] = slice.move_chunk(c); });
    } catch (...) {
      restore();
      throw;
    }
    Index total_lost = 0;
    for (const Index l : lost) total_lost += l;
    if (total_lost > 0) {
      report.status = Status::blew_up;
      report.why = blow_up_message(slice, total_lost);
      restore();
      break;
    }
    ensemble.step = slice.end;
    if (execution.progress && steps > 0)
      execution.progress(static_cast<double>(ensemble.step - first) / static_cast<double>(steps));
  } while (ensemble.step < last);
  report.counters["steps"] = static_cast<double>(ensemble.step - first);
  report.counters["paths"] = static_cast<double>(ensemble.paths());
  return report;
}

}  // namespace sgdlimits
