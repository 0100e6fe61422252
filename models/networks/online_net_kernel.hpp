/// Passes of online SGD over the hidden weights of one wide net: lanes are neurons, a block of them stays in L1.
#pragma once

#include <cstdint>

#include "core/points.hpp"
#include "models/networks/activation.hpp"

namespace sgdlimits::kernel {

inline constexpr Index kNeurons = 32;  // a block: four accumulators of eight doubles

// Weights of a block: w[k kNeurons + lane], k < D; blocks follow each other, the last one padded with neurons of
// outer weight 0. One number a neuron (outer weights S a_j, pre-activations z, slopes) has length blocks * kNeurons.
// All of it is 64-byte aligned. Inputs x are one sample after another, D numbers each.

/// For one block and one sample: w <- keep w + factor slope x (left out where every slope is 0 and keep = 1), then,
/// unless next is null, z = w next. One pass; unless x is null, when there is no update. z has the bits of a pass
/// without update over the updated weights.
struct BlockStep {
  double keep, factor;
  const double* x;
  const double* next;
};
void block_step(const BlockStep& step, Index inputs, const double* slope, double* w, double* z);

/// yhat = sum of outer sigma(z) over `blocks` blocks, slope = outer sigma'(z).
double activate(Activation activation, Index blocks, const double* z, const double* outer, double* slope);

/// w += sd noise for one block, noise[lane D + k].
void add_noise(double sd, const double* noise, Index inputs, double* w);

/// Activations with sigma' in {0, gate_slope}, whose slopes are kept as one bit each: relu and piecewise-linear.
bool is_gated(Activation activation);

/// What a batch of B samples leaves at a block for its backward pass: a word of gates each sample where is_gated,
/// else slopes sigma'(z), kNeurons each sample.
struct BatchSlopes {
  std::uint32_t* gates;
  double* slopes;
};

/// One block, a batch: sigma and sigma' at z = w x_b, added up as prediction[b kLanes + l] += sums of outer sigma
/// over lanes l, l + kLanes, ... `work` holds B kNeurons doubles.
void batch_forward(Activation activation, Index inputs, const double* w, const double* x, Index batch,
                   const double* outer, BatchSlopes slopes, double* prediction, double* work);

/// out = keep w + factor outer sum_b residual[b] sigma'(z_b) x_b for one block; out may be w. `work` as above.
struct BatchStep {
  double keep, factor;
  const double* x;
  const double* residual;
  Index batch;
};
void batch_backward(Activation activation, const BatchStep& step, Index inputs, const double* outer,
                    BatchSlopes slopes, const double* w, double* out, double* work);

}  // namespace sgdlimits::kernel
