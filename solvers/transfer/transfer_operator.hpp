/// The transfer operator of mini-batch SGD on a grid: the law of x after one step, without Monte Carlo.
#pragma once

#include <Eigen/SparseCore>
#include <memory>

#include "core/finite_sum.hpp"
#include "core/grid.hpp"
#include "core/parallel.hpp"
#include "core/temperature.hpp"
#include "solvers/transfer/batch_law.hpp"

namespace sgdlimits {

/// SGD is the random map x -> T_b(x) = x - s g_b(x), b a fresh uniform batch (folded at finite ends of the domain).
/// The centres x_i of the grid's cells are the states of a Markov chain:
///
///     P(i, k) = sum_b p_b prod_j w_{k_j}(T_b(x_i)_j),
///
/// w the quadratic B-spline on the axis: with the nearest centre at distance theta h, |theta| <= 1/2, the centres
/// -1, 0, +1 get (1/2 - theta)^2/2, 3/4 - theta^2, (1/2 + theta)^2/2. Facts that hold to rounding and are tested:
///
/// * entries are nonnegative and rows sum to 1 (mass is kept);
/// * means are exact, and every step adds the variance h_j^2/4 along axis j, wherever the image falls: the whole of
/// the
///   discretisation's own diffusion, the same everywhere, so that two grids show it and Richardson's rule removes it
///   (order 2 for smooth statistics). On a quadratic f the stationary variance is exactly the true one plus
///   (h^2/4)/(1 - (1 - s a)^2), and the eigenvalue 1 - s a has no error at all;
/// * the support encloses: if the image of a cell is at most twice as wide as a cell along every axis (`stretch` <=
/// 2),
///   all of it lies in cells that the row reaches. So a set of cells that the chain never leaves is never left by SGD
///   either, whatever the width of the cells, and carries at least one invariant measure (Krylov, Bogolyubov): a
///   statement given the bound on the stretch, which is measured by differences between neighbouring centres.
///
/// Images outside of the grid are moved to its last centres; `leak` says with what probability.
///
/// Ulam (1960) and Li (1976) project on cell averages instead; that projection adds between 0 and h^2/4, depending on
/// where the image falls. Source of the setting: Shirokoff, Zaleski, arXiv 2409.12243.
class TransferOperator {
 public:
  /// Every axis uniform, with at least 3 cells. Throws InvalidArgument if dimensions or numbers of terms differ, or a
  /// gradient is not finite.
  TransferOperator(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, std::shared_ptr<const Grid> grid,
                   const Execution& execution = {});

  const Grid& grid() const { return *grid_; }
  const std::shared_ptr<const Grid>& shared_grid() const { return grid_; }
  LearningRate learning_rate() const { return s_; }
  /// P, cells x cells, rows sum to 1. (P h)(i) = E h(next | x_i); masses evolve by the transpose.
  const Eigen::SparseMatrix<double, Eigen::RowMajor>& matrix() const { return matrix_; }
  /// Probability that the step from x_i ends outside of the grid (length cells).
  const Values& leak() const { return leak_; }
  /// Largest over terms of max_j sum_l |d T_j/d x_l| h_l/h_j, by differences to the neighbouring centres.
  const Values& stretch() const { return stretch_; }

 private:
  std::shared_ptr<const Grid> grid_;
  LearningRate s_;
  Eigen::SparseMatrix<double, Eigen::RowMajor> matrix_;
  Values leak_, stretch_;
};

}  // namespace sgdlimits
