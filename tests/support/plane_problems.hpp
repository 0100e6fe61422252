/// Problems of the plane whose diffusions are known from one dimension or in closed form.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <functional>

#include "solvers/transfer/plane_diffusion.hpp"
#include "support/sgd_sums.hpp"
#include "unsupported/Eigen/KroneckerProduct"

namespace sgdlimits::test {

/// Mean gradient g(x), Hessian by differences, and terms g(x) + n_i(x) whose noise n_i has mean 0 over i.
class NoisyPlane final : public SmallSum {
 public:
  using Value = std::function<double(double, double)>;
  using Slope = std::function<Eigen::Vector2d(double, double)>;
  using Noises = std::function<Points(double, double)>;
  NoisyPlane(Value value, Slope slope, Noises noises)
      : value_(std::move(value)), slope_(std::move(slope)), noises_(std::move(noises)) {}
  Index dimension() const override { return 2; }
  Index terms() const override { return noises_(0, 0).rows(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    for (Index i = 0; i < x.rows(); ++i) f(i) = value_(x(i, 0), x(i, 1));
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override {
    return noises_(x(0), x(1)).rowwise() + slope_(x(0), x(1)).transpose().array();
  }

 private:
  Value value_;
  Slope slope_;
  Noises noises_;
};

/// dU = b(U) dt + sqrt(d(U)) dB on the line, and an independent Ornstein-Uhlenbeck V of rate a and variance v/(2a),
/// seen after a turn: x = (cos U - sin V, sin U + cos V).
struct TurnedProduct {
  std::function<double(double)> b, d;
  double a, v, angle;

  PlaneCoefficients coefficients() const {
    return [*this](PointsView x, PointsOut drift, PointsOut covariance) {
      const double c = std::cos(angle), s = std::sin(angle);
      for (Index i = 0; i < x.rows(); ++i) {
        const double u = c * x(i, 0) + s * x(i, 1), w = -s * x(i, 0) + c * x(i, 1);
        drift.row(i) << c * b(u) + s * a * w, s * b(u) - c * a * w;
        covariance.row(i) << c * c * d(u) + s * s * v, c * s * (d(u) - v), s * s * d(u) + c * c * v;
      }
    };
  }
};

/// E g(U) under the stationary density (1/d) exp(int 2 b/d) of U, by the trapezoidal rule on [lower, upper].
inline double line_mean(const TurnedProduct& product, const std::function<double(double)>& g, double lower,
                        double upper) {
  const int n = 200'000;
  const double h = (upper - lower) / n;
  double exponent = 0, mass = 0, sum = 0;
  const auto slope = [&](double u) { return 2 * product.b(u) / product.d(u); };
  for (int i = 0; i <= n; ++i) {
    const double u = lower + i * h;
    if (i > 0) exponent += 0.5 * h * (slope(u - h) + slope(u));
    const double density = std::exp(exponent) / product.d(u);
    mass += density;
    sum += density * g(u);
  }
  return sum / mass;
}

/// The slowest rate of U: second differences in detailed balance on n cells, as a symmetric tridiagonal matrix.
inline double line_gap(const TurnedProduct& product, double lower, double upper, Index n) {
  const double h = (upper - lower) / static_cast<double>(n);
  Eigen::VectorXd weight(n), edge(n + 1), diagonal = Eigen::VectorXd::Zero(n), side(n - 1);
  double exponent = 0;
  for (Index k = 0; k <= 2 * n; ++k) {  // centres are the odd half cells
    const double u = lower + 0.5 * h * static_cast<double>(k);
    if (k > 0) exponent += 0.5 * h * 2 * product.b(u - 0.25 * h) / product.d(u - 0.25 * h);
    if (k % 2) weight(k / 2) = std::exp(exponent) / product.d(u);
    if (k % 2 == 0) edge(k / 2) = std::exp(exponent);  // d times the density
  }
  for (Index i = 0; i + 1 < n; ++i) {
    const double flow = edge(i + 1) / (2 * h * h);
    diagonal(i) += flow / weight(i);
    diagonal(i + 1) += flow / weight(i + 1);
    side(i) = -flow / std::sqrt(weight(i) * weight(i + 1));
  }
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal, side, Eigen::EigenvaluesOnly);
  return solver.eigenvalues()(1);
}

/// A C + C A^T = D.
inline Eigen::Matrix2d lyapunov(const Eigen::Matrix2d& a, const Eigen::Matrix2d& d) {
  const Eigen::Matrix2d one = Eigen::Matrix2d::Identity();
  const Eigen::Matrix4d system = Eigen::kroneckerProduct(one, a).eval() + Eigen::kroneckerProduct(a, one).eval();
  const Eigen::Vector4d c = system.fullPivLu().solve(Eigen::Map<const Eigen::Vector4d>(d.data()));
  return Eigen::Map<const Eigen::Matrix2d>(c.data());
}

}  // namespace sgdlimits::test
