/// One wide net in the kernel's layout, blocks of neurons, with its forward and backward pass on a batch; internal to
/// models/networks.
#pragma once

#include "models/networks/online_net_kernel.hpp"
#include "models/networks/two_layer_net.hpp"

namespace sgdlimits::networks {

/// Outer weights S a padded to whole blocks by neurons of weight 0; spec and weights belong to the caller.
struct NeuronBlocks {
  const TwoLayerNetSpec& spec;
  Index width, inputs, blocks;
  const double* outer;  ///< length blocks * kNeurons

  Index block_size() const { return inputs * kernel::kNeurons; }
  Index size() const { return blocks * block_size(); }
  /// Coordinates j D + k of a point into blocks; padding becomes 0.
  void load(ValuesView point, double* w) const;
  void store(const double* w, ValuesOut point) const;
};
/// S a_j, then zeros to a whole block.
Values padded_outer_weights(const TwoLayerNetSpec& spec);

/// Up to `capacity` samples with what a forward pass leaves for the backward one; memory is the frame's. Fill
/// `inputs` (one column a sample) and `targets`, then call `forward`.
class SampleBatch {
 public:
  SampleBatch(const NeuronBlocks& net, Index capacity, Scratch::Frame& frame);

  void resize(Index samples) { size_ = samples; }
  Eigen::Map<Points> inputs() { return {x_, net_.inputs, size_}; }
  Eigen::Map<Values> targets() { return {y_, size_}; }

  /// Residuals loss'(y, yhat) at weights w; returns the sum of loss(y, yhat).
  double forward(const double* w);
  /// out = keep w + factor sum_b residual_b grad yhat_b for one block of weights; out may be w.
  void backward(Index block, double keep, double factor, const double* w, double* out);

 private:
  kernel::BatchSlopes slopes(Index block) const;

  const NeuronBlocks& net_;
  Index size_, capacity_;
  double *x_, *y_, *residual_, *predictions_, *work_;
  std::uint32_t* gates_ = nullptr;
  double* slopes_ = nullptr;
};

}  // namespace sgdlimits::networks
