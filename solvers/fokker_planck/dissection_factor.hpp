/// Column diagonally dominant M-matrices on a grid, factored without subtraction.
#pragma once

#include <array>
#include <vector>

#include "core/grid.hpp"

namespace sgdlimits {

/// Rates between neighbours and an excess: the matrix that acts on masses m,
///
///     (M m)_i = (e_i + sum_k N(k, i)) m_i - sum_k N(i, k) m_k,   N(i + stride(j), i) = up[j](i),
///                                                                N(i, i + stride(j)) = down[j](i),
///
/// all numbers nonnegative, up and down without meaning on the last layer of their axis (length cells).
struct GridRates {
  std::vector<Values> up, down;  ///< one for each axis
  Values excess;                 ///< column sums of M
};

/// Geometric nested dissection (George 1973) with dense fronts (multifrontal: Duff, Reid 1983) and the pivots of
/// Grassmann, Taksar, Heyman (1985).
///
/// A front holds N and, as one more row, the excess e (column sums of what is left); diagonals are implied, never
/// stored. Eliminating i:
///
///     p_i = e_i + sum_{k left} N(k, i),   N(k, j) += N(k, i) N(i, j)/p_i,   e_j += e_i N(i, j)/p_i.
///
/// Only nonnegative numbers are added, in the factorisation and in both sweeps, so positivity is structural and
/// every entry of M^{-1} has a small relative error, however nearly singular M is (Alfa, Xue, Ye 2002). For n cells
/// in 2-D: O(n log n) numbers, O(n^{3/2}) operations; in 3-D O(n^{4/3}) and O(n^2). M must be nonsingular: from
/// every cell a chain of rates leads to a cell with an excess.
class DissectionFactor {
 public:
  DissectionFactor(const Grid& grid, const GridRates& rates);
  /// mass <- M^{-1} mass (length cells).
  void solve(double* mass) const;
  /// Stored numbers of both factors.
  Index stored() const;

 private:
  using Corner = std::array<Index, 3>;
  struct CellBox {
    Corner lower, upper;  // cells lower <= i < upper
  };
  // Cells eliminated together, then the cells they are coupled to afterwards.
  struct Front {
    std::vector<Index> cells, boundary;
    Eigen::MatrixXd lower;  // N(k, i)/p_i: (cells + boundary) x cells, strictly below the diagonal
    Eigen::MatrixXd upper;  // N(i, j): cells x (cells + boundary), strictly above the diagonal
    Eigen::VectorXd inverse_pivot;
  };
  // What is left of a box on its boundary: N, with the excess as last row.
  struct Remainder {
    std::vector<Index> cells;
    Eigen::MatrixXd n;
  };
  struct Assembly;

  Remainder eliminate(const CellBox& box, Assembly& assembly);

  Index cells_;
  std::vector<Front> fronts_;  // children before parents
};

}  // namespace sgdlimits
