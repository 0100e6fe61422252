#include "validation/rates/whitening.hpp"

#include <Eigen/Dense>

#include "core/points.hpp"

namespace sgdlimits {

Eigen::MatrixXd whitener_of(const Eigen::MatrixXd& covariance) {
  const Eigen::VectorXd scale = covariance.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd correlation = scale.asDiagonal() * covariance * scale.asDiagonal();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlation);
  const double floor = 1e-10 * solver.eigenvalues().maxCoeff();
  const Index kept = (solver.eigenvalues().array() > floor).count();
  const Eigen::VectorXd weights = solver.eigenvalues().tail(kept).cwiseSqrt().cwiseInverse();
  return weights.asDiagonal() * solver.eigenvectors().rightCols(kept).transpose() * scale.asDiagonal();
}

}  // namespace sgdlimits
