/// The Markov operator of one step of a scheme in one dimension, on a grid: a deterministic oracle for weak orders
/// and invariant measures.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <functional>

#include "solvers/sde/scheme.hpp"

namespace sgdlimits::test {

/// (P u)(x_i) = E u(X_1 | X_0 = x_i) for a one-dimensional scheme with one Gaussian a step, as a matrix on
/// equidistant nodes of [-end, end]: the trapezoidal rule over |g| <= 9 (exponentially accurate for analytic u) and
/// Lagrange interpolation on eight neighbours. Steps that leave the interval are held at its end, which the measure
/// must not notice. The step itself is the scheme's own code.
class OneStepOperator {
 public:
  OneStepOperator(const Scheme& scheme, double end, Index nodes)
      : nodes_(Eigen::ArrayXd::LinSpaced(nodes, -end, end)), spacing_(2 * end / static_cast<double>(nodes - 1)) {
    constexpr Index kPoints = 184;
    Points g(kPoints, 1), weights(kPoints, 1);
    for (Index k = 0; k < kPoints; ++k) g(k, 0) = -9.15 + 0.1 * static_cast<double>(k);
    weights = 0.1 * (-0.5 * g.square()).exp() / std::sqrt(2 * M_PI);
    const Noise unused(0, scheme.stream());
    Scratch scratch;
    matrix_ = Eigen::MatrixXd::Zero(nodes, nodes);
    for (Index i = 0; i < nodes; ++i) {
      Points x = Points::Constant(kPoints, 1, nodes_(i));
      PathBlock block{{x.data(), kPoints, 1}, {g.data(), kPoints, 1}, 0, 0.0, scratch};
      scheme.advance(block, 0, unused);
      for (Index k = 0; k < kPoints; ++k) spread(i, x(k, 0), weights(k, 0));
    }
  }

  Eigen::VectorXd at_nodes(const std::function<double(double)>& h) const { return nodes_.unaryExpr(h).matrix(); }
  /// E h(X_n | X_0 = nodes), n = 2^doublings.
  Eigen::VectorXd after(int doublings, const std::function<double(double)>& h) const {
    Eigen::MatrixXd power = matrix_;
    for (int k = 0; k < doublings; ++k) power = (power * power).eval();
    return power * at_nodes(h);
  }
  double at(const Eigen::VectorXd& u, double x) const {
    double value = 0;
    interpolate(x, [&](Index node, double weight) { value += weight * u(node); });
    return value;
  }

 private:
  void spread(Index row, double x, double weight) {
    interpolate(x, [&](Index node, double share) { matrix_(row, node) += weight * share; });
  }
  template <class Visit>
  void interpolate(double x, Visit visit) const {
    const double place = std::clamp((x - nodes_(0)) / spacing_, 0.0, static_cast<double>(nodes_.size() - 1));
    const Index first = std::clamp<Index>(static_cast<Index>(place) - 3, 0, nodes_.size() - 8);
    for (Index j = 0; j < 8; ++j) {
      double share = 1;
      for (Index k = 0; k < 8; ++k)
        if (k != j) share *= (place - static_cast<double>(first + k)) / static_cast<double>(j - k);
      visit(first + j, share);
    }
  }

  Eigen::ArrayXd nodes_;
  double spacing_;
  Eigen::MatrixXd matrix_;
};

}  // namespace sgdlimits::test
