/// Selling's decomposition of a positive definite form: a covariance as jumps along few lattice vectors.
#pragma once

#include <Eigen/Core>
#include <array>

namespace sgdlimits {

/// weight offset offset^T, weight >= 0, offset an integer vector whose entries have no common divisor.
struct SellingTerm {
  Eigen::Vector2i offset;
  double weight;
};

/// M = sum_k weight_k offset_k offset_k^T with three nonnegative weights (Selling 1874; Conway, Sloane 1992; for
/// monotone schemes: Bonnans, Ottenwaelter, Zidani 2004, Fehrenbach, Mirebeau 2014).
///
/// A superbase b_0 + b_1 + b_2 = 0 of Z^2 is changed by (b_i, b_j) -> (-b_i, b_j), third b_i - b_j, while some
/// b_i^T M b_j > 0; then weight_k = -b_i^T M b_j and offset_k is b_k turned by a right angle, {i, j, k} = {0, 1, 2}.
/// Each change makes sum_i b_i^T M b_i smaller, so it ends. Offsets are at most of length sqrt(2
/// lambda_max/lambda_min) and typically of the fourth root of that. Diagonal M gives the two axes.
///
/// Throws InvalidArgument unless M is symmetric (its lower triangle is read), finite and positive definite with
/// lambda_min >= 1e-12 lambda_max. The sum is M to rounding.
std::array<SellingTerm, 3> selling_decomposition(const Eigen::Matrix2d& m);

}  // namespace sgdlimits
