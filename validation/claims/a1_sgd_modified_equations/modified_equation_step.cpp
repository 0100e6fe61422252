#include "validation/claims/a1_sgd_modified_equations/modified_equation_step.hpp"

#include <cmath>

namespace sgdlimits {
namespace {

class ModifiedEquationStep final : public Scheme {
 public:
  ModifiedEquationStep(std::shared_ptr<const FiniteSum> sum, double rate, ModifiedEquation equation, double factor,
                       double step)
      : sum_(std::move(sum)), rate_(rate), equation_(equation), factor_(factor), step_(step) {}

  std::string name() const override { return to_string(equation_); }
  Index dimension() const override { return 1; }
  double step_size() const override { return step_; }
  Index normals_per_step() const override { return 1; }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const double root = std::sqrt(step_);
    const Points x = block.x, dw = root * block.normals;
    const Points a = drift(x, block.scratch), b = diffusion(x, block.scratch);
    const Points ahead = drift(x + step_ * a + b * dw, block.scratch);
    const Points above = diffusion(x + step_ * a + root * b, block.scratch);
    const Points below = diffusion(x + step_ * a - root * b, block.scratch);
    block.x = x + 0.5 * step_ * (ahead + a) + 0.25 * (above + below + 2 * b) * dw +
              0.25 * (above - below) * (dw.square() - step_) / root;
  }

 private:
  Points drift(const Points& x, Scratch& scratch) const {
    Points gradient(x.rows(), 1);
    sum_->gradient(x, gradient, scratch);
    if (equation_ == ModifiedEquation::sme1) return -gradient;
    Values second(x.rows());
    sum_->laplacian(x, second, scratch);
    return -gradient * (1 + 0.5 * rate_ * second);
  }

  /// sqrt(s c Sigma), term by term on the whole batch.
  Points diffusion(const Points& x, Scratch& scratch) const {
    Points mean = Points::Zero(x.rows(), 1), square = mean, gradient(x.rows(), 1), first(x.rows(), 1);
    Indices index(x.rows(), 1);
    for (Index i = 0; i < sum_->terms(); ++i) {
      index.setConstant(i);
      sum_->batch_gradient(x, index, gradient, scratch);
      if (i == 0) first = gradient;  // shifted, so that nothing cancels
      mean += gradient - first;
      square += (gradient - first).square();
    }
    const double n = static_cast<double>(sum_->terms());
    return (rate_ * factor_ * (square / n - (mean / n).square()).max(0.0)).sqrt();
  }

  std::shared_ptr<const FiniteSum> sum_;
  double rate_;
  ModifiedEquation equation_;
  double factor_, step_;
};

}  // namespace

std::unique_ptr<Scheme> modified_equation_step(std::shared_ptr<const FiniteSum> sum, LearningRate s,
                                               ModifiedEquation equation, double covariance_factor, double step) {
  return std::make_unique<ModifiedEquationStep>(std::move(sum), s.value(), equation, covariance_factor, step);
}

}  // namespace sgdlimits
