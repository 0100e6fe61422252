#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "solvers/sde/tiled_motion.hpp"

namespace sgdlimits {

void FirstPassage::append(const FirstPassage& later) {
  if (later.times.size() != times.size())
    throw InvalidArgument("paths of the later passages", std::to_string(later.times.size()),
                          std::to_string(times.size()));
  times = times.min(later.times);
  until = later.until;
}

Result<FirstPassage> first_passage(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps,
                                   const Indicator& reached, const Execution& execution) {
  FirstPassage passage;
  passage.times = Values::Constant(ensemble.paths(), std::numeric_limits<double>::infinity());
  const TileObserver look = [&](const TileView& tile) {
    if (!std::isfinite((tile.x * 0.0).sum())) return;  // the end of the slice reports the blow-up
    Scratch::Frame frame(tile.scratch);
    Eigen::Map<Values> inside = frame.values(tile.x.rows());
    reached(tile.x, inside, tile.scratch);
    for (Index i = 0; i < tile.rows; ++i) {
      double& time = passage.times(tile.first_path + i);
      if (inside(i) != 0 && std::isinf(time)) time = tile.time;
    }
  };
  Report report = run_tiles(ensemble, scheme, steps, look, execution);
  if (report.status == Status::blew_up) return Result<FirstPassage>(std::move(report));
  passage.until = ensemble.time(scheme);
  return {std::move(passage), std::move(report)};
}

}  // namespace sgdlimits
