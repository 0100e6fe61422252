#include "solvers/transfer/invariant_box.hpp"

#include <vector>

#include "core/grid.hpp"
#include "solvers/sde/reflection.hpp"

namespace sgdlimits {
namespace {

/// The hull of the images of the box's lattice, its ends included.
Box image_hull(const FiniteSum& sum, double s, const Box& box, Index points) {
  const Index d = sum.dimension();
  const Reflection reflection(sum.domain());
  Box hull = box;
  Scratch scratch;
  Index count = 1;
  for (Index j = 0; j < d; ++j) count *= points;
  for (Index i = 0; i < count; ++i) {
    Eigen::VectorXd x(d);
    for (Index j = 0, code = i; j < d; ++j, code /= points)
      x(j) = box.lower(j) +
             (box.upper(j) - box.lower(j)) * static_cast<double>(code % points) / static_cast<double>(points - 1);
    Points images = (-s * sum.term_gradients(x, scratch)).rowwise() + x.transpose().array();
    reflection.apply(Eigen::Map<Points>(images.data(), images.rows(), images.cols()));
    hull.lower = hull.lower.min(images.colwise().minCoeff().transpose());
    hull.upper = hull.upper.max(images.colwise().maxCoeff().transpose());
  }
  return hull;
}

}  // namespace

Result<Box> forward_invariant_box(const FiniteSum& sum, LearningRate s, const Box& start, Index points) {
  Box box = start;
  const Eigen::ArrayXd length = start.upper - start.lower;
  for (int round = 0; round < 10'000; ++round) {
    const Box hull = image_hull(sum, s.value(), box, points);
    const bool bounded = hull.lower.isFinite().all() && hull.upper.isFinite().all() &&
                         ((hull.upper - hull.lower) <= 1e6 * length).all();
    if (!bounded) break;
    const bool settled = ((box.lower - hull.lower).max(hull.upper - box.upper) <= 1e-9 * length).all();
    box = hull;
    if (settled) return box;
  }
  return Result<Box>::failure(Status::not_converged,
                              "no box around the wells is mapped into itself by the steps of all terms; the learning "
                              "rate is too large for SGD to stay bounded from there");
}

}  // namespace sgdlimits
