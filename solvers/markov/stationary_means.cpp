#include <Eigen/IterativeLinearSolvers>
#include <Eigen/Sparse>
#include <cmath>

#include "core/text.hpp"
#include "solvers/markov/finite_time_means.hpp"

namespace sgdlimits {
namespace {

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
constexpr double kTolerance = 1e-12, kResidual = 1e-9;
constexpr Index kMostIterations = 4000;

}  // namespace

// With l the left eigenvector of Q of eigenvalue 1, l . w = 1, the law has the mean l . (w h). Q w = w, as P 1 = 1;
// so l solves (I - Q^T + e_c w^T/w_c) l = e_c/w_c for any node c: multiply by w. One solve serves all functions.
Result<Values> FiniteTimeMeans::stationary_means(const std::function<Points(PointsView x)>& functions) const {
  const Index n = lattice_.size();
  Index centre = 0;
  const Values w = (lattice_.log_weight() - lattice_.log_weight().maxCoeff(&centre)).exp();
  std::vector<Eigen::Triplet<double>> entries;
  for (Index i = 0; i < n; ++i) {
    const Row& row = rows_[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < row.nodes.size(); ++k)
      entries.emplace_back(row.nodes[k], static_cast<int>(i), -row.shares[k]);
    entries.emplace_back(static_cast<int>(i), static_cast<int>(i), 1.0);
    entries.emplace_back(static_cast<int>(centre), static_cast<int>(i), w(i));
  }
  Matrix system(n, n);
  system.setFromTriplets(entries.begin(), entries.end());
  entries = {};
  Eigen::BiCGSTAB<Matrix, Eigen::DiagonalPreconditioner<double>> solver(system);
  solver.setTolerance(kTolerance);
  solver.setMaxIterations(kMostIterations);
  const Eigen::VectorXd right = Eigen::VectorXd::Unit(n, centre);
  const Eigen::VectorXd law = solver.solve(right);
  const double residual = (system * law - right).norm();
  Report report;
  report.counters["iterations"] = static_cast<double>(solver.iterations());
  report.counters["residual"] = residual;
  if (!(residual < kResidual)) {
    report.status = Status::not_converged;
    report.why = "the equation of the invariant law is solved to " + shortest(residual) + " only after " +
                 std::to_string(solver.iterations()) + " iterations at step " + shortest(scheme_.step_size());
    return Result<Values>(std::move(report));
  }
  // Q w falls short of w by what leaves the lattice, and l . w short of 1 by the law's share of that in a step
  const Eigen::VectorXd share = law.cwiseProduct(w.matrix());
  const double mass = share.sum();
  report.counters["exit_rate"] = std::abs(1 - mass) / scheme_.step_size();
  return {Values((share / mass).transpose() * smoothed(functions).matrix()), std::move(report)};
}

}  // namespace sgdlimits
