/// Brownian paths that can be asked again at a finer step.
#pragma once

#include <functional>

#include "core/noise.hpp"
#include "core/scratch.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// What a path is asked for: with the integrals there are two Gaussians a step and coordinate, and other paths.
enum class BrownianData { increments, increments_and_integrals };

/// Brownian motions W in R^d, one for each path number, by their increments over steps of size h and, after the
/// fact, over h/2, h/4, ...: level l has the steps k = 0, 1, ... of size h_l = h 2^-l. Asking for a finer level
/// leaves the coarser ones as they were.
///
/// Levy's construction, by standard Gaussians: step k of level 0 has g at noise indices k d, k d + 1, ..., those that
/// a scheme with step h draws; its halves have (g + z)/sqrt(2) and (g - z)/sqrt(2), z keyed by (seed, purpose,
/// replicate, level, path, k). With integrals a step has (g, g'), 2 d of them, and
///     dW = sqrt(h) g,   I = int (W(s) - W(start)) ds over the step = (h^{3/2}/2)(g + g'/sqrt(3)),
/// the joint law of both (Kloeden, Platen 1992, section 10.4). The halves' Gaussians are an orthogonal map of (g, g')
/// and two fresh ones, under which dW = dW_1 + dW_2 and I = I_1 + I_2 + (h/2) dW_1.
///
/// Nothing is stored: equal bits for any order of asking and any split of the paths. Level l of a step costs the l
/// levels above it; neighbours asked together share them. Coarse values equal the sums of fine ones to roundings of
/// their Gaussians, a few 1e-16 a level. Noise indices (k + 1) d (2 d) stay below 2^49 on every level; levels are at
/// most 48. Throws InvalidArgument beyond, or unless d >= 1 and 0 < h < infinity.
class BrownianPath {
 public:
  BrownianPath(const Noise& noise, Index dimension, double step, BrownianData data = BrownianData::increments);

  Index dimension() const { return dimension_; }
  /// h_l
  double step(int level = 0) const;
  /// Of one step: d, or 2 d.
  Index normals_per_step() const;

  /// Row i is path first_path + i, block m of d columns is W((first + m + 1) h_l) - W((first + m) h_l): N x m d.
  void increments(Index first_path, int level, std::int64_t first, PointsOut out) const;
  /// I over the same steps, N x m d; InvalidArgument for a path without.
  void integrals(Index first_path, int level, std::int64_t first, PointsOut out) const;
  /// Standard Gaussians at noise indices first_index, ... of the level, N x any: those of step k begin at k
  /// normals_per_step(), g before g'.
  void normals(Index first_path, int level, std::int64_t first_index, PointsOut out) const;

 private:
  Noise noise_;
  Index dimension_;
  double step_;
  BrownianData data_;
};

/// The Gaussians of the halves (n x 2k, first half first) of a step of size `step` from its own and as many fresh
/// ones, n x k each.
using Halving = std::function<void(double step, PointsView own, PointsView fresh, PointsOut halves)>;

/// (g + z)/sqrt(2), (g - z)/sqrt(2).
void halve_increments(PointsView own, PointsView fresh, PointsOut halves);
/// (g, g') and (z, z') side by side, n x 2d each: with A = (sqrt(3) g' + z)/2, B = (g' - sqrt(3) z)/2 the halves have
/// (g + A, B + z')/sqrt(2) and (g - A, B - z')/sqrt(2).
void halve_increments_and_integrals(PointsView own, PointsView fresh, PointsOut halves);

/// Gaussians of level `level` of a path with k Gaussians a step, step size h on level 0, halved by `halve`: N x any
/// from noise index `first_index` on. Throws InvalidArgument as BrownianPath.
void refined_normals(const Noise& noise, Index k, double h, const Halving& halve, int level, Index first_path,
                     std::int64_t first_index, PointsOut out, Scratch& scratch);

/// The scheme, of step h, driven by the Brownian path that the same scheme of step 2^levels h sees: their difference
/// is a strong error (Kloeden, Platen 1992, section 9.3), and levels can be added after coarse runs are done. Name,
/// orders and step are those of the scheme. Throws InvalidArgument unless 0 <= levels <= 48 and the scheme draws
/// Gaussians.
std::unique_ptr<Scheme> on_refined_path(std::shared_ptr<const Scheme> scheme, int levels);

}  // namespace sgdlimits
