#include "solvers/sde/nested_path.hpp"

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

class OnFinerPath final : public Scheme {
 public:
  OnFinerPath(std::shared_ptr<const Scheme> scheme, Index m) : scheme_(std::move(scheme)), m_(m) {}

  std::string name() const override { return scheme_->name(); }
  Index dimension() const override { return scheme_->dimension(); }
  double step_size() const override { return scheme_->step_size(); }
  SchemeOrders orders() const override { return scheme_->orders(); }
  Stream stream() const override { return scheme_->stream(); }
  Index normals_per_step() const override { return m_ * scheme_->normals_per_step(); }
  Index steps_ahead() const override { return scheme_->steps_ahead(); }
  std::string remedy_for_loss() const override { return scheme_->remedy_for_loss(); }

  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Index n = block.x.rows(), k = scheme_->normals_per_step();
    Scratch::Frame frame(block.scratch);
    const Index steps = 1 + steps_ahead();
    Eigen::Map<Points> coarse = frame.points(n, steps * k);
    for (Index i = 0; i < steps; ++i)
      scheme_->coarsen(block.normals.middleCols(i * m_ * k, m_ * k), m_, coarse.middleCols(i * k, k));
    PathBlock inner{block.x, {coarse.data(), n, steps * k}, block.first_path, block.time, block.scratch};
    scheme_->advance(inner, step, noise);
  }

 private:
  std::shared_ptr<const Scheme> scheme_;
  Index m_;
};

}  // namespace

std::unique_ptr<Scheme> on_finer_path(std::shared_ptr<const Scheme> scheme, Index m) {
  if (m < 1) throw InvalidArgument("fine steps in a coarse one", std::to_string(m), "at least 1");
  if (!scheme || scheme->normals_per_step() < 1)
    throw InvalidArgument("scheme", scheme ? scheme->name() : "null", "driven by Brownian increments");
  return std::make_unique<OnFinerPath>(std::move(scheme), m);
}

}  // namespace sgdlimits
