/// The data part of a two-layer net's risk as a weighted sum over input rows; internal to models/networks.
#pragma once

#include "models/networks/two_layer_net.hpp"

namespace sgdlimits::networks {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// (c/n) sum_i loss(y_i, yhat(x_i)) = sum_{r<R} (weight_r loss(target_r, yhat(x_r)) + slope_r yhat(x_r)) + constant
struct LossSum {
  RowMajor inputs;                         ///< R x D
  Eigen::VectorXd targets, weight, slope;  ///< length R
  double constant = 0;
};

/// One row a sample: R = n, weight c/n, no slope, no constant.
LossSum individual_samples(const TwoLayerNetSpec& spec);

/// One row for each distinct input, in order of first appearance. Over the m samples with input x, exactly,
///     square:    sum (y_i - yhat)^2 = m (ybar - yhat)^2 + sum (y_i - ybar)^2,   ybar their mean target;
///     logistic:  sum log(1 + e^{-y_i yhat}) = m log(1 + e^{-s yhat}) + k s yhat,
/// s the sign that most of them have and k the number of the others, since log(1 + e^z) = log(1 + e^{-z}) + z. With
/// the majority's sign nothing cancels where the net saturates. Samples that repeat in nothing are left as they are,
/// bit for bit.
LossSum distinct_inputs(const TwoLayerNetSpec& spec);

}  // namespace sgdlimits::networks
