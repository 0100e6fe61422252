/// Exact stationary laws of schemes on linear problems.
#pragma once

#include <Eigen/Dense>
#include <unsupported/Eigen/KroneckerProduct>

#include "solvers/sde/scheme.hpp"

namespace sgdlimits::test {

/// x' = matrix x + noise g
struct LinearStep {
  Eigen::MatrixXd matrix, noise;
};

/// One step of a scheme on a linear problem, read off by prescribing points and Gaussians: unit vectors one at a
/// time.
inline LinearStep linear_step(const Scheme& scheme) {
  const Index d = scheme.dimension(), k = scheme.normals_per_step();
  const Noise unused(0, scheme.stream());
  Scratch scratch;
  const auto image = [&](Index coordinate, Index gaussian) {
    Points x = Points::Zero(kLanes, d), g = Points::Zero(kLanes, k);
    if (coordinate >= 0) x.col(coordinate).setOnes();
    if (gaussian >= 0) g.col(gaussian).setOnes();
    PathBlock block{{x.data(), kLanes, d}, {g.data(), kLanes, k}, 0, 0.0, scratch};
    scheme.advance(block, 0, unused);
    return Eigen::VectorXd(x.row(0).matrix().transpose());
  };
  LinearStep step{Eigen::MatrixXd(d, d), Eigen::MatrixXd(d, k)};
  for (Index j = 0; j < d; ++j) step.matrix.col(j) = image(j, -1);
  for (Index j = 0; j < k; ++j) step.noise.col(j) = image(-1, j);
  return step;
}

/// C = M C M^T + S S^T, by the linear system for the entries of C.
inline Eigen::MatrixXd stationary_covariance(const LinearStep& step) {
  const Index d = step.matrix.rows();
  const Eigen::MatrixXd source = step.noise * step.noise.transpose();
  const Eigen::MatrixXd product = Eigen::kroneckerProduct(step.matrix, step.matrix);
  const Eigen::VectorXd c = (Eigen::MatrixXd::Identity(d * d, d * d) - product)
                                .fullPivLu()
                                .solve(Eigen::Map<const Eigen::VectorXd>(source.data(), d * d));
  return Eigen::Map<const Eigen::MatrixXd>(c.data(), d, d);
}

}  // namespace sgdlimits::test
