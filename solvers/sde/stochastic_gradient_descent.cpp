#include "core/errors.hpp"
#include "solvers/sde/batch_sampler.hpp"
#include "solvers/sde/reflection.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const FiniteSum> checked(std::shared_ptr<const FiniteSum> sum) {
  if (!sum) throw InvalidArgument("finite sum", "null", "a mean over samples");
  return sum;
}

class MiniBatchSgd final : public Scheme {
 public:
  MiniBatchSgd(std::shared_ptr<const FiniteSum> sum, LearningRate s, Index batch, Replacement replacement)
      : sum_(checked(std::move(sum))),
        rate_(s.value()),
        sampler_(sum_->terms(), batch, replacement),
        name_("mini-batch sgd (B = " + std::to_string(batch) +
              (replacement == Replacement::with ? ", with replacement)" : ", without replacement)")),
        reflection_(sum_->domain()) {}

  std::string name() const override { return name_; }
  Index dimension() const override { return sum_->dimension(); }
  double step_size() const override { return rate_; }
  Stream stream() const override { return Stream::batch; }
  Index normals_per_step() const override { return 0; }

  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> gradient = frame.points(block.x.rows(), block.x.cols());
    Eigen::Map<Indices> indices = scratch_indices(frame, block.x.rows(), sampler_.batch());
    sampler_.draw(noise, block.first_path, step, indices, block.scratch);
    sum_->batch_gradient(block.x, indices, gradient, block.scratch);
    block.x -= rate_ * gradient;
    reflection_.apply(block.x);
  }

 private:
  std::shared_ptr<const FiniteSum> sum_;
  double rate_;
  BatchSampler sampler_;
  std::string name_;
  Reflection reflection_;
};

}  // namespace

std::unique_ptr<Scheme> mini_batch_sgd(std::shared_ptr<const FiniteSum> sum, LearningRate s, Index batch,
                                       Replacement replacement) {
  return std::make_unique<MiniBatchSgd>(std::move(sum), s, batch, replacement);
}

}  // namespace sgdlimits
