/// Population risk of a two-layer net with trained hidden weights, seen through fresh samples of a law.
///
///   f(W) = c E loss(y, yhat(x)) + (lambda/2) |W|^2,   yhat(x) = S sum_{j<p} a_j sigma(w_j . x),   (x, y) ~ law
///
/// with the symbols, scales and coordinates of models/networks/two_layer_net.hpp. A sample's gradient is
///   df/dw_j = c loss'(y, yhat) S a_j sigma'(w_j . x) x + lambda w_j.
#pragma once

#include "core/sampled_sum.hpp"
#include "models/data/sample_law.hpp"

namespace sgdlimits {

/// The sum above; spec.inputs, spec.targets and spec.input_names stay empty. Sample m of a path is that of
/// draw_samples. It takes many steps at once: neurons run in vectors, and the update of step k shares its pass over
/// the weights with the forward pass of step k + 1; O(p D B) a step. Throws InvalidArgument if there is no law, data
/// are given, there is no outer weight, a number is not finite, c <= 0 or lambda < 0. With the logistic loss the
/// law's targets must be +-1, which is not checked.
std::shared_ptr<const SampledSum> sampled_two_layer_net(const TwoLayerNetSpec& spec,
                                                        std::shared_ptr<const SampleLaw> law);

/// The same by scalar loops over the formula, one step at a time: what tests and benchmarks compare with.
std::shared_ptr<const SampledSum> sampled_two_layer_net_reference(const TwoLayerNetSpec& spec,
                                                                  std::shared_ptr<const SampleLaw> law);

/// The net of the mean-field theory (Mei, Montanari, Nguyen 2018) in its own time: a = 1, S = 1/N, square loss, c = N
/// and ridge 2 lambda, so that f = N R_N + lambda sum_i |theta_i|^2 and a step of SGD at rate s_k is
///   theta_i <- theta_i + 2 s_k (y - yhat) grad sigma(theta_i . x) - 2 lambda s_k theta_i.
/// With AddedNoise::mean_field (solvers/sde/sgd.hpp) it is their noisy SGD. Time sum s_k is the time of
/// d_t rho = 2 div(rho grad Psi), xi = 1. Throws InvalidArgument unless N >= 1 and 0 <= lambda < infinity.
TwoLayerNetSpec mean_field_net(Activation activation, Index neurons, double lambda = 0);

}  // namespace sgdlimits
