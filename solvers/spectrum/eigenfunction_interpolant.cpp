#include "solvers/spectrum/eigenfunction_interpolant.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

/// The two centres around a coordinate and the weight of the upper one.
struct Bracket {
  Index lower, step;
  double weight;
};

Bracket bracket(const Axis& axis, double x) {
  const Eigen::ArrayXd& c = axis.centers();
  const Index n = axis.cells();
  if (!(x > c(0))) {
    if (std::isnan(x)) throw InvalidArgument("coordinate", x, "a number");
    return {0, 0, 0.0};
  }
  if (x >= c(n - 1)) return {n - 1, 0, 0.0};
  Index i;
  if (axis.is_uniform()) {
    i = std::clamp<Index>(static_cast<Index>((x - c(0)) / axis.widths()(0)), 0, n - 2);
    if (x < c(i))
      --i;  // rounding of the quotient
    else if (x >= c(i + 1))
      ++i;
  } else {
    i = std::upper_bound(c.data(), c.data() + n, x) - c.data() - 1;
  }
  return {i, 1, (x - c(i)) / (c(i + 1) - c(i))};
}

}  // namespace

GridInterpolant::GridInterpolant(std::shared_ptr<const Grid> grid, Values cell_values)
    : grid_(std::move(grid)), values_(std::move(cell_values)) {
  if (values_.size() != grid_->size())
    throw InvalidArgument("cell values of an interpolant", std::to_string(values_.size()),
                          "as many as the grid has cells: " + std::to_string(grid_->size()));
  if (!values_.isFinite().all()) throw InvalidArgument("cell value of an interpolant", "infinite or NaN", "finite");
}

void GridInterpolant::evaluate(PointsView x, ValuesOut out) const {
  const Index d = grid_->dimension();
  if (x.cols() != d)
    throw InvalidArgument("columns of the points", std::to_string(x.cols()), "the dimension " + std::to_string(d));
  for (Index i = 0; i < x.rows(); ++i) {
    Index cells[8] = {0};
    double corner[8];
    Bracket b[3];
    for (Index j = 0, corners = 1; j < d; ++j, corners *= 2) {
      b[j] = bracket(grid_->axis(j), x(i, j));
      const Index stride = grid_->stride(j);
      for (Index c = 0; c < corners; ++c) {
        cells[c] += b[j].lower * stride;
        cells[c + corners] = cells[c] + b[j].step * stride;
      }
    }
    const Index corners = Index{1} << d;
    for (Index c = 0; c < corners; ++c) corner[c] = values_(cells[c]);
    for (Index j = d - 1, half = corners / 2; j >= 0; --j, half /= 2)
      for (Index c = 0; c < half; ++c) corner[c] += b[j].weight * (corner[c + half] - corner[c]);
    out(i) = corner[0];
  }
}

}  // namespace sgdlimits
