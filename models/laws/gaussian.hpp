/// The Gaussian law with independent coordinates.
#pragma once

#include "core/law.hpp"

namespace sgdlimits {

/// N(mean, diag(sd^2)). Throws InvalidArgument unless mean and sd have one length >= 1, mean is finite and
/// 0 < sd < infinity (for sd = 0 take PointLaw).
class GaussianLaw final : public Law {
 public:
  GaussianLaw(Eigen::VectorXd mean, Eigen::VectorXd sd);
  /// The same sd in every coordinate.
  GaussianLaw(Eigen::VectorXd mean, double sd);

  Index dimension() const override { return mean_.size(); }
  void sample(const Noise& noise, Index first, PointsOut out) const override;
  /// Normalised: -sum_j ((x_j - m_j)^2/(2 sd_j^2) + log(sd_j sqrt(2 pi))).
  void log_density(PointsView x, ValuesOut out, Scratch& scratch) const override;
  std::string description() const override;

  const Eigen::VectorXd& mean() const { return mean_; }
  const Eigen::VectorXd& sd() const { return sd_; }

 private:
  Eigen::VectorXd mean_, sd_;
};

}  // namespace sgdlimits
