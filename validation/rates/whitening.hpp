/// Covariances of values across times.
#pragma once

#include <Eigen/Core>

namespace sgdlimits {

/// W (m x n, m <= n) with W C W^T = 1: rows map values to uncorrelated ones of variance 1. Directions in which the
/// correlation vanishes to rounding (1e-10 of its largest) carry no information that can be trusted and are left out.
/// C is n x n, symmetric, with positive diagonal.
Eigen::MatrixXd whitener_of(const Eigen::MatrixXd& covariance);

}  // namespace sgdlimits
