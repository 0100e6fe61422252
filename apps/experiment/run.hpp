/// Runs an experiment: all studies in order, then comparisons and claims.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "apps/experiment/experiment.hpp"
#include "apps/experiment/results.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"

namespace sgdlimits {

struct RunOptions {
  std::filesystem::path out;  ///< output folder; empty: nothing is written and nothing can be resumed
  bool resume = false;        ///< take finished studies and checkpoints from the folder
  bool force = false;         ///< use a folder although it is not empty and not one of ours
  bool arrays = true;         ///< write arrays.nc
};

/// Called on the calling thread: name of the study ("comparisons and claims" at the end) and the fraction done.
using StudyProgress = std::function<void(const std::string&, double)>;

/// Claims the output folder (see output_folder.hpp), runs, and writes experiment.toml, measurements.csv, claims.json
/// and arrays.nc; report, plots and manifest are the caller's. Nothing here depends on threads, blocks or earlier
/// interruptions: equal experiments give equal bytes.
///
/// A study that fails numerically is an outcome (its report says why) and the others go on. Interrupted
/// (execution.stop): finished studies and the ensemble of the running one are in OUT/checkpoint, and the Result has
/// Status::interrupted and no value. Throws OutputError.
Result<RunResults> run_experiment(const Experiment& experiment, const RunOptions& options, const Execution& execution,
                                  const StudyProgress& progress = {});

}  // namespace sgdlimits
