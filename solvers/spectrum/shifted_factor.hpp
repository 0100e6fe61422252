/// Sparse LDL^T of H - shift I: solves for eight right-hand sides at once, and Sylvester's inertia.
#pragma once

#include <Eigen/SparseCore>
#include <memory>

#include "core/points.hpp"

namespace sgdlimits {

/// Eight vectors side by side: one sweep over the factor serves all of them.
using VectorBlock = Eigen::Matrix<double, Eigen::Dynamic, kLanes, Eigen::RowMajor>;

/// P (H - shift I) P^T = L D L^T with a fill-reducing order P (approximate minimum degree) and no pivoting, which is
/// stable for a positive definite matrix; for an indefinite one `pivot_growth` tells how far it can be trusted.
/// H is symmetric with both triangles stored. The order is found once and kept by `factorise`.
class ShiftedFactor {
 public:
  explicit ShiftedFactor(const Eigen::SparseMatrix<double>& matrix);
  ~ShiftedFactor();

  /// Factors H - shift I; false if a pivot is exactly zero or not finite.
  bool factorise(double shift);
  /// x <- (H - shift I)^{-1} x.
  void solve(VectorBlock& x) const;
  /// Number of eigenvalues of H below the shift (Sylvester's law of inertia).
  Index negative_pivots() const;
  /// max |D_ii| / max |(H - shift I)_ij|.
  double pivot_growth() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sgdlimits
