#include "solvers/sde/nested_path.hpp"

#include <cmath>

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

  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Index n = block.x.rows(), k = scheme_->normals_per_step();
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> sum = frame.points(n, k);
    sum.setZero();
    for (Index i = 0; i < m_; ++i) sum += block.normals.middleCols(i * k, k);
    sum /= std::sqrt(static_cast<double>(m_));
    PathBlock coarse{block.x, {sum.data(), n, k}, block.first_path, block.time, block.scratch};
    scheme_->advance(coarse, step, noise);
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
