/// Lattices of one or two coordinates, lines or circles, on which means of diffusions and of schemes are computed.
#pragma once

#include <functional>
#include <vector>

#include "core/points.hpp"
#include "core/scratch.hpp"

namespace sgdlimits {

/// Equidistant nodes on [lower, upper], both ends among them; or around a circle, where upper is lower again.
struct LatticeAxis {
  double lower, upper;
  Index nodes;
  bool circle = false;

  double spacing() const { return (upper - lower) / static_cast<double>(circle ? nodes : nodes - 1); }
  double node(Index i) const { return lower + spacing() * static_cast<double>(i); }
};

/// log w and its gradient on points N x d: functions u are kept as v = w u, which must decay towards the ends of a
/// line. Null: w = 1, for circles.
struct LatticeWeight {
  std::function<void(PointsView x, ValuesOut log_w, Scratch& scratch)> value;
  std::function<void(PointsView x, PointsOut gradient, Scratch& scratch)> gradient;
};

/// Node (i, j) has number i + j axes[0].nodes.
class Lattice {
 public:
  /// Throws InvalidArgument unless there are one or two axes of 24 nodes or more with finite increasing ends.
  Lattice(std::vector<LatticeAxis> axes, LatticeWeight weight = {});

  const std::vector<LatticeAxis>& axes() const { return axes_; }
  Index dimension() const { return static_cast<Index>(axes_.size()); }
  Index size() const { return points_.rows(); }
  const Points& points() const { return points_; }     ///< size() x d
  const Values& log_weight() const { return log_w_; }  ///< at the nodes
  Values log_weight_at(PointsView x) const;            ///< length N
  Points log_weight_gradient() const;                  ///< at the nodes
  /// The same intervals with `factor` times the nodes.
  Lattice with_nodes(double factor) const;
  /// As many nodes on intervals `factor` times as long about the same middles; circles stay.
  Lattice widened(double factor) const;

 private:
  std::vector<LatticeAxis> axes_;
  LatticeWeight weight_;
  Points points_;
  Values log_w_;
};

}  // namespace sgdlimits
