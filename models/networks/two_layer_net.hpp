/// Empirical risk of a two-layer net with trained hidden weights, as a finite sum over the data.
///
///   f(W) = (c/n) sum_{i<n} loss(y_i, yhat_i) + (lambda/2) |W|^2,   yhat_i = S sum_{j<p} a_j sigma(w_j . x_i)
///
/// with loss (y - yhat)^2 or log(1 + exp(-y yhat)), y = +-1. The outer weights a are fixed (Gopalani, Mukherjee
/// 2022, arXiv 2210.11452); a bias is an input that is constant. W is p x D, its rows the neurons; as a point of
/// R^{pD} coordinate j D + k is w_{jk}. Every term f_i contains the ridge.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/finite_sum.hpp"
#include "models/networks/activation.hpp"

namespace sgdlimits {

enum class Loss {
  square,    ///< (y - yhat)^2, no factor 1/2: loss_factor says it
  logistic,  ///< log(1 + exp(-y yhat)), targets +1 or -1
};

enum class OutputScale {
  one,                ///< S = 1
  inverse_width,      ///< S = 1/p, mean field
  inverse_root_width  ///< S = 1/sqrt(p), tangent kernel
};

/// "square", "logistic"; "one", "1/N", "1/sqrt(N)" in experiment files.
std::string to_string(Loss loss);
std::string to_string(OutputScale scale);
/// Inverses; throw InvalidArgument with the nearest valid name.
Loss loss_from_name(const std::string& name);
OutputScale output_scale_from_name(const std::string& name);
/// S for width p.
double output_factor(OutputScale scale, Index width);

struct TwoLayerNetSpec {
  Activation activation = Activation::sigmoid;
  Eigen::VectorXd outer_weights;  ///< a, length p >= 1
  OutputScale scale = OutputScale::one;
  Loss loss = Loss::square;
  double loss_factor = 1;                ///< c > 0
  double ridge = 0;                      ///< lambda >= 0
  Eigen::MatrixXd inputs;                ///< n x D
  Eigen::VectorXd targets;               ///< length n
  std::vector<std::string> input_names;  ///< length D, or empty; for description() alone
};

/// The potential above: value, gradient, Laplacian and Hessian exact, mini-batch and single gradients.
/// Value, gradient, Laplacian and Hessian cost one evaluation for each distinct input among the n samples: those with
/// equal x_i are merged exactly, whatever their targets (square loss: mean target and a constant; logistic loss: the
/// counts of both signs), which changes results by rounding alone. `terms`, mini-batch and single gradients see the
/// n samples one by one. Coordinates are named "w[k]" for one neuron, "w[j,k]" otherwise. For ReLU
/// derivatives are those almost everywhere. Cost O(N n p D) a batch, n counting distinct inputs; memory O(p D) a
/// tile.
/// facts(): ridge = lambda where the data term grows less than quadratically (bounded sigma, or logistic loss);
/// nothing else is known in closed form. Throws InvalidArgument if sizes do not match, a number is not finite, c <=
/// 0, lambda < 0, or a logistic target is not +-1.
std::shared_ptr<const FiniteSum> two_layer_net(const TwoLayerNetSpec& spec);

/// yhat at m inputs (m x D) for N weights (N x pD): N x m. Throws InvalidArgument on a wrong shape.
Points two_layer_prediction(const TwoLayerNetSpec& spec, PointsView weights, const Eigen::MatrixXd& inputs);

/// The same potential by scalar loops over the formula and over every sample, nothing merged, ten to a hundred times
/// slower: what tests and benchmarks compare with.
std::shared_ptr<const FiniteSum> two_layer_net_reference(const TwoLayerNetSpec& spec);

}  // namespace sgdlimits
