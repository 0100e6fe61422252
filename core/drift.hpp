/// A vector field on batches of points: the deterministic part of a motion.
#pragma once

#include <memory>

#include "core/potential.hpp"

namespace sgdlimits {

/// b(t, x): x is N x d, out is N x d. It may depend on the whole ensemble (mean field); then
/// `sees_ensemble` is true and the runner hands over all points at once instead of blocks.
class Drift {
 public:
  virtual ~Drift() = default;
  virtual Index dimension() const = 0;
  virtual void evaluate(double t, PointsView x, PointsOut out, Scratch& scratch) const = 0;
  virtual bool sees_ensemble() const { return false; }
  /// Where the motion lives; it reflects at finite ends.
  virtual Box domain() const { return Box::everywhere(dimension()); }
};

/// b = -grad f.
class GradientDrift final : public Drift {
 public:
  explicit GradientDrift(std::shared_ptr<const Potential> potential) : potential_(std::move(potential)) {}
  Index dimension() const override { return potential_->dimension(); }
  void evaluate(double, PointsView x, PointsOut out, Scratch& scratch) const override {
    potential_->gradient(x, out, scratch);
    out = -out;
  }
  Box domain() const override { return potential_->domain(); }
  const Potential& potential() const { return *potential_; }

 private:
  std::shared_ptr<const Potential> potential_;
};

}  // namespace sgdlimits
