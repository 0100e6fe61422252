#include "models/networks/sampled_two_layer_net.hpp"

#include <algorithm>

#include "models/networks/online_net_kernel.hpp"
#include "models/networks/sampled_net.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

constexpr Index L = kernel::kNeurons;
// Samples drawn together where a step takes one: few groups of Gaussians are cut, and the inputs stay in cache.
constexpr Index kDrawn = 64;

/// The net as the kernel sees it: outer weights S a, padded to whole blocks by neurons of weight 0.
struct Net {
  const TwoLayerNetSpec& spec;
  const SampleLaw& law;
  Index width, inputs, blocks;
  const double* outer;

  Index block_size() const { return inputs * L; }
  double loss_slope(double prediction, double target) const {
    return networks::evaluate_loss(spec.loss, prediction, target).first;
  }
};

/// Coordinates j D + k into blocks of neurons: padding gets weight 0.
void load(const Net& net, ValuesView point, double* w) {
  std::fill(w, w + net.blocks * net.block_size(), 0.0);
  for (Index j = 0; j < net.width; ++j)
    for (Index k = 0; k < net.inputs; ++k) w[j / L * net.block_size() + k * L + j % L] = point(j * net.inputs + k);
}

void store(const Net& net, const double* w, ValuesOut point) {
  for (Index j = 0; j < net.width; ++j)
    for (Index k = 0; k < net.inputs; ++k) point(j * net.inputs + k) = w[j / L * net.block_size() + k * L + j % L];
}

/// The Gaussians of a step, block by block.
class StepNoise {
 public:
  StepNoise(const Net& net, const OnlineSteps& steps, Scratch::Frame& frame)
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
  const Net& net_;
  const OnlineSteps& steps_;
  Noise noise_;
  double* buffer_;
};

/// Batches of one: the pass over the weights that updates them also prepares the next step's pre-activations.
void single_samples(const Net& net, const OnlineSteps& steps, double* w, Scratch& scratch) {
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
    draw_samples(net.law, steps.noise, steps.path, steps.first_step + begin, x.leftCols(drawn), y.head(drawn),
                 scratch);
    if (begin == 0) pass(0, {1, 0, nullptr, x.col(0).data()});
    for (Index k = 0; k < here; ++k) {
      const double rate = steps.rates(begin + k);
      const double prediction = kernel::activate(net.spec.activation, net.blocks, z, net.outer, slope);
      pass(begin + k, {1 - rate * net.spec.ridge, -rate * net.spec.loss_factor * net.loss_slope(prediction, y(k)),
                       x.col(k).data(), k + 1 < drawn ? x.col(k + 1).data() : nullptr});
    }
  }
}

/// Samples of one step with what the forward pass leaves for the backward one.
class Batch {
 public:
  Batch(const Net& net, Index size, Scratch::Frame& frame)
      : net_(net),
        size_(size),
        x_(frame.points(net.inputs, size)),
        y_(frame.values(size)),
        residual_(frame.values(size)),
        predictions_(frame.points(kLanes, size)),
        work_(frame.take(size * L)) {
    // two gates a double
    if (kernel::is_gated(net.spec.activation))
      gates_ = reinterpret_cast<std::uint32_t*>(frame.take((net.blocks * size + 1) / 2));
    else
      slopes_ = frame.take(net.blocks * size * L);
  }

  void draw(const Noise& noise, Index path, std::int64_t step, Scratch& scratch) {
    draw_samples(net_.law, noise, path, step * size_, x_, y_, scratch);
    predictions_.setZero();
  }
  /// Predictions and residuals loss'(y, yhat) at the weights.
  void forward(const double* w) {
    for (Index block = 0; block < net_.blocks; ++block)
      kernel::batch_forward(net_.spec.activation, net_.inputs, w + block * net_.block_size(), x_.data(), size_,
                            net_.outer + block * L, slopes(block), predictions_.data(), work_);
    for (Index b = 0; b < size_; ++b) {
      double prediction = 0;
      for (Index l = 0; l < kLanes; ++l) prediction += predictions_(l, b);
      residual_(b) = net_.loss_slope(prediction, y_(b));
    }
  }
  /// out = keep w + factor sum_b residual_b grad yhat_b for one block.
  void backward(Index block, double keep, double factor, const double* w, double* out) {
    kernel::batch_backward(net_.spec.activation, {keep, factor, x_.data(), residual_.data(), size_}, net_.inputs,
                           net_.outer + block * L, slopes(block), w, out, work_);
  }

 private:
  kernel::BatchSlopes slopes(Index block) {
    return {gates_ == nullptr ? nullptr : gates_ + block * size_,
            slopes_ == nullptr ? nullptr : slopes_ + block * size_ * L};
  }

  const Net& net_;
  Index size_;
  Eigen::Map<Points> x_;
  Eigen::Map<Values> y_, residual_;
  Eigen::Map<Points> predictions_;
  double* work_;
  std::uint32_t* gates_ = nullptr;
  double* slopes_ = nullptr;
};

void batches(const Net& net, const OnlineSteps& steps, double* w, Scratch& scratch) {
  Scratch::Frame frame(scratch);
  StepNoise noise(net, steps, frame);
  Batch batch(net, steps.batch, frame);
  for (Index k = 0; k < steps.rates.size(); ++k) {
    const double rate = steps.rates(k);
    batch.draw(steps.noise, steps.path, steps.first_step + k, scratch);
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
      : SampledNet(spec, std::move(law)), outer_blocks_(Values::Zero((width() + L - 1) / L * L)) {
    outer_blocks_.head(width()) = outer_.array();
  }

  bool has_online_steps() const override { return true; }

  void online_steps(ValuesOut point, const OnlineSteps& steps, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Net net = kernel_net();
    double* w = frame.take(net.blocks * net.block_size());
    load(net, point, w);
    steps.batch == 1 ? single_samples(net, steps, w, scratch) : batches(net, steps, w, scratch);
    store(net, w, point);
  }

  void sample_gradient(PointsView x, const Noise& noise, Index first_path, std::int64_t step, Index size, PointsOut g,
                       Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Net net = kernel_net();
    double* w = frame.take(net.blocks * net.block_size());
    Eigen::Map<Values> point = frame.values(dimension());
    Batch batch(net, size, frame);
    for (Index i = 0; i < x.rows(); ++i) {
      point = x.row(i).transpose();
      load(net, point, w);
      batch.draw(noise, first_path + i, step, scratch);
      batch.forward(w);
      for (Index b = 0; b < net.blocks; ++b) {
        double* block = w + b * net.block_size();
        batch.backward(b, spec_.ridge, spec_.loss_factor / static_cast<double>(size), block, block);
      }
      store(net, w, point);
      g.row(i) = point.transpose();
    }
  }

 private:
  Net kernel_net() const { return {spec_, *law_, width(), inputs(), outer_blocks_.size() / L, outer_blocks_.data()}; }

  Values outer_blocks_;  // S a, then zeros
};

}  // namespace

std::shared_ptr<const SampledSum> sampled_two_layer_net(const TwoLayerNetSpec& spec,
                                                        std::shared_ptr<const SampleLaw> law) {
  return std::make_shared<FastSampledNet>(spec, std::move(law));
}

}  // namespace sgdlimits
