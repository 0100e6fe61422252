/// What the fast and the reference two-layer net share; internal to models/networks.
#pragma once

#include "models/networks/loss_sum.hpp"

namespace sgdlimits::networks {

/// Throws InvalidArgument unless there is an outer weight, all are finite, c > 0 and lambda >= 0.
void check_net(const TwoLayerNetSpec& spec);
/// Throws InvalidArgument unless the specification satisfies the conditions of two_layer_net.
void check(const TwoLayerNetSpec& spec);

/// "w[k]" for one neuron, "w[j,k]" otherwise.
std::vector<std::string> weight_names(Index width, Index inputs);

/// loss(y, yhat), its first and second derivative in yhat.
struct LossValues {
  double value, first, second;
};
LossValues evaluate_loss(Loss loss, double prediction, double target);

/// Everything but the batch evaluations, by scalar loops over the formulas: single gradients over the samples, the
/// Hessian over the rows of `sum`, which must be the specification's.
class TwoLayerNetSum : public FiniteSum {
 public:
  TwoLayerNetSum(TwoLayerNetSpec spec, LossSum sum);

  Index dimension() const override { return width() * inputs(); }
  Index terms() const override { return spec_.inputs.rows(); }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override;
  Points term_gradients(const Eigen::VectorXd& x, Scratch& scratch) const override;
  bool has_exact_hessian() const override { return true; }
  PotentialFacts facts() const override;
  std::vector<std::string> coordinate_names() const override;
  std::string description() const override;
  std::optional<LineProgram> line_program() const override;

 protected:
  Index width() const { return spec_.outer_weights.size(); }
  Index inputs() const { return spec_.inputs.cols(); }

  TwoLayerNetSpec spec_;
  LossSum sum_;
  Eigen::VectorXd outer_;  // S a
};

}  // namespace sgdlimits::networks
