/// The gradient of fresh samples; internal to solvers/sde.
#pragma once

#include "solvers/sde/stochastic_gradient.hpp"

namespace sgdlimits {

class OnlineGradient final : public StochasticGradient {
 public:
  OnlineGradient(std::shared_ptr<const SampledSum> sum, Index batch);
  Index dimension() const override { return sum_->dimension(); }
  Box domain() const override { return sum_->domain(); }
  std::string name() const override { return "online, B = " + std::to_string(batch_); }
  std::unique_ptr<Run> run(const Noise& noise, Index first_path) const override;

  const SampledSum& sum() const { return *sum_; }
  Index batch() const { return batch_; }

 private:
  std::shared_ptr<const SampledSum> sum_;
  Index batch_;
};

}  // namespace sgdlimits
