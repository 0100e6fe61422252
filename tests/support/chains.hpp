/// One-dimensional chains written plainly, right ones and wrong ones, for the tests of the one-step operator.
#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "solvers/sde/scheme.hpp"

namespace sgdlimits::test {

/// A scheme on a line with gradient drift whose step is a function of (x, g) alone.
class Chain : public Scheme {
 public:
  Chain(std::shared_ptr<const Drift> drift, Temperature tau, double step, Index normals = 1)
      : drift_(std::move(drift)), step_(step), noise_(std::sqrt(2 * tau.value() * step)), normals_(normals) {}
  std::string name() const override { return "a chain of the tests"; }
  Index dimension() const override { return drift_->dimension(); }
  double step_size() const override { return step_; }
  Index normals_per_step() const override { return normals_; }

 protected:
  Points drift(const Points& x, Scratch& scratch) const {
    Points b(x.rows(), x.cols());
    drift_->evaluate(0, x, b, scratch);
    return b;
  }
  std::shared_ptr<const Drift> drift_;
  double step_, noise_;
  Index normals_;
};

/// Leimkuhler-Matthews X' = X + h b(X) + sqrt(2 tau h)(g + g')/2, whose steps share Gaussians, as the Markov chain
/// Y = X - sqrt(2 tau h) g/2: Y' = Y + sqrt(2 tau h) g + h b(Y + sqrt(2 tau h) g/2), observed at Y + sqrt(tau h/2) g.
class LeimkuhlerMatthewsChain final : public Chain {
 public:
  using Chain::Chain;
  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Points x = block.x + 0.5 * noise_ * block.normals;
    block.x = x + step_ * drift(x, block.scratch) + 0.5 * noise_ * block.normals;
  }
  double smoothing() const { return 0.5 * noise_; }
};

/// Euler-Maruyama with its Gaussian as the sum of two: the same law by a rule in two dimensions.
class TwoGaussianEuler final : public Chain {
 public:
  TwoGaussianEuler(std::shared_ptr<const Drift> drift, Temperature tau, double step)
      : Chain(std::move(drift), tau, step, 2) {}
  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Points kick = noise_ * (0.6 * block.normals.col(0) + 0.8 * block.normals.col(1));
    block.x += step_ * drift(block.x, block.scratch) + kick;
  }
};

/// Wrong: Heun whose corrector sees a fresh Gaussian.
class HeunWithFreshNoise final : public Chain {
 public:
  HeunWithFreshNoise(std::shared_ptr<const Drift> drift, Temperature tau, double step)
      : Chain(std::move(drift), tau, step, 2) {}
  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Points here = drift(block.x, block.scratch);
    const Points there = drift(block.x + step_ * here + noise_ * block.normals.col(0), block.scratch);
    block.x += 0.5 * step_ * (here + there) + noise_ * block.normals.col(1);
  }
};

/// Wrong: Heun without its half: the drift of the predicted point alone.
class HeunWithoutHalf final : public Chain {
 public:
  using Chain::Chain;
  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Points predicted = block.x + step_ * drift(block.x, block.scratch) + noise_ * block.normals;
    block.x += step_ * drift(predicted, block.scratch) + noise_ * block.normals;
  }
};

/// Wrong: Euler-Maruyama with sqrt(tau h) instead of sqrt(2 tau h).
class EulerWithWrongRoot final : public Chain {
 public:
  using Chain::Chain;
  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    block.x += step_ * drift(block.x, block.scratch) + noise_ / std::sqrt(2.0) * block.normals;
  }
};

/// Draws from the noise behind the Gaussians that it is handed.
class HiddenDraw final : public Chain {
 public:
  using Chain::Chain;
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    Points u(block.x.rows(), 1);
    noise.uniforms(block.first_path, step, u);
    block.x += noise_ * u * block.normals;
  }
};

}  // namespace sgdlimits::test
