/// Runs every point of a sweep, one after the other.
#pragma once

#include "apps/experiment/experiment.hpp"
#include "apps/experiment/run.hpp"
#include "apps/experiment/sweep_results.hpp"

namespace sgdlimits {

/// Called on the calling thread: "point 3 of 40: grid", and the fraction of the points that were left to do.
using SweepProgress = std::function<void(const std::string&, double)>;

/// Loads every point, so that a mistake in the last one is found before the first is computed; then runs them in
/// order, each in OUT/points/NAME (see run_experiment; arrays.nc only if the sweep keeps arrays), with the threads of
/// `execution` inside; then writes experiment.toml, sweep.csv and points.csv. Equal sweeps give equal bytes.
///
/// A point that fails, or that a method refuses, is an outcome and the others go on. Interrupted: Status::interrupted
/// and no value; sweep.csv holds the finished points. With options.resume finished points are taken from the folder
/// (if they are of this program and of the same resolved run: an extended sweep computes only what is new), and
/// the interrupted one goes on from its checkpoint. Without it the points of an earlier sweep are deleted.
/// Throws OutputError, ExperimentError and DataError (a data file that changed while the sweep ran).
Result<SweepResults> run_sweep(const ExperimentSource& source, const RunOptions& options, const Execution& execution,
                               const SweepProgress& progress = {});

}  // namespace sgdlimits
