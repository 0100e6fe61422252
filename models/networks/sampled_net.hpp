/// What the fast and the reference net on samples share; internal to models/networks.
#pragma once

#include "models/networks/sampled_two_layer_net.hpp"

namespace sgdlimits::networks {

/// Everything by the formula, one sample and one neuron at a time.
class SampledNet : public SampledSum {
 public:
  SampledNet(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law);

  Index dimension() const override { return width() * inputs(); }
  void sample_gradient(PointsView w, const Noise& noise, Index first_path, std::int64_t step, Index batch,
                       PointsOut g, Scratch& scratch) const override;
  std::string description() const override;

 protected:
  Index width() const { return spec_.outer_weights.size(); }
  Index inputs() const { return law_->inputs(); }

  TwoLayerNetSpec spec_;
  std::shared_ptr<const SampleLaw> law_;
  Eigen::VectorXd outer_;  // S a

 private:
  void add_gradient(PointsView w, Index i, PointsView x, ValuesView y, Index b, double weight, ValuesOut z,
                    PointsOut g) const;
};

}  // namespace sgdlimits::networks
