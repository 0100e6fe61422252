#include "models/data/gauss_rules.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

/// Orthonormal polynomials of a probability: b_{k+1} p_{k+1} = (x - a_k) p_k - b_k p_{k-1}, p_0 = 1.
struct Recurrence {
  Values a, b;  ///< a_0 .. a_{m-1}; b_0 = 0, b_1 .. b_m
};

struct AtNode {
  double last, slope, squares;  ///< p_m, p_m', sum_{k<m} p_k^2
};

AtNode evaluate(const Recurrence& r, double x) {
  double before = 0, value = 1, slope_before = 0, slope = 0, squares = 0;
  for (Index k = 0; k < r.a.size(); ++k) {
    squares += value * value;
    const double next = ((x - r.a(k)) * value - r.b(k) * before) / r.b(k + 1);
    const double next_slope = (value + (x - r.a(k)) * slope - r.b(k) * slope_before) / r.b(k + 1);
    before = value, value = next;
    slope_before = slope, slope = next_slope;
  }
  return {value, slope, squares};
}

WeightedNodes gauss(const Recurrence& r) {
  const Index m = r.a.size();
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> jacobi;
  jacobi.computeFromTridiagonal(r.a.matrix(), r.b.segment(1, m - 1).matrix(), Eigen::EigenvaluesOnly);
  WeightedNodes rule{Values(m), Values(m)};
  Index kept = 0;
  for (Index i = 0; i < m; ++i) {
    double x = jacobi.eigenvalues()(i);
    for (int iteration = 0; iteration < 2; ++iteration) {
      const AtNode at = evaluate(r, x);
      const double change = at.last / at.slope;
      if (std::isfinite(change)) x -= change;
    }
    const double weight = 1 / evaluate(r, x).squares;
    if (!(weight > 0)) continue;
    rule.nodes(kept) = x;
    rule.weights(kept++) = weight;
  }
  rule.nodes.conservativeResize(kept);
  rule.weights.conservativeResize(kept);
  rule.weights /= rule.weights.sum();
  return rule;
}

Values numbers(Index m) {
  if (m < 1 || m > 4096) throw InvalidArgument("number of nodes", std::to_string(m), "between 1 and 4096");
  return Values::LinSpaced(m + 1, 0, static_cast<double>(m));
}

}  // namespace

WeightedNodes gauss_legendre(Index m) {
  const Values k = numbers(m);
  return gauss({Values::Zero(m), k / (4 * k.square() - 1).abs().sqrt()});
}

WeightedNodes gauss_hermite(Index m) { return gauss({Values::Zero(m), numbers(m).sqrt()}); }

WeightedNodes gauss_laguerre(Index m) {
  const Values k = numbers(m);
  return gauss({2 * k.head(m) + 1, k});
}

}  // namespace sgdlimits
