/// The loop over tiles and steps behind advance and first_passage; internal to solvers/sde.
#pragma once

#include "solvers/sde/ensemble.hpp"

namespace sgdlimits {

/// What a tile shows after a step (and on entry): x is padded, only its first `rows` paths belong to the ensemble.
struct TileView {
  PointsView x;
  Index first_path, rows;
  double time;
  Scratch& scratch;
};
/// Called by many threads, each on its own paths; may be empty.
using TileObserver = std::function<void(const TileView&)>;

/// The contract of `advance`, with a look at every tile on entry and after every step.
Report run_tiles(Ensemble& ensemble, const Scheme& scheme, std::int64_t steps, const TileObserver& look,
                 const Execution& execution);

}  // namespace sgdlimits
