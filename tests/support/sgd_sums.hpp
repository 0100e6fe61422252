/// Small means over samples whose stochastic gradient descent is known exactly or studied in the literature.
#pragma once

#include "core/finite_sum.hpp"

namespace sgdlimits::test {

/// A FiniteSum from the gradients of its terms; value and gradient follow.
class SmallSum : public FiniteSum {
 public:
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override {
    for (Index i = 0; i < x.rows(); ++i)
      g.row(i) = term_gradients(x.row(i).transpose().matrix(), scratch).colwise().mean();
  }
  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      const Points terms = term_gradients(x.row(i).transpose().matrix(), scratch);
      g.row(i).setZero();
      for (Index b = 0; b < indices.cols(); ++b) g.row(i) += terms.row(indices(i, b));
      g.row(i) /= static_cast<double>(indices.cols());
    }
  }
};

/// f_i = (x^2 - 1)^2 + c_i x, the c_i of mean 0. With c = +-c0: Shirokoff, Zaleski, arXiv 2409.12243.
class TiltedWells final : public SmallSum {
 public:
  explicit TiltedWells(Values tilts) : tilts_(std::move(tilts)) {}
  explicit TiltedWells(double c) : tilts_(2) { tilts_ << c, -c; }
  Index dimension() const override { return 1; }
  Index terms() const override { return tilts_.size(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (x.col(0).square() - 1).square() + tilts_.mean() * x.col(0);
  }
  void laplacian(PointsView x, ValuesOut l, Scratch&) const override { l = 12 * x.col(0).square() - 4; }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override {
    return tilts_ + 4 * x(0) * (x(0) * x(0) - 1);
  }

 private:
  Values tilts_;
};

/// f_i = (1/2) sum_j a_j (x_j - g_ij)^2: SGD is an autoregression of order 1 in every coordinate.
class Parabolas final : public SmallSum {
 public:
  Parabolas(Values curvatures, Points centres) : a_(std::move(curvatures)), g_(std::move(centres)) {}
  Index dimension() const override { return a_.size(); }
  Index terms() const override { return g_.rows(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f.setZero();
    for (Index j = 0; j < a_.size(); ++j)
      for (Index i = 0; i < g_.rows(); ++i)
        f += 0.5 * a_(j) / static_cast<double>(g_.rows()) * (x.col(j) - g_(i, j)).square();
  }
  void laplacian(PointsView, ValuesOut l, Scratch&) const override { l.setConstant(a_.sum()); }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override {
    Points terms(g_.rows(), a_.size());
    for (Index j = 0; j < a_.size(); ++j) terms.col(j) = a_(j) * (x(j) - g_.col(j));
    return terms;
  }

 private:
  Values a_;
  Points g_;
};

}  // namespace sgdlimits::test
