/// Tensor grids of cells in one, two or three dimensions.
#pragma once

#include <memory>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

/// Cells of one coordinate: n + 1 increasing edges.
class Axis {
 public:
  /// n equal cells on [lower, upper].
  static Axis uniform(double lower, double upper, Index cells);
  /// Any increasing edges (graded axes). Throws InvalidArgument if they do not increase or are not finite.
  explicit Axis(Eigen::ArrayXd edges);

  Index cells() const { return edges_.size() - 1; }
  double lower() const { return edges_(0); }
  double upper() const { return edges_(cells()); }
  const Eigen::ArrayXd& edges() const { return edges_; }
  /// Midpoints of the cells.
  const Eigen::ArrayXd& centers() const { return centers_; }
  const Eigen::ArrayXd& widths() const { return widths_; }
  bool is_uniform() const { return uniform_; }
  /// The cell that holds x (its lower edge included), or -1 outside; the upper end belongs to the last cell.
  Index find(double x) const;

 private:
  Eigen::ArrayXd edges_, centers_, widths_;
  bool uniform_ = false;
};

/// Product of d axes. Cells are numbered with axis 0 fastest: cell = i_0 + n_0 (i_1 + n_1 i_2).
class Grid {
 public:
  /// Throws InvalidArgument unless 1 <= d <= 3.
  explicit Grid(std::vector<Axis> axes);

  Index dimension() const { return static_cast<Index>(axes_.size()); }
  const Axis& axis(Index j) const { return axes_[static_cast<std::size_t>(j)]; }
  /// Number of cells.
  Index size() const { return size_; }
  /// Distance in cell numbers between neighbours along axis j.
  Index stride(Index j) const { return strides_[static_cast<std::size_t>(j)]; }
  /// Volume of each cell (length size()).
  const Values& volumes() const { return volumes_; }
  /// Centre of each cell, size() x d.
  Points centers() const;
  /// The cell that holds the point (length d), or -1 outside.
  Index find(const Eigen::Ref<const Eigen::ArrayXd>& x) const;

 private:
  std::vector<Axis> axes_;
  std::vector<Index> strides_;
  Index size_ = 0;
  Values volumes_;
};

/// A probability density given by its cell averages: nonnegative, with mass sum_i average_i volume_i.
class Density {
 public:
  /// Throws InvalidArgument if the length is wrong or an entry negative or not finite.
  Density(std::shared_ptr<const Grid> grid, Values averages);
  /// exp(log_density)/mass, computed without overflow; entries may be -infinity.
  static Density from_log(std::shared_ptr<const Grid> grid, ValuesView log_density);

  const Grid& grid() const { return *grid_; }
  const std::shared_ptr<const Grid>& shared_grid() const { return grid_; }
  const Values& averages() const { return averages_; }
  double mass() const;
  Density normalised() const;
  /// sum_i h_i average_i volume_i for cell values h.
  double expectation(ValuesView h) const;
  /// The density of coordinate j, on a one-dimensional grid.
  Density marginal(Index j) const;

 private:
  std::shared_ptr<const Grid> grid_;
  Values averages_;
};

}  // namespace sgdlimits
