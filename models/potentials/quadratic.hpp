/// Quadratic forms: Ornstein-Uhlenbeck processes, where everything is known.
#pragma once

#include "core/potential.hpp"

namespace sgdlimits {

/// f = (1/2) (x - m)^T K (x - m), K symmetric positive definite d x d. Eigenvalues of -L are the nonnegative integer
/// combinations of those of K, at any temperature.
class Quadratic final : public Potential {
 public:
  /// Throws InvalidArgument unless K is square, symmetric to 1e-12 and positive definite, and m has its size (m
  /// empty: the origin).
  explicit Quadratic(Eigen::MatrixXd stiffness, Eigen::VectorXd centre = {});
  /// K = diag(k).
  static Quadratic diagonal(const Eigen::VectorXd& k);

  Index dimension() const override { return stiffness_.rows(); }
  void value(PointsView x, ValuesOut f, Scratch& scratch) const override;
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override;
  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override;
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const override;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override;
  bool has_exact_hessian() const override { return true; }
  PotentialFacts facts() const override;
  std::string description() const override;

 private:
  Eigen::MatrixXd stiffness_;
  Eigen::VectorXd centre_;
  double smallest_, largest_;  // eigenvalues of K
};

}  // namespace sgdlimits
