/// The limit of eigenvalues on grids that lie differently to a boundary, and how far off it may be.
#pragma once

#include <vector>

namespace sgdlimits {

struct OffsetExtrapolation {
  double value = 0;
  double error_bound = 0;  ///< absolute; an estimate
};

/// Cell width (any unit) and value on one grid.
struct GridValue {
  double width = 0, value = 0;
};

/// values = limit + c2 h^2 + c3 h^3 (+ c4 h^4) + s h^3 xi, xi of mean zero and independent between grids that are
/// shifted against the boundary (a random offset makes the mean over xi part of c3). Least squares with weights h^-6.
///
/// error_bound: the sum of 4.8 standard errors of the limit from the residuals (Student's quantile of level 1e-3
/// with nine degrees), and the distance between the limits with and without c4: what the next regular term can do
/// (with three widths only, with and without c3). Throws InvalidArgument for fewer than six grids, widths that are
/// not positive, or fewer than three different ones.
OffsetExtrapolation extrapolate_offsets(const std::vector<GridValue>& values);

}  // namespace sgdlimits
