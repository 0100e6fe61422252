/// Reductions over an ensemble whose bits do not depend on threads: means at a time here; along the paths
/// time_average.hpp and autocorrelation_time.hpp; of laws histogram.hpp and quantiles.hpp; first passages
/// ensemble.hpp.
///
/// An observer is fed the values h of functions at the paths, as often as its caller likes; it keeps a reduction
/// whose size does not depend on how often. Its `state()` is bytes that `restore` takes back into one of the same
/// construction, which then continues to the same bits: beside a checkpoint of the ensemble, a restart loses nothing.
#pragma once

#include "core/parallel.hpp"

namespace sgdlimits {

/// Means of k functions over N independent paths and their standard errors sd/sqrt(N), length k.
struct MeanAndError {
  Values mean, standard_error;
};

/// h is N x k: function values, one row a path. Sums run within chunks of kChunk paths and then over chunks in
/// order; squares are taken about the mean, so nothing cancels. NaN or infinite entries give such results: callers
/// see finite ensembles only (advance refuses others). Throws InvalidArgument unless N >= 2.
MeanAndError ensemble_mean(PointsView h, const Execution& execution = {});

}  // namespace sgdlimits
