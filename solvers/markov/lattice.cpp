#include "solvers/markov/lattice.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {

Lattice::Lattice(std::vector<LatticeAxis> axes, LatticeWeight weight)
    : axes_(std::move(axes)), weight_(std::move(weight)) {
  if (axes_.empty() || axes_.size() > 2)
    throw InvalidArgument("axes of a lattice", std::to_string(axes_.size()), "1 or 2");
  for (const LatticeAxis& axis : axes_) {
    if (axis.nodes < 24) throw InvalidArgument("nodes", std::to_string(axis.nodes), "at least 24");
    if (!(axis.lower < axis.upper) || std::isinf(axis.lower) || std::isinf(axis.upper))
      throw InvalidArgument("ends of the lattice", "not increasing or infinite", "finite and increasing");
  }
  const Index first = axes_[0].nodes, second = axes_.size() == 2 ? axes_[1].nodes : 1;
  points_.resize(first * second, dimension());
  for (Index j = 0; j < second; ++j)
    for (Index i = 0; i < first; ++i) {
      points_(i + j * first, 0) = axes_[0].node(i);
      if (dimension() == 2) points_(i + j * first, 1) = axes_[1].node(j);
    }
  log_w_ = log_weight_at(points_);
}

Values Lattice::log_weight_at(PointsView x) const {
  Values log_w = Values::Zero(x.rows());
  Scratch scratch;
  if (weight_.value) weight_.value(x, log_w, scratch);
  return log_w;
}

Points Lattice::log_weight_gradient() const {
  Points gradient = Points::Zero(size(), dimension());
  Scratch scratch;
  if (weight_.gradient) weight_.gradient(points_, gradient, scratch);
  return gradient;
}

Lattice Lattice::with_nodes(double factor) const {
  std::vector<LatticeAxis> axes = axes_;
  for (LatticeAxis& axis : axes) {
    axis.nodes = static_cast<Index>(std::lround(factor * static_cast<double>(axis.nodes)));
    if (axis.circle) axis.nodes |= 1;  // odd: the derivative of the highest frequency is not lost
  }
  return Lattice(std::move(axes), weight_);
}

Lattice Lattice::widened(double factor) const {
  std::vector<LatticeAxis> axes = axes_;
  for (LatticeAxis& axis : axes) {
    if (axis.circle) continue;
    const double extra = 0.5 * (factor - 1) * (axis.upper - axis.lower);
    axis.lower -= extra;
    axis.upper += extra;
  }
  return Lattice(std::move(axes), weight_);
}

}  // namespace sgdlimits
