/// (I - dt A)^{-1} in two and three dimensions by sparse elimination without subtraction.
#pragma once

#include <array>
#include <vector>

#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// Geometric nested dissection (George 1973) with dense fronts (multifrontal: Duff, Reid 1983) and the pivots of
/// Grassmann, Taksar, Heyman (1985).
///
/// The mass form I - dt A has off-diagonal entries -N(k, i), N >= 0, and unit column sums. A front holds N and,
/// as one more row, the excess e (column sums of what is left); diagonals are implied, never stored. Eliminating i:
///
///     p_i = e_i + sum_{k left} N(k, i),   N(k, j) += N(k, i) N(i, j)/p_i,   e_j += e_i N(i, j)/p_i.
///
/// Only nonnegative numbers are added, in the factorisation and in both sweeps, so positivity is structural and
/// every entry has a small relative error. For n cells in 2-D: O(n log n) numbers, O(n^{3/2}) operations; in 3-D
/// O(n^{4/3}) and O(n^2).
class DissectionStep {
 public:
  DissectionStep(const Generator& generator, double dt);
  /// In place on cell averages.
  void step(const Values& volumes, double* rho) const;
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

  std::vector<Front> fronts_;  // children before parents
};

}  // namespace sgdlimits
