/// The population risk of a two-layer net on a law of samples as one object for deterministic and stochastic methods.
#pragma once

#include "core/potential.hpp"
#include "models/networks/sampled_two_layer_net.hpp"

namespace sgdlimits {

/// f of sampled_two_layer_net as a Potential and, by fresh samples, as a SampledSum. What `value` and `gradient` are
/// depends on the factory; fresh samples are the same for both. Coordinates are named as those of two_layer_net.
class SampledNetRisk : public Potential, public SampledSum {
 public:
  SampledNetRisk(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law);

  Index dimension() const override { return sum_->dimension(); }
  Box domain() const override { return Potential::domain(); }
  std::vector<std::string> coordinate_names() const override;
  std::string description() const override = 0;

  void sample_gradient(PointsView x, const Noise& noise, Index first_path, std::int64_t step, Index batch,
                       PointsOut g, Scratch& scratch) const override {
    sum_->sample_gradient(x, noise, first_path, step, batch, g, scratch);
  }
  bool has_online_steps() const override { return sum_->has_online_steps(); }
  void online_steps(ValuesOut x, const OnlineSteps& steps, Scratch& scratch) const override {
    sum_->online_steps(x, steps, scratch);
  }

 protected:
  TwoLayerNetSpec spec_;
  std::shared_ptr<const SampleLaw> law_;
  std::shared_ptr<const SampledSum> sum_;
};

/// f exactly: models/networks/gaussian_expectations.hpp. Throws InvalidArgument unless the activation is relu or
/// piecewise-linear, the loss the square and the law Gaussian classes, and as sampled_two_layer_net.
std::shared_ptr<const SampledNetRisk> exact_risk(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law);
/// True where exact_risk does not throw for what the law, activation and loss are.
bool has_exact_risk(const TwoLayerNetSpec& spec, const SampleLaw& law);

/// f on n samples that SGD never sees, drawn once from (seed, Stream::data): c mean loss + (lambda/2) |W|^2, a
/// relative error of order n^{-1/2} from the population risk, the same at all points. Fast for few wide nets. Throws
/// InvalidArgument unless n >= 1, and as sampled_two_layer_net.
std::shared_ptr<const SampledNetRisk> test_sample_risk(const TwoLayerNetSpec& spec,
                                                       std::shared_ptr<const SampleLaw> law, Index n,
                                                       std::uint64_t seed);

}  // namespace sgdlimits
