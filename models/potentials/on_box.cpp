#include "models/potentials/on_box.hpp"

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

class OnBox final : public Potential {
 public:
  OnBox(std::shared_ptr<const Potential> potential, Box domain)
      : potential_(std::move(potential)), domain_(std::move(domain)) {}
  Index dimension() const override { return potential_->dimension(); }
  void value(PointsView x, ValuesOut f, Scratch& scratch) const override { potential_->value(x, f, scratch); }
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override { potential_->gradient(x, g, scratch); }
  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override {
    potential_->value_and_gradient(x, f, g, scratch);
  }
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const override {
    potential_->laplacian(x, laplacian, scratch);
  }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override {
    return potential_->hessian(x, scratch);
  }
  bool has_exact_hessian() const override { return potential_->has_exact_hessian(); }
  Box domain() const override { return domain_; }
  std::vector<std::string> coordinate_names() const override { return potential_->coordinate_names(); }
  std::string description() const override { return potential_->description(); }

 private:
  std::shared_ptr<const Potential> potential_;
  Box domain_;
};

}  // namespace

std::shared_ptr<const Potential> on_box(std::shared_ptr<const Potential> potential, const Box& box) {
  if (!potential) throw InvalidArgument("potential", "null", "a potential");
  if (box.lower.size() != potential->dimension() || box.upper.size() != potential->dimension())
    throw InvalidArgument("dimension of the box", std::to_string(box.lower.size()),
                          std::to_string(potential->dimension()) + ", that of the potential");
  const Box own = potential->domain();
  Box both{box.lower.max(own.lower), box.upper.min(own.upper)};
  if (!(both.lower < both.upper).all())
    throw InvalidArgument("box", "empty", "one whose ends increase inside the potential's domain");
  return std::make_shared<OnBox>(std::move(potential), std::move(both));
}

}  // namespace sgdlimits
