/// Random mini-batches as a pure function of (noise, path, step).
#pragma once

#include "core/noise.hpp"
#include "core/scratch.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Batches of B of the numbers 0..n-1. With replacement: B independent uniform numbers. Without: the first B places
/// of a Fisher-Yates shuffle (Durstenfeld 1964), a uniform ordered subset, O(B) a path for every B <= n. Place b of
/// step k draws the uniform of index k B + b, so a batch depends on (seed, path, step) alone. Bias below 2^-52 n.
class BatchSampler {
 public:
  /// Throws InvalidArgument unless n >= 1, 1 <= B, and B <= n without replacement.
  BatchSampler(Index terms, Index batch, Replacement replacement);

  Index batch() const { return batch_; }
  /// out(i, b): place b of the batch of path first_path + i at `step`; N x B.
  void draw(const Noise& noise, Index first_path, std::int64_t step, Eigen::Ref<Indices> out, Scratch& scratch) const;

 private:
  void shuffle(PointsView uniforms, Eigen::Ref<Indices> out, Scratch& scratch) const;

  Index terms_, batch_;
  Replacement replacement_;
};

/// An N x B array of integers on the scratch of a frame.
Eigen::Map<Indices> scratch_indices(Scratch::Frame& frame, Index rows, Index columns);

}  // namespace sgdlimits
