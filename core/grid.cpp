#include "core/grid.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {

Axis Axis::uniform(double lower, double upper, Index cells) {
  if (cells < 1) throw InvalidArgument("cells of an axis", std::to_string(cells), "at least 1");
  Eigen::ArrayXd edges(cells + 1);
  // symmetric intervals give symmetric edges
  for (Index i = 0; i <= cells; ++i)
    edges(i) = (static_cast<double>(cells - i) * lower + static_cast<double>(i) * upper) / static_cast<double>(cells);
  edges(0) = lower;
  edges(cells) = upper;
  Axis axis(std::move(edges));
  axis.uniform_ = true;
  axis.widths_.setConstant((upper - lower) / static_cast<double>(cells));
  return axis;
}

Axis::Axis(Eigen::ArrayXd edges) : edges_(std::move(edges)) {
  const Index n = edges_.size() - 1;
  if (n < 1) throw InvalidArgument("edges of an axis", std::to_string(edges_.size()), "at least 2");
  if (!edges_.isFinite().all()) throw InvalidArgument("edges of an axis", "infinite or NaN", "finite");
  widths_ = edges_.tail(n) - edges_.head(n);
  centers_ = 0.5 * (edges_.tail(n) + edges_.head(n));
  if (!(widths_ > 0).all())
    throw InvalidArgument("width of a cell", widths_.minCoeff(), "positive", "give increasing edges");
}

Index Axis::find(double x) const {
  if (!(x >= lower() && x <= upper())) return -1;
  const double* first = edges_.data();
  const Index i = std::upper_bound(first, first + edges_.size(), x) - first - 1;
  return std::min(i, cells() - 1);
}

Grid::Grid(std::vector<Axis> axes) : axes_(std::move(axes)) {
  if (axes_.empty() || axes_.size() > 3)
    throw InvalidArgument("dimension of a grid", std::to_string(axes_.size()), "1, 2 or 3",
                          "beyond three dimensions use an ensemble of particles");
  size_ = 1;
  volumes_ = Values::Ones(1);
  for (const Axis& axis : axes_) {
    strides_.push_back(size_);
    const Values inner = volumes_;
    volumes_.resize(size_ * axis.cells());
    for (Index i = 0; i < axis.cells(); ++i) volumes_.segment(i * size_, size_) = inner * axis.widths()(i);
    size_ *= axis.cells();
  }
}

Points Grid::centers() const {
  Points points(size_, dimension());
  for (Index j = 0; j < dimension(); ++j)
    for (Index cell = 0; cell < size_; ++cell)
      points(cell, j) = axis(j).centers()(cell / stride(j) % axis(j).cells());
  return points;
}

Index Grid::find(const Eigen::Ref<const Eigen::ArrayXd>& x) const {
  Index cell = 0;
  for (Index j = 0; j < dimension(); ++j) {
    const Index i = axis(j).find(x(j));
    if (i < 0) return -1;
    cell += i * stride(j);
  }
  return cell;
}

Density::Density(std::shared_ptr<const Grid> grid, Values averages)
    : grid_(std::move(grid)), averages_(std::move(averages)) {
  if (averages_.size() != grid_->size())
    throw InvalidArgument("cell averages of a density", std::to_string(averages_.size()),
                          "as many as the grid has cells: " + std::to_string(grid_->size()));
  if (!averages_.isFinite().all()) throw InvalidArgument("cell average of a density", "infinite or NaN", "finite");
  if (averages_.minCoeff() < 0)
    throw InvalidArgument("cell average of a density", averages_.minCoeff(), "nonnegative");
}

Density Density::from_log(std::shared_ptr<const Grid> grid, ValuesView log_density) {
  const double top = log_density.maxCoeff();
  if (!std::isfinite(top)) throw InvalidArgument("largest log-density", top, "finite");
  return Density(std::move(grid), (log_density - top).exp()).normalised();
}

double Density::mass() const { return (averages_ * grid_->volumes()).sum(); }

Density Density::normalised() const {
  const double m = mass();
  if (!(m > 0)) throw InvalidArgument("mass of a density", m, "positive", "take a box where the law has mass");
  return {grid_, averages_ / m};
}

double Density::expectation(ValuesView h) const { return (h * averages_ * grid_->volumes()).sum(); }

Density Density::marginal(Index j) const {
  const Axis& axis = grid_->axis(j);
  Values mass = Values::Zero(axis.cells());
  const Index stride = grid_->stride(j);
  for (Index cell = 0; cell < grid_->size(); ++cell)
    mass(cell / stride % axis.cells()) += averages_(cell) * grid_->volumes()(cell);
  return {std::make_shared<Grid>(std::vector<Axis>{axis}), mass / axis.widths()};
}

}  // namespace sgdlimits
