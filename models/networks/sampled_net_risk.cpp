#include "models/networks/sampled_net_risk.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"
#include "models/networks/gaussian_expectations.hpp"
#include "models/networks/neuron_blocks.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

// Indices of Stream::data beyond those of models/data/synthetic.cpp.
constexpr std::int64_t kTestSamples = std::int64_t{4} << 40;
constexpr Index kBatch = 128;  // test samples that pass through the net together

class ExactRisk final : public SampledNetRisk {
 public:
  ExactRisk(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law,
            std::shared_ptr<const GaussianClasses> classes)
      : SampledNetRisk(spec, std::move(law)), classes_(std::move(classes)) {}

  void value(PointsView x, ValuesOut f, Scratch&) const override { f = population_risk(spec_, *classes_, x); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g = population_risk_gradient(spec_, *classes_, x);
  }
  std::string description() const override { return sum_->description() + "; risk exact"; }

 private:
  std::shared_ptr<const GaussianClasses> classes_;
};

class TestSampleRisk final : public SampledNetRisk {
 public:
  TestSampleRisk(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law, Index n, std::uint64_t seed)
      : SampledNetRisk(spec, std::move(law)),
        padded_(networks::padded_outer_weights(spec)),
        inputs_(law_->inputs(), n),
        targets_(n) {
    Points z(law_->normals_per_sample(), n);
    Noise(seed, Stream::data).path_normals(0, kTestSamples, Eigen::Map<Values>(z.data(), z.size()));
    law_->transform(z, inputs_, targets_);
  }

  void value(PointsView x, ValuesOut f, Scratch& scratch) const override { evaluate(x, &f, nullptr, scratch); }
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override { evaluate(x, nullptr, &g, scratch); }
  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override {
    evaluate(x, &f, &g, scratch);
  }
  std::string description() const override {
    return fmt::format("{}; risk on {} test samples", sum_->description(), targets_.size());
  }

 private:
  void evaluate(PointsView x, ValuesOut* f, PointsOut* g, Scratch& scratch) const {
    Scratch::Frame frame(scratch);
    const networks::NeuronBlocks net{spec_, spec_.outer_weights.size(), law_->inputs(),
                                     padded_.size() / kernel::kNeurons, padded_.data()};
    double *w = frame.take(net.size()), *slope = frame.take(net.size());
    Eigen::Map<Values> point = frame.values(dimension());
    networks::SampleBatch batch(net, std::min(kBatch, targets_.size()), frame);
    const double weight = spec_.loss_factor / static_cast<double>(targets_.size());
    for (Index i = 0; i < x.rows(); ++i) {
      point = x.row(i).transpose();
      net.load(point, w);
      for (Index k = 0; k < net.size(); ++k) slope[k] = spec_.ridge * w[k];
      double sum = 0;
      for (Index begin = 0; begin < targets_.size(); begin += kBatch) {
        const Index size = std::min(kBatch, targets_.size() - begin);
        batch.resize(size);
        batch.inputs() = inputs_.middleCols(begin, size);
        batch.targets() = targets_.segment(begin, size);
        sum += batch.forward(w);
        for (Index b = 0; g != nullptr && b < net.blocks; ++b) {
          double* block = slope + b * net.block_size();
          batch.backward(b, 1, weight, block, block);
        }
      }
      if (f != nullptr) (*f)(i) = weight * sum + 0.5 * spec_.ridge * square(point);
      if (g == nullptr) continue;
      net.store(slope, point);
      g->row(i) = point.transpose();
    }
  }

  static double square(ValuesView point) {
    double sum = 0;
    for (Index k = 0; k < point.size(); ++k) sum += point(k) * point(k);
    return sum;
  }

  Values padded_;
  Points inputs_;  // D x n
  Values targets_;
};

}  // namespace

SampledNetRisk::SampledNetRisk(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law)
    : spec_(spec), law_(law), sum_(sampled_two_layer_net(spec, std::move(law))) {}

std::vector<std::string> SampledNetRisk::coordinate_names() const {
  return networks::weight_names(spec_.outer_weights.size(), law_->inputs());
}

bool has_exact_risk(const TwoLayerNetSpec& spec, const SampleLaw& law) {
  return is_piecewise_linear(spec.activation) && spec.loss == Loss::square &&
         dynamic_cast<const GaussianClasses*>(&law) != nullptr;
}

std::shared_ptr<const SampledNetRisk> exact_risk(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law) {
  auto classes = std::dynamic_pointer_cast<const GaussianClasses>(law);
  if (!classes) throw InvalidArgument("law of samples", "another", "Gaussian classes, for an exact risk");
  if (!has_exact_risk(spec, *law))
    throw InvalidArgument("activation and loss", to_string(spec.activation) + " and " + to_string(spec.loss),
                          "relu or piecewise-linear and square, for an exact risk");
  return std::make_shared<ExactRisk>(spec, std::move(law), std::move(classes));
}

std::shared_ptr<const SampledNetRisk> test_sample_risk(const TwoLayerNetSpec& spec,
                                                       std::shared_ptr<const SampleLaw> law, Index n,
                                                       std::uint64_t seed) {
  if (n < 1) throw InvalidArgument("number of test samples", std::to_string(n), "at least 1");
  return std::make_shared<TestSampleRisk>(spec, std::move(law), n, seed);
}

}  // namespace sgdlimits
