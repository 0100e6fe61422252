#include "models/networks/line_program.hpp"

#include <map>
#include <vector>

namespace sgdlimits::networks {
namespace {

int activate(LineProgram& p, Activation activation, int z) {
  switch (activation) {
    case Activation::sigmoid: return p.apply(LineOp::sigmoid, z);
    case Activation::tanh: return p.apply(LineOp::tanh, z);
    case Activation::softplus: return p.apply(LineOp::softplus, z);
    case Activation::relu: return p.apply(LineOp::relu, z);
    case Activation::gelu: {
      // z erfc(-z/sqrt(2))/2
      const int scaled = p.apply(LineOp::multiply, p.scale(-1, z), p.power(p.constant(2), -0.5));
      return p.apply(LineOp::multiply, p.scale(0.5, z), p.apply(LineOp::erfc, scaled));
    }
    case Activation::piecewise_linear: {
      const int line = p.apply(LineOp::add, p.scale(10, z), p.constant(-7.5));
      return p.apply(LineOp::max, p.apply(LineOp::min, line, p.constant(7.5)), p.constant(-2.5));
    }
  }
  return z;
}

int loss(LineProgram& p, Loss kind, int prediction, double target) {
  if (kind == Loss::logistic) return p.apply(LineOp::softplus, p.scale(-target, prediction));
  return p.power(p.apply(LineOp::add, prediction, p.constant(-target)), 2);
}

}  // namespace

std::optional<LineProgram> line_program(const TwoLayerNetSpec& spec) {
  if (spec.outer_weights.size() != 1 || spec.inputs.cols() != 1) return std::nullopt;
  LineProgram p;
  const int w = p.input();
  std::map<double, int> predictions;
  std::vector<int> losses;
  for (Index i = 0; i < spec.inputs.rows(); ++i) {
    const double x = spec.inputs(i, 0);
    auto [place, is_new] = predictions.try_emplace(x, 0);
    if (is_new) place->second = p.scale(spec.outer_weights(0), activate(p, spec.activation, p.scale(x, w)));
    losses.push_back(loss(p, spec.loss, place->second, spec.targets(i)));
  }
  const int data = p.scale(spec.loss_factor, p.mean(losses));
  const int ridge = p.scale(0.5, p.scale(spec.ridge, p.power(w, 2)));
  p.set_result(p.apply(LineOp::add, data, ridge));
  return p;
}

}  // namespace sgdlimits::networks
