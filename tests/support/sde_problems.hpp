/// Small potentials for tests of the schemes, written plainly.
#pragma once

#include <cmath>
#include <memory>

#include "core/drift.hpp"
#include "core/finite_sum.hpp"

namespace sgdlimits::test {

/// f = a |x|^2/2
class Harmonic final : public Potential {
 public:
  Harmonic(double a, Index dimension, Box domain) : a_(a), dimension_(dimension), domain_(std::move(domain)) {}
  explicit Harmonic(double a, Index dimension = 1) : Harmonic(a, dimension, Box::everywhere(dimension)) {}
  Index dimension() const override { return dimension_; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = 0.5 * a_ * x.square().rowwise().sum(); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = a_ * x; }
  Box domain() const override { return domain_; }

 private:
  double a_;
  Index dimension_;
  Box domain_;
};

/// f = x^4/4 - x^2/2
class DoubleWell final : public Potential {
 public:
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (0.25 * x.square().square() - 0.5 * x.square()).col(0);
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x.cube() - x; }
  void laplacian(PointsView x, ValuesOut l, Scratch&) const override { l = 3 * x.col(0).square() - 1; }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch&) const override {
    return Eigen::MatrixXd::Constant(1, 1, 3 * x(0) * x(0) - 1);
  }
  bool has_exact_hessian() const override { return true; }
};

/// f = |x|^2/2 + (3/2) cos(x_0 + 0.7 x_1) + (1/2) sin(2 x_1): neither quadratic nor separable, globally Lipschitz
/// gradient; its exponentials and cosines show whether blocks are padded.
class Rippled final : public Potential {
 public:
  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = 0.5 * x.square().rowwise().sum() + 1.5 * (x.col(0) + 0.7 * x.col(1)).cos() + 0.5 * (2 * x.col(1)).sin();
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g.col(0) = x.col(0) - 1.5 * (x.col(0) + 0.7 * x.col(1)).sin();
    g.col(1) = x.col(1) - 1.05 * (x.col(0) + 0.7 * x.col(1)).sin() + (2 * x.col(1)).cos();
  }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch&) const override {
    const double c = 1.5 * std::cos(x(0) + 0.7 * x(1));
    Eigen::MatrixXd h(2, 2);
    h << 1 - c, -0.7 * c, -0.7 * c, 1 - 0.49 * c - 2 * std::sin(2 * x(1));
    return h;
  }
  bool has_exact_hessian() const override { return true; }
};

/// f_i = g_i x^2/2 in one dimension
class RandomCurvature final : public FiniteSum {
 public:
  explicit RandomCurvature(Values curvatures) : g_(std::move(curvatures)) {}
  Index dimension() const override { return 1; }
  Index terms() const override { return g_.size(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = 0.5 * g_.mean() * x.col(0).square(); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = g_.mean() * x; }
  void laplacian(PointsView, ValuesOut laplacian, Scratch&) const override { laplacian.setConstant(g_.mean()); }
  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch&) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      double sum = 0;
      for (Index b = 0; b < indices.cols(); ++b) sum += g_(indices(i, b));
      g(i, 0) = sum / static_cast<double>(indices.cols()) * x(i, 0);
    }
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override { return g_ * x(0); }

 private:
  Values g_;
};

/// f = log cosh x + x^2/4, f' = tanh x + x/2: strictly nonlinear and globally Lipschitz
class HyperbolicTangent final : public Potential {
 public:
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (x.cosh().log() + 0.25 * x.square()).col(0);
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x.tanh() + 0.5 * x; }
  void laplacian(PointsView x, ValuesOut l, Scratch&) const override { l = 1.5 - x.col(0).tanh().square(); }
  bool has_exact_hessian() const override { return true; }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch&) const override {
    return Eigen::MatrixXd::Constant(1, 1, 1.5 - std::tanh(x(0)) * std::tanh(x(0)));
  }
};

/// f = cosh x, f' = sinh x: one-sided Lipschitz only
class HyperbolicSine final : public Potential {
 public:
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = x.cosh().col(0); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x.sinh(); }
  void laplacian(PointsView x, ValuesOut l, Scratch&) const override { l = x.col(0).cosh(); }
  bool has_exact_hessian() const override { return true; }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch&) const override {
    return Eigen::MatrixXd::Constant(1, 1, std::cosh(x(0)));
  }
};

inline std::shared_ptr<const Drift> minus_gradient(std::shared_ptr<const Potential> f) {
  return std::make_shared<GradientDrift>(std::move(f));
}

}  // namespace sgdlimits::test
