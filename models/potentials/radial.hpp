/// Rotation-invariant potentials in any dimension.
#pragma once

#include "core/potential.hpp"

namespace sgdlimits {

/// f = phi(q), q = |x|^2: grad f = 2 phi' x, Hess f = 2 phi' I + 4 phi'' x x^T, Lap f = 2 d phi' + 4 q phi''.
/// A class gives phi, phi', phi'' on arrays.
class RadialPotential : public Potential {
 public:
  /// Throws InvalidArgument unless d >= 1.
  explicit RadialPotential(Index dimension);
  Index dimension() const final { return dimension_; }
  void value(PointsView x, ValuesOut f, Scratch& scratch) const final;
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const final;
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const final;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const final;
  bool has_exact_hessian() const final { return true; }

 protected:
  /// phi, phi', phi'' at q, in place.
  virtual void profile(ValuesOut q) const = 0;
  virtual void profile_first(ValuesOut q) const = 0;
  virtual void profile_second(ValuesOut q) const = 0;

 private:
  Index dimension_;
};

/// f = |x|^4/4.
class RadialQuartic final : public RadialPotential {
 public:
  explicit RadialQuartic(Index dimension = 2) : RadialPotential(dimension) {}
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void profile(ValuesOut q) const override;
  void profile_first(ValuesOut q) const override;
  void profile_second(ValuesOut q) const override;
};

/// f = h (|x|^2 - 1)^2, h > 0: from two dimensions on the minima are the whole unit sphere, which `facts` cannot
/// list; a maximum at 0 (in one dimension: the double well).
class MexicanHat final : public RadialPotential {
 public:
  explicit MexicanHat(Index dimension = 2, double height = 1);
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void profile(ValuesOut q) const override;
  void profile_first(ValuesOut q) const override;
  void profile_second(ValuesOut q) const override;

 private:
  double h_;
};

}  // namespace sgdlimits
