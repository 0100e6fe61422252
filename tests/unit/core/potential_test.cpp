#include "core/potential.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/drift.hpp"
#include "core/finite_sum.hpp"

namespace sgdlimits {
namespace {

/// f = sin(x) y^2 + x, with a gradient that can be made wrong by a relative amount.
class Wavy : public Potential {
 public:
  explicit Wavy(double wrong = 0) : wrong_(wrong) {}
  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = x.col(0).sin() * x.col(1).square() + x.col(0);
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g.col(0) = x.col(0).cos() * x.col(1).square() * (1 + wrong_) + 1;
    g.col(1) = 2 * x.col(0).sin() * x.col(1);
  }

 private:
  double wrong_;
};

Points some_points() {
  Points x(5, 2);
  x << 0.3, -1.2, 2.0, 0.7, -1.5, 1.1, 0.0, 0.4, 1.0, -2.0;
  return x;
}

// The check that stands before every claim sees an error of one part in a million.
TEST(GradientCheck, SeesAWrongGradient) {
  EXPECT_LT(gradient_check(Wavy(), some_points()), 1e-9);
  EXPECT_GT(gradient_check(Wavy(1e-6), some_points()), 1e-7);
  EXPECT_TRUE(std::isinf(gradient_check(Wavy(NAN), some_points())));
}

TEST(Potential, DefaultHessianAndLaplacianAreDifferencesOfTheGradient) {
  const Wavy f;
  Scratch scratch;
  const Eigen::Vector2d x(0.3, -1.2);
  Eigen::Matrix2d exact;
  exact << -std::sin(x(0)) * x(1) * x(1), 2 * std::cos(x(0)) * x(1), 2 * std::cos(x(0)) * x(1), 2 * std::sin(x(0));
  EXPECT_LT((f.hessian(x, scratch) - exact).cwiseAbs().maxCoeff(), 1e-9);
  Values laplacian(1);
  f.laplacian(x.transpose().array(), laplacian, scratch);
  EXPECT_NEAR(laplacian(0), exact.trace(), 1e-9);
  EXPECT_FALSE(f.has_exact_hessian());
}

TEST(GradientDrift, IsMinusTheGradient) {
  const auto f = std::make_shared<Wavy>();
  Scratch scratch;
  const Points x = some_points();
  Points b(x.rows(), 2);
  GradientDrift(f).evaluate(0, x, b, scratch);
  EXPECT_TRUE((b == -gradients(*f, x)).all());
}

/// f_i = (x - c_i)^2/2 with c = 0, 1, 5: one sample's gradient has variance Var(c) = 14/3.
class Centres : public FiniteSum {
 public:
  Index dimension() const override { return 1; }
  Index terms() const override { return 3; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (x.col(0).square() + (x.col(0) - 1).square() + (x.col(0) - 5).square()) / 6;
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x - 2; }
  void batch_gradient(PointsView x, IndicesView k, PointsOut g, Scratch&) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      double sum = 0;
      for (Index b = 0; b < k.cols(); ++b) sum += x(i, 0) - centre(k(i, b));
      g(i, 0) = sum / static_cast<double>(k.cols());
    }
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override {
    Points g(3, 1);
    for (Index i = 0; i < 3; ++i) g(i, 0) = x(0) - centre(i);
    return g;
  }

 private:
  static double centre(Index i) { return i == 2 ? 5 : static_cast<double>(i); }
};

TEST(FiniteSum, GradientCovarianceOfOneSample) {
  const Eigen::VectorXd x = Eigen::VectorXd::Constant(1, 0.7);
  EXPECT_NEAR(gradient_covariance(Centres(), x)(0, 0), 14.0 / 3.0, 1e-14);
}

}  // namespace
}  // namespace sgdlimits
