/// Reductions over an ensemble whose bits do not depend on threads.
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
