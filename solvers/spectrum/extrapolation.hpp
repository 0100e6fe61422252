/// The limit of a sequence of eigenvalues on finer and finer grids, and how far off it may be.
#pragma once

#include <vector>

namespace sgdlimits {

struct Extrapolation {
  double value;
  double error_bound;     ///< absolute; an estimate, safe in the sense below
  double observed_order;  ///< from the last three grids; NaN with fewer or where differences change sign
};

/// Which powers of h the error has beside h^2.
enum class ErrorExpansion {
  even,       ///< h^4, h^6, ...: centred schemes for smooth f on uniform cells
  all_powers  ///< h^3, h^4, ...: kinks of f at cell edges
};

/// values[k] is the approximation on the k-th grid, cells[k] its cells an axis (increasing; h ~ 1/cells).
///
/// The order is observed, not assumed. Where it is 2 within 0.35 (or with two grids) the tableau of Neville in h^2
/// (Richardson 1911; Romberg 1955), or the same with every power of h (exact on the last grids, at most 6 powers), is
/// used, and of its last row the entry that differs least from its left and upper
/// left neighbours; the larger of these differences is the bound, which is the error of the neighbour: one order
/// worse than that of the value. Where the order is another one, between 0.4 and 6, one extrapolation with that
/// order, the bound being twice the correction; otherwise the finest value with twice the last difference.
Extrapolation extrapolate(const std::vector<double>& cells, const std::vector<double>& values,
                          ErrorExpansion expansion = ErrorExpansion::even);

}  // namespace sgdlimits
