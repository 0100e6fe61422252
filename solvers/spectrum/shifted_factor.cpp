#include "solvers/spectrum/shifted_factor.hpp"

#include <Eigen/SparseCholesky>
#include <cmath>

namespace sgdlimits {

struct ShiftedFactor::State {
  const Eigen::SparseMatrix<double>& matrix;
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>, Eigen::Lower, Eigen::AMDOrdering<int>> ldlt;
  double largest_entry = 0, shift = 0;
  mutable VectorBlock work;
};

ShiftedFactor::ShiftedFactor(const Eigen::SparseMatrix<double>& matrix) : state_(new State{matrix, {}, 0, 0, {}}) {
  state_->ldlt.analyzePattern(matrix);
  for (Index k = 0; k < matrix.outerSize(); ++k)
    for (Eigen::SparseMatrix<double>::InnerIterator it(matrix, k); it; ++it)
      state_->largest_entry = std::max(state_->largest_entry, std::abs(it.value()));
}

ShiftedFactor::~ShiftedFactor() = default;

bool ShiftedFactor::factorise(double shift) {
  state_->shift = shift;
  state_->ldlt.setShift(-shift);
  state_->ldlt.factorize(state_->matrix);
  return state_->ldlt.info() == Eigen::Success && state_->ldlt.vectorD().allFinite();
}

void ShiftedFactor::solve(VectorBlock& x) const {
  const auto& ldlt = state_->ldlt;
  const Index n = x.rows();
  const auto& order = ldlt.permutationP().indices();
  VectorBlock& y = state_->work;
  y.resize(n, kLanes);
  for (Index i = 0; i < n; ++i) y.row(order(i)) = x.row(i);
  const auto& lower = ldlt.matrixL().nestedExpression();
  const auto* start = lower.outerIndexPtr();
  const auto* row = lower.innerIndexPtr();
  const double* entry = lower.valuePtr();
  const auto* count = lower.innerNonZeroPtr();
  const auto end = [&](Index j) { return count ? start[j] + count[j] : start[j + 1]; };
  using Lanes = Eigen::Matrix<double, 1, kLanes>;
  for (Index j = 0; j < n; ++j) {
    const Lanes pivot = y.row(j);
    for (auto p = start[j]; p < end(j); ++p) y.row(row[p]) -= entry[p] * pivot;
  }
  const Eigen::VectorXd d = ldlt.vectorD();
  for (Index j = n - 1; j >= 0; --j) {
    Lanes sum = y.row(j) / d(j);
    for (auto p = start[j]; p < end(j); ++p) sum -= entry[p] * y.row(row[p]);
    y.row(j) = sum;
  }
  for (Index i = 0; i < n; ++i) x.row(i) = y.row(order(i));
}

Index ShiftedFactor::negative_pivots() const { return (state_->ldlt.vectorD().array() < 0).count(); }

double ShiftedFactor::pivot_growth() const {
  return state_->ldlt.vectorD().cwiseAbs().maxCoeff() / (state_->largest_entry + std::abs(state_->shift));
}

}  // namespace sgdlimits
