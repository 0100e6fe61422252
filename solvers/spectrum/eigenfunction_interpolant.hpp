/// Functions given by cell values, evaluated at arbitrary points.
#pragma once

#include <memory>
#include <vector>

#include "core/grid.hpp"

namespace sgdlimits {

/// Multilinear interpolation between cell centres; beyond the outermost centres (and outside the box) the value of
/// the nearest centre plane, so that a reflecting end has zero slope. Second order in the cell width; exact for
/// constants. Immutable, so that threads share one; a point has the same bits in every batch.
class GridInterpolant {
 public:
  /// Throws InvalidArgument unless there is one finite value a cell.
  GridInterpolant(std::shared_ptr<const Grid> grid, Values cell_values);

  const Grid& grid() const { return *grid_; }
  /// out_i = interpolant(x_i); x is N x d, out of length N. A NaN coordinate throws InvalidArgument.
  void evaluate(PointsView x, ValuesOut out) const;

 private:
  std::shared_ptr<const Grid> grid_;
  Values values_;
};

}  // namespace sgdlimits
