#include "solvers/sde/ensemble.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/tiled_motion.hpp"

namespace sgdlimits {
namespace {

std::vector<std::int64_t> steps_of(const std::vector<double>& times, const Ensemble& ensemble, const Scheme& scheme) {
  std::vector<std::int64_t> steps;
  std::int64_t previous = ensemble.step;
  for (const double t : times) {
    if (!scheme.has_constant_step()) {
      steps.push_back(scheme.steps_until(t - ensemble.initial_time));
      if (steps.back() < previous)
        throw InvalidArgument("time", t, "at least the time before it, " + shortest(ensemble.time(scheme)));
      previous = steps.back();
      continue;
    }
    const double exact = (t - ensemble.initial_time) / scheme.step_size();
    // 2^49: the range of noise indices
    if (!(std::abs(exact) < 0x1p49)) throw InvalidArgument("time", t, "within 2^49 steps");
    const double nearest = std::round(exact);
    if (std::abs(exact - nearest) > 1e-6)
      throw InvalidArgument(
          "time", t, shortest(ensemble.initial_time) + " plus a multiple of the step " + shortest(scheme.step_size()),
          "the nearest is " + shortest(ensemble.initial_time + nearest * scheme.step_size()));
    steps.push_back(static_cast<std::int64_t>(nearest));
    if (steps.back() < previous)
      throw InvalidArgument("time", t,
                            "at least the time before it, " +
                                shortest(ensemble.initial_time + static_cast<double>(previous) * scheme.step_size()));
    previous = steps.back();
  }
  return steps;
}

}  // namespace

Ensemble Ensemble::from_law(const Law& law, Index paths, std::uint64_t seed, std::uint32_t replicate) {
  if (paths < 1) throw InvalidArgument("paths", std::to_string(paths), "at least 1");
  Ensemble ensemble;
  ensemble.seed = seed;
  ensemble.replicate = replicate;
  // whole vectors, so that a path's bits do not depend on how many there are
  Points padded_points(padded(paths), law.dimension());
  law.sample(Noise(seed, Stream::initial, replicate), 0, padded_points);
  ensemble.points = padded_points.topRows(paths);
  return ensemble;
}

Ensemble at_rest(Ensemble ensemble, const Scheme& scheme) {
  if (ensemble.points.cols() != scheme.positions())
    throw InvalidArgument("dimension of the ensemble", std::to_string(ensemble.points.cols()),
                          std::to_string(scheme.positions()) + ", the positions of the scheme");
  Points whole = Points::Zero(ensemble.paths(), scheme.dimension());
  whole.leftCols(scheme.positions()) = ensemble.points;
  ensemble.points = std::move(whole);
  return ensemble;
}

Report advance(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps, const Execution& execution) {
  return run_tiles(ensemble, scheme, steps, {}, execution);
}

Report advance_through(Ensemble& ensemble, const Scheme& scheme, const std::vector<double>& times,
                       const std::function<void(double, PointsView)>& observe, const Execution& execution) {
  const std::vector<std::int64_t> targets = steps_of(times, ensemble, scheme);
  const std::int64_t first = ensemble.step;
  const double total = targets.empty() ? 1 : std::max<double>(1, static_cast<double>(targets.back() - first));
  Report report;
  for (const std::int64_t target : targets) {
    Execution part = execution;
    if (execution.progress) {
      const double done = static_cast<double>(ensemble.step - first) / total;
      const double share = static_cast<double>(target - ensemble.step) / total;
      part.progress = [&, done, share](double fraction) { execution.progress(done + share * fraction); };
    }
    report = advance(ensemble, scheme, target - ensemble.step, part);
    if (report.status != Status::ok) break;
    observe(ensemble.time(scheme), ensemble.points);
  }
  report.counters["steps"] = static_cast<double>(ensemble.step - first);
  report.counters["paths"] = static_cast<double>(ensemble.paths());
  return report;
}

}  // namespace sgdlimits
