/// Batches of points of R^d and their views.
///
/// Layout: N x d, column-major, one row a point (path, particle, neuron), one column a coordinate; a
/// one-dimensional batch is N x 1. All evaluation is by batches, never by single points.
///
/// Determinism: vectorised exponentials differ in the last bit between full vectors and scalar
/// remainders. Whoever needs the same bits whatever the batch passes blocks that start on a 64-byte
/// boundary and have a multiple of `kLanes` rows (see `padded`); the runners of solvers/ always do.
#pragma once

#include <Eigen/Core>

namespace sgdlimits {

using Index = Eigen::Index;

/// N x d batch of points, and the read-only and writable views that functions take.
using Points = Eigen::ArrayXXd;
using PointsView = const Eigen::Ref<const Eigen::ArrayXXd>&;
using PointsOut = Eigen::Ref<Eigen::ArrayXXd>;

/// One number a point (length N).
using Values = Eigen::ArrayXd;
using ValuesView = const Eigen::Ref<const Eigen::ArrayXd>&;
using ValuesOut = Eigen::Ref<Eigen::ArrayXd>;

/// One integer (sample number) for each point and each place of its mini-batch: N x B.
using Indices = Eigen::Array<Index, Eigen::Dynamic, Eigen::Dynamic>;
using IndicesView = const Eigen::Ref<const Indices>&;

/// Rows of a full vector in every supported instruction set (8 doubles = 64 bytes).
inline constexpr Index kLanes = 8;

/// The smallest multiple of `kLanes` that is at least n.
constexpr Index padded(Index n) { return (n + kLanes - 1) / kLanes * kLanes; }

}  // namespace sgdlimits
