/// A fixed starting point, as every real run of SGD has.
#pragma once

#include "core/law.hpp"

namespace sgdlimits {

/// The point mass at x. It has no density: log_density throws InvalidArgument, and chi_squared and KL to any Gibbs
/// measure are infinite.
class PointLaw final : public Law {
 public:
  /// Throws InvalidArgument unless x has at least one entry, all finite.
  explicit PointLaw(Eigen::VectorXd x);

  Index dimension() const override { return x_.size(); }
  void sample(const Noise& noise, Index first, PointsOut out) const override;
  void log_density(PointsView x, ValuesOut out, Scratch& scratch) const override;
  bool has_density() const override { return false; }
  std::string description() const override;

  const Eigen::VectorXd& point() const { return x_; }

 private:
  Eigen::VectorXd x_;
};

}  // namespace sgdlimits
