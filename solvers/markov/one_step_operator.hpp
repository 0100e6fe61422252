/// The Markov operator of one step of a scheme on a line, as a matrix: a deterministic oracle for what the scheme
/// does to laws, without sampling.
#pragma once

#include <Eigen/Core>
#include <functional>

#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// A function of one real variable on a batch: fills h(x_i), length N.
using LineFunction = std::function<void(ValuesView x, ValuesOut h)>;

/// One step from x as atoms: where it may lead and with what probability, equal lengths. Weights sum to 1.
using StepLaw = std::function<void(double x, Values& there, Values& weights)>;

/// n equidistant nodes of [lower, upper], both ends among them. A wall is an end at which the scheme itself reflects;
/// at a free end paths that leave are lost.
struct LineLattice {
  double lower, upper;
  Index nodes;
  bool wall_below = false, wall_above = false;

  double spacing() const { return (upper - lower) / static_cast<double>(nodes - 1); }
  Values points() const { return Values::LinSpaced(nodes, lower, upper); }
};

/// Law of a scheme that is invariant up to the loss through free ends: the left eigenvector of the largest
/// eigenvalue. With no loss the invariant measure, otherwise the quasi-stationary law of the lattice's interval.
struct SchemeStationaryLaw {
  Values weights;     ///< E h = sum_i weights_i h(x_i); sums to 1
  double kept = 1;    ///< share of the law that is still inside after a step: the largest eigenvalue
  double second = 0;  ///< largest modulus of the other eigenvalues
};

/// (P h)(x) = E h(Phi(x, g)), Phi one step of the scheme: its own `advance`, on prescribed Gaussians, so that the
/// code that moves the paths is the code that is examined.
///
/// Matrix of Q = w P w^{-1} on functions v = w h at the nodes, w = exp(log_weight). With w the root of a density
/// close to the invariant one, v decays at the free ends, Q is nearly symmetric and its eigenvalues are well
/// conditioned; w = 1 serves finite times.
///  * Expectation: trapezoidal rule in g, spacing at most .15 (1 Gaussian a step) or .25 (2, tensor) and at most
///    1.5 lattice spacings in x; exponentially accurate for analytic v (Trefethen, Weideman 2014). With walls .003
///    (.03), since folding is a kink: second order.
///  * v between nodes: Lagrange polynomials on 12 neighbours, zero beyond free ends, one-sided at walls. Order 12 for
///    smooth v; a kink of drift or h costs order.
/// Errors are those of two lattices: solvers/markov/scheme_law.hpp does that.
///
/// Throws InvalidArgument unless the scheme is one-dimensional and a function of one or two Gaussians a step alone
/// (no rejections, no batches), and the lattice has at least 24 nodes.
class OneStepOperator {
 public:
  OneStepOperator(const Scheme& scheme, const LineLattice& lattice, const LineFunction& log_weight);
  /// w = 1
  OneStepOperator(const Scheme& scheme, const LineLattice& lattice);
  /// Any chain whose step has finitely many outcomes, such as SGD with its batches; w = 1. Throws InvalidArgument for
  /// a bad lattice.
  OneStepOperator(const StepLaw& law, const LineLattice& lattice);

  const Values& nodes() const { return nodes_; }
  /// Q, nodes x nodes
  const Eigen::MatrixXd& matrix() const { return matrix_; }

  /// E[h(X_n), never left | X_0 = node], n = steps >= 0, for h given at the nodes.
  Values after(std::int64_t steps, ValuesView h) const;
  /// h at x from its values at the nodes (x inside the lattice).
  double at(double x, ValuesView h) const;

  SchemeStationaryLaw stationary_law() const;

 private:
  void assemble(const StepLaw& law, const LineFunction& log_weight);

  LineLattice lattice_;
  Values nodes_, log_weight_;
  Eigen::MatrixXd matrix_;
};

}  // namespace sgdlimits
