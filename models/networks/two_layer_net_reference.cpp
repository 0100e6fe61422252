// The formulas of two_layer_net.hpp as they are written: one point, one row, one neuron at a time.
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

class ReferenceNet final : public networks::TwoLayerNetSum {
 public:
  explicit ReferenceNet(const TwoLayerNetSpec& spec) : TwoLayerNetSum(spec, networks::individual_samples(spec)) {}

  void value(PointsView x, ValuesOut f, Scratch&) const override {
    for (Index r = 0; r < x.rows(); ++r) {
      double sum = 0;
      for (Index i = 0; i < terms(); ++i)
        sum += networks::evaluate_loss(spec_.loss, prediction(x, r, i), spec_.targets(i)).value;
      f(r) = spec_.loss_factor * sum / static_cast<double>(terms()) + 0.5 * spec_.ridge * x.row(r).square().sum();
    }
  }

  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    for (Index r = 0; r < x.rows(); ++r) {
      g.row(r) = spec_.ridge * x.row(r);
      for (Index i = 0; i < terms(); ++i) add_gradient(x, r, i, 1 / static_cast<double>(terms()), g);
    }
  }

  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch&) const override {
    for (Index r = 0; r < x.rows(); ++r) {
      g.row(r) = spec_.ridge * x.row(r);
      for (Index b = 0; b < indices.cols(); ++b)
        add_gradient(x, r, indices(r, b), 1 / static_cast<double>(indices.cols()), g);
    }
  }

 private:
  double preactivation(PointsView x, Index r, Index i, Index j) const {
    double z = 0;
    for (Index k = 0; k < inputs(); ++k) z += x(r, j * inputs() + k) * spec_.inputs(i, k);
    return z;
  }

  double prediction(PointsView x, Index r, Index i) const {
    double y = 0;
    for (Index j = 0; j < width(); ++j) y += outer_(j) * evaluate(spec_.activation, preactivation(x, r, i, j)).value;
    return y;
  }

  void add_gradient(PointsView x, Index r, Index i, double weight, PointsOut g) const {
    const double slope = networks::evaluate_loss(spec_.loss, prediction(x, r, i), spec_.targets(i)).first;
    for (Index j = 0; j < width(); ++j) {
      const double first = evaluate(spec_.activation, preactivation(x, r, i, j)).first;
      for (Index k = 0; k < inputs(); ++k)
        g(r, j * inputs() + k) += weight * spec_.loss_factor * slope * outer_(j) * first * spec_.inputs(i, k);
    }
  }
};

}  // namespace

std::shared_ptr<const FiniteSum> two_layer_net_reference(const TwoLayerNetSpec& spec) {
  networks::check(spec);
  return std::make_shared<ReferenceNet>(spec);
}

}  // namespace sgdlimits
