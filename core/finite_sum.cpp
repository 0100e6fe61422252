#include "core/finite_sum.hpp"

namespace sgdlimits {

Eigen::MatrixXd gradient_covariance(const FiniteSum& sum, const Eigen::VectorXd& x) {
  Scratch scratch;
  const Points terms = sum.term_gradients(x, scratch);
  const Eigen::MatrixXd centred = (terms.rowwise() - terms.colwise().mean()).matrix();
  return centred.transpose() * centred / static_cast<double>(terms.rows());
}

}  // namespace sgdlimits
