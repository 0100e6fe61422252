#include "models/potentials/on_line.hpp"

namespace sgdlimits {

Eigen::MatrixXd PotentialOnLine::hessian(const Eigen::VectorXd& x, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Values> at = frame.values(kLanes), second = frame.values(kLanes);
  at.setConstant(x(0));
  f2(at, second);
  return Eigen::MatrixXd::Constant(1, 1, second(0));
}

}  // namespace sgdlimits
