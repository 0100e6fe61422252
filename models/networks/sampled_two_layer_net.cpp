#include "models/networks/sampled_two_layer_net.hpp"

#include <algorithm>

#include "models/networks/neuron_blocks.hpp"
#include "models/networks/sampled_net.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

using networks::NeuronBlocks;
using networks::SampleBatch;

constexpr Index L = kernel::kNeurons;
// Samples drawn together where a step takes one: few groups of Gaussians are cut, and the inputs stay in cache.
constexpr Index kDrawn = 64;

/// The Gaussians of a step, block by block.
class StepNoise {
 public:
  StepNoise(const NeuronBlocks& net, const OnlineSteps& steps, Scratch::Frame& frame)
      : net_(net), steps_(steps), noise_(steps.noise.with(Stream::brownian)), buffer_(nullptr) {
    if (steps.standard_deviation.size() > 0) buffer_ = frame.take(net.block_size());
  }
  bool none() const { return buffer_ == nullptr; }
  void add(Index k, Index block, double* w) {
    const Index first = block * net_.block_size(), d = net_.width * net_.inputs;
    const Index count = std::min(net_.block_size(), d - first);
    noise_.path_normals(steps_.path, (steps_.first_step + k) * d + first, Eigen::Map<Values>(buffer_, count));
    std::fill(buffer_ + count, buffer_ + net_.block_size(), 0.0);
    kernel::add_noise(steps_.standard_deviation(k), buffer_, net_.inputs, w);
  }

 private:
  const NeuronBlocks& net_;
  const OnlineSteps& steps_;
  Noise noise_;
  double* buffer_;
};

/// Batches of one: the pass over the weights that updates them also prepares the next step's pre-activations.
void single_samples(const NeuronBlocks& net, const SampleLaw& law, const OnlineSteps& steps, double* w,
                    Scratch& scratch) {
  Scratch::Frame frame(scratch);
  const Index count = steps.rates.size();
  StepNoise noise(net, steps, frame);
  double* z = frame.take(net.blocks * L);
  double* slope = frame.take(net.blocks * L);
  Eigen::Map<Points> x = frame.points(net.inputs, kDrawn + 1);
  Eigen::Map<Values> y = frame.values(kDrawn + 1);
  const auto pass = [&](Index k, const kernel::BlockStep& step) {
    for (Index b = 0; b < net.blocks; ++b) {
      double* block = w + b * net.block_size();
      if (step.x == nullptr || noise.none()) {
        kernel::block_step(step, net.inputs, slope + b * L, block, z + b * L);
        continue;
      }
      kernel::block_step({step.keep, step.factor, step.x, nullptr}, net.inputs, slope + b * L, block, z + b * L);
      noise.add(k, b, block);
      kernel::block_step({1, 0, nullptr, step.next}, net.inputs, slope + b * L, block, z + b * L);
    }
  };
  for (Index begin = 0; begin < count; begin += kDrawn) {
    // the first sample after these is drawn twice
    const Index drawn = std::min(kDrawn + 1, count - begin), here = std::min(kDrawn, count - begin);
    draw_samples(law, steps.noise, steps.path, steps.first_step + begin, x.leftCols(drawn), y.head(drawn), scratch);
    if (begin == 0) pass(0, {1, 0, nullptr, x.col(0).data()});
    for (Index k = 0; k < here; ++k) {
      const double rate = steps.rates(begin + k);
      const double prediction = kernel::activate(net.spec.activation, net.blocks, z, net.outer, slope);
      pass(begin + k, {1 - rate * net.spec.ridge,
                       -rate * net.spec.loss_factor * networks::evaluate_loss(net.spec.loss, prediction, y(k)).first,
                       x.col(k).data(), k + 1 < drawn ? x.col(k + 1).data() : nullptr});
    }
  }
}

void batches(const NeuronBlocks& net, const SampleLaw& law, const OnlineSteps& steps, double* w, Scratch& scratch) {
  Scratch::Frame frame(scratch);
  StepNoise noise(net, steps, frame);
  SampleBatch batch(net, steps.batch, frame);
  for (Index k = 0; k < steps.rates.size(); ++k) {
    const double rate = steps.rates(k);
    draw_samples(law, steps.noise, steps.path, (steps.first_step + k) * steps.batch, batch.inputs(), batch.targets(),
                 scratch);
    batch.forward(w);
    for (Index b = 0; b < net.blocks; ++b) {
      double* block = w + b * net.block_size();
      batch.backward(b, 1 - rate * net.spec.ridge, -rate * net.spec.loss_factor / static_cast<double>(steps.batch),
                     block, block);
      if (!noise.none()) noise.add(k, b, block);
    }
  }
}

class FastSampledNet final : public networks::SampledNet {
 public:
  FastSampledNet(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law)
      : SampledNet(spec, std::move(law)), padded_(networks::padded_outer_weights(spec)) {}

  bool has_online_steps() const override { return true; }

  void online_steps(ValuesOut point, const OnlineSteps& steps, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const NeuronBlocks net = blocks();
    double* w = frame.take(net.size());
    net.load(point, w);
    steps.batch == 1 ? single_samples(net, *law_, steps, w, scratch) : batches(net, *law_, steps, w, scratch);
    net.store(w, point);
  }

  void sample_gradient(PointsView x, const Noise& noise, Index first_path, std::int64_t step, Index size, PointsOut g,
                       Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const NeuronBlocks net = blocks();
    double* w = frame.take(net.size());
    Eigen::Map<Values> point = frame.values(dimension());
    SampleBatch batch(net, size, frame);
    for (Index i = 0; i < x.rows(); ++i) {
      point = x.row(i).transpose();
      net.load(point, w);
      draw_samples(*law_, noise, first_path + i, step * size, batch.inputs(), batch.targets(), scratch);
      batch.forward(w);
      for (Index b = 0; b < net.blocks; ++b) {
        double* block = w + b * net.block_size();
        batch.backward(b, spec_.ridge, spec_.loss_factor / static_cast<double>(size), block, block);
      }
      net.store(w, point);
      g.row(i) = point.transpose();
    }
  }

 private:
  NeuronBlocks blocks() const { return {spec_, width(), inputs(), padded_.size() / L, padded_.data()}; }

  Values padded_;  // S a, then zeros
};

}  // namespace

std::shared_ptr<const SampledSum> sampled_two_layer_net(const TwoLayerNetSpec& spec,
                                                        std::shared_ptr<const SampleLaw> law) {
  return std::make_shared<FastSampledNet>(spec, std::move(law));
}

}  // namespace sgdlimits
