#include "models/networks/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "models/names.hpp"

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// 1/(1 + e^{-z}); for z < 0 through e^z, so that neither overflows nor loses relative accuracy.
double sigmoid(double z) {
  const double e = std::exp(-std::abs(z));
  return (z >= 0 ? 1.0 : e) / (1.0 + e);
}

ActivationValues sigmoid_values(double z) {
  const double e = std::exp(-std::abs(z));
  const double first = e / ((1 + e) * (1 + e));
  return {sigmoid(z), first, first * std::copysign((1 - e) / (1 + e), -z)};
}

ActivationValues tanh_values(double z) {
  const double t = std::tanh(z);
  // sech^2 = 4 e/(1 + e)^2 with e = exp(-2|z|): 1 - t^2 would cancel
  const double e = std::exp(-2 * std::abs(z));
  const double first = 4 * e / ((1 + e) * (1 + e));
  return {t, first, -2 * t * first};
}

ActivationValues softplus_values(double z) {
  const double e = std::exp(-std::abs(z));
  return {std::max(z, 0.0) + std::log1p(e), sigmoid(z), e / ((1 + e) * (1 + e))};
}

ActivationValues gelu_values(double z) {
  const double distribution = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  return {z * distribution, distribution + z * density, density * (2 - z * z)};
}

}  // namespace

const std::vector<Activation>& all_activations() {
  static const std::vector<Activation> all = {Activation::sigmoid, Activation::tanh, Activation::softplus,
                                              Activation::relu,    Activation::gelu, Activation::piecewise_linear};
  return all;
}

std::string to_string(Activation activation) {
  switch (activation) {
    case Activation::sigmoid: return "sigmoid";
    case Activation::tanh: return "tanh";
    case Activation::softplus: return "softplus";
    case Activation::relu: return "relu";
    case Activation::gelu: return "gelu";
    case Activation::piecewise_linear: return "piecewise-linear";
  }
  return "";
}

Activation activation_from_name(const std::string& name) {
  return choice_from_name("activation", name, all_activations());
}

std::string formula(Activation activation) {
  switch (activation) {
    case Activation::sigmoid: return "1/(1+exp(-z))";
    case Activation::tanh: return "tanh(z)";
    case Activation::softplus: return "log(1+exp(z))";
    case Activation::relu: return "max(z,0)";
    case Activation::gelu: return "z*(1+erf(z/sqrt(2)))/2";
    case Activation::piecewise_linear: return "min(max(10*z-7.5,-2.5),7.5)";
  }
  return "";
}

ActivationValues evaluate(Activation activation, double z) {
  switch (activation) {
    case Activation::sigmoid: return sigmoid_values(z);
    case Activation::tanh: return tanh_values(z);
    case Activation::softplus: return softplus_values(z);
    case Activation::relu: return {std::max(z, 0.0), z > 0 ? 1.0 : 0.0, 0.0};
    case Activation::gelu: return gelu_values(z);
    case Activation::piecewise_linear:
      return {std::clamp(10 * z - 7.5, -2.5, 7.5), z > 0.5 && z < 1.5 ? 10.0 : 0.0, 0.0};
  }
  return {};
}

ActivationConstants activation_constants(Activation activation) {
  const double sqrt3 = std::numbers::sqrt3;
  switch (activation) {
    case Activation::sigmoid: return {1, 0.25, 1 / (6 * sqrt3), 1};
    case Activation::tanh: return {1, 1, 4 / (3 * sqrt3), 1};
    case Activation::softplus: return {kInfinity, 1, 0.25, std::numbers::ln2};
    case Activation::relu: return {kInfinity, 1, kInfinity, 0};
    case Activation::gelu: {
      // sigma' is largest where sigma'' = phi (2 - z^2) vanishes; z sigma' - sigma = z^2 phi(z), largest there too
      const double phi = std::exp(-1.0) / std::sqrt(2 * std::numbers::pi);
      return {kInfinity, 0.5 * std::erfc(-1.0) + std::numbers::sqrt2 * phi, 2 / std::sqrt(2 * std::numbers::pi),
              2 * phi};
    }
    case Activation::piecewise_linear: return {7.5, 10, kInfinity, 7.5};
  }
  return {};
}

}  // namespace sgdlimits
