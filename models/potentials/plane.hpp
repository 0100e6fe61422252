/// Two-dimensional potentials with saddles; the coordinates are called x and y.
#pragma once

#include "core/potential.hpp"

namespace sgdlimits {

/// f = h (x^2 - 1)^2 + k y^2 + c x y, h, k > 0: a double well coupled to a quadratic. For given x it is least at
/// y = -c x/(2k), where f = h (x^2 - 1)^2 - c^2 x^2/(4k); so the critical points are 0 and, always,
/// x^2 = 1 + c^2/(8 h k). c = 0 is the product of a double well and a Gaussian.
class CoupledWell final : public Potential {
 public:
  explicit CoupledWell(double barrier = 1, double stiffness = 0.75, double coupling = 0.3);

  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch& scratch) const override;
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override;
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const override;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override;
  bool has_exact_hessian() const override { return true; }
  PotentialFacts facts() const override;
  std::vector<std::string> coordinate_names() const override { return {"x", "y"}; }
  std::string description() const override;

 private:
  double h_, k_, c_;
};

/// f = scale sum_{m<4} A_m exp(a_m (x - X_m)^2 + b_m (x - X_m)(y - Y_m) + c_m (y - Y_m)^2), the surface of Mueller
/// and Brown (Theor. Chim. Acta 53, 1979): A = (-200, -100, -170, 15), a = (-1, -1, -6.5, 0.7), b = (0, 0, 11, 0.6),
/// c = (-10, -10, -6.5, 0.7), X = (1, 0, -0.5, -1), Y = (0, 0.5, 1.5, 1). Three minima and two saddles, found from
/// the published ones by Newton steps to rounding. It grows like exp(0.7 |x|^2): explicit schemes blow up far out.
class MuellerBrown final : public Potential {
 public:
  explicit MuellerBrown(double scale = 0.01);

  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch& scratch) const override;
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override;
  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override;
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const override;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override;
  bool has_exact_hessian() const override { return true; }
  PotentialFacts facts() const override { return facts_; }
  std::vector<std::string> coordinate_names() const override { return {"x", "y"}; }
  std::string description() const override;

 private:
  double scale_;
  PotentialFacts facts_;
};

}  // namespace sgdlimits
