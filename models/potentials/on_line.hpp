/// Base of the one-dimensional built-in potentials: a class gives f, f', f'' on a column and nothing else.
#pragma once

#include "core/potential.hpp"

namespace sgdlimits {

/// f: R -> R with exact second derivative; the one coordinate is called x.
class PotentialOnLine : public Potential {
 public:
  Index dimension() const final { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const final { f0(x.col(0), f); }
  void gradient(PointsView x, PointsOut g, Scratch&) const final { f1(x.col(0), g.col(0)); }
  void laplacian(PointsView x, ValuesOut laplacian, Scratch&) const final { f2(x.col(0), laplacian); }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const final;
  bool has_exact_hessian() const final { return true; }
  std::vector<std::string> coordinate_names() const final { return {"x"}; }

 protected:
  /// f, f', f'' at x, all of length N.
  virtual void f0(ValuesView x, ValuesOut f) const = 0;
  virtual void f1(ValuesView x, ValuesOut f) const = 0;
  virtual void f2(ValuesView x, ValuesOut f) const = 0;
};

}  // namespace sgdlimits
