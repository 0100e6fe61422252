/// Means of a scheme at a finite time and under its invariant law on a lattice, without sampling: the oracle of weak
/// orders, and of measure orders in phase space.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/parallel.hpp"
#include "core/result.hpp"
#include "solvers/markov/lattice.hpp"
#include "solvers/sde/metropolis.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

struct FiniteTimeOptions {
  /// The scheme is seen as E h(Y_n + smoothing g), and Y_0 = x - smoothing g_0 with the Gaussian of the first step
  /// (MarkovForm of solvers/sde/catalogue.hpp; one coordinate).
  double smoothing = 0;
  /// The scheme is a proposal, taken with the probability that this says; else the path stays.
  const MetropolisScheme* test = nullptr;
};

/// E[h(X_n) | X_0 = x] for the chain of a scheme whose step is a function of the state and one or two Gaussians: its
/// own `advance` on prescribed Gaussians. Backward: v_n = w h, v_{k-1} = Q v_k with Q = w P w^{-1} as sparse rows.
///  * Gaussians: trapezoidal rule, spacing at most .3 (.6 for two, tensor) and at most 1.5 lattice spacings in x;
///    exponentially accurate for analytic functions (Trefethen, Weideman 2014). With a Metropolis test, whose
///    probability has a kink, .01: second order.
///  * Between nodes: Lagrange polynomials on 12 neighbours along each axis; zero beyond the ends of a line, so paths
///    that leave are lost; around circles.
/// Errors are those of two lattices. Throws InvalidArgument where the lattice and the scheme differ in dimension, for
/// another number of Gaussians, or if the step draws more randomness than it is handed at
/// every eighth node.
class FiniteTimeMeans {
 public:
  FiniteTimeMeans(const Scheme& scheme, const Lattice& lattice, const FiniteTimeOptions& options = {},
                  const Execution& execution = {});

  /// One mean a function. `functions` gives them at any points. steps >= 1; start
  /// inside the lattice.
  Values means(const Points& start, std::int64_t steps, const std::function<Points(PointsView x)>& functions) const;

  /// E h(X) under the law that is invariant on the lattice, one mean a function: l^T w h with the left eigenvector l
  /// of Q, by one sparse solve (BiCGSTAB) to a residual of 1e-9 of its scale. Counters: "iterations", "residual",
  /// "exit_rate", what that law loses in a unit of time by paths that leave or errors of interpolation.
  /// Status::not_converged, without value, where the residual is missed.
  Result<Values> stationary_means(const std::function<Points(PointsView x)>& functions) const;

 private:
  using RowMajor = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  struct Row {
    std::vector<int> nodes;
    std::vector<double> shares;
  };
  /// Where one step leads from x, one row a Gaussian, and the probability of that; what is left of 1 stays.
  Points step(const Points& starts, Values& taken, std::uint64_t seed) const;
  struct DepositBuffer;
  Row row_from(Index node, DepositBuffer& buffer) const;
  Row deposited(const Points& y, const Values& weights, double log_weight_here, DepositBuffer& buffer) const;
  Eigen::Array<double, 1, Eigen::Dynamic> applied(const Row& row, const RowMajor& v) const;
  Points smoothed(const std::function<Points(PointsView x)>& functions) const;

  const Scheme& scheme_;
  Lattice lattice_;
  FiniteTimeOptions options_;
  Points gaussians_;
  Values weights_;
  std::vector<Row> rows_;
  std::shared_ptr<ThreadPool> pool_;
};

}  // namespace sgdlimits
