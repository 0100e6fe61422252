#include "models/networks/neuron_blocks.hpp"

#include <algorithm>

#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits::networks {

namespace {
constexpr Index L = kernel::kNeurons;
}

void NeuronBlocks::load(ValuesView point, double* w) const {
  std::fill(w, w + size(), 0.0);
  for (Index j = 0; j < width; ++j)
    for (Index k = 0; k < inputs; ++k) w[j / L * block_size() + k * L + j % L] = point(j * inputs + k);
}

void NeuronBlocks::store(const double* w, ValuesOut point) const {
  for (Index j = 0; j < width; ++j)
    for (Index k = 0; k < inputs; ++k) point(j * inputs + k) = w[j / L * block_size() + k * L + j % L];
}

Values padded_outer_weights(const TwoLayerNetSpec& spec) {
  const Index width = spec.outer_weights.size();
  Values outer = Values::Zero((width + L - 1) / L * L);
  outer.head(width) = output_factor(spec.scale, width) * spec.outer_weights.array();
  return outer;
}

SampleBatch::SampleBatch(const NeuronBlocks& net, Index capacity, Scratch::Frame& frame)
    : net_(net),
      size_(capacity),
      capacity_(capacity),
      x_(frame.take(net.inputs * capacity)),
      y_(frame.take(capacity)),
      residual_(frame.take(capacity)),
      predictions_(frame.take(kLanes * capacity)),
      work_(frame.take(capacity * L)) {
  // two gates a double
  if (kernel::is_gated(net.spec.activation))
    gates_ = reinterpret_cast<std::uint32_t*>(frame.take((net.blocks * capacity + 1) / 2));
  else
    slopes_ = frame.take(net.blocks * capacity * L);
}

double SampleBatch::forward(const double* w) {
  std::fill(predictions_, predictions_ + kLanes * size_, 0.0);
  for (Index block = 0; block < net_.blocks; ++block)
    kernel::batch_forward(net_.spec.activation, net_.inputs, w + block * net_.block_size(), x_, size_,
                          net_.outer + block * L, slopes(block), predictions_, work_);
  double sum = 0;
  for (Index b = 0; b < size_; ++b) {
    double prediction = 0;
    for (Index l = 0; l < kLanes; ++l) prediction += predictions_[b * kLanes + l];
    const LossValues loss = evaluate_loss(net_.spec.loss, prediction, y_[b]);
    residual_[b] = loss.first;
    sum += loss.value;
  }
  return sum;
}

void SampleBatch::backward(Index block, double keep, double factor, const double* w, double* out) {
  kernel::batch_backward(net_.spec.activation, {keep, factor, x_, residual_, size_}, net_.inputs,
                         net_.outer + block * L, slopes(block), w, out, work_);
}

kernel::BatchSlopes SampleBatch::slopes(Index block) const {
  return {gates_ == nullptr ? nullptr : gates_ + block * capacity_,
          slopes_ == nullptr ? nullptr : slopes_ + block * capacity_ * L};
}

}  // namespace sgdlimits::networks
