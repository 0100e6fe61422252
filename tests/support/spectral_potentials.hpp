/// Potentials of the spectral tests, written out here: solver tests may not link the models.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/potential.hpp"

namespace sgdlimits::testing {

/// f and f' of one variable.
class Line : public Potential {
 public:
  using Function = std::function<double(double)>;
  Line(Function f, Function slope, Box domain = Box::everywhere(1))
      : f_(std::move(f)), slope_(std::move(slope)), domain_(std::move(domain)) {}
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    for (Index i = 0; i < x.rows(); ++i) f(i) = f_(x(i, 0));
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    for (Index i = 0; i < x.rows(); ++i) g(i, 0) = slope_(x(i, 0));
  }
  Box domain() const override { return domain_; }

 private:
  Function f_, slope_;
  Box domain_;
};

/// f and grad f of two variables; slope(x, y, gradient).
class Plane : public Potential {
 public:
  using Function = std::function<double(double, double)>;
  using Slope = std::function<void(double, double, double*)>;
  Plane(Function f, Slope slope) : f_(std::move(f)), slope_(std::move(slope)) {}
  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    for (Index i = 0; i < x.rows(); ++i) f(i) = f_(x(i, 0), x(i, 1));
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      double out[2];
      slope_(x(i, 0), x(i, 1), out);
      g(i, 0) = out[0];
      g(i, 1) = out[1];
    }
  }

 private:
  Function f_;
  Slope slope_;
};

inline Box interval(double lower, double upper) {
  return {Eigen::ArrayXd::Constant(1, lower), Eigen::ArrayXd::Constant(1, upper)};
}

inline Line double_well() {
  return {[](double x) { return (x * x - 1) * (x * x - 1); }, [](double x) { return 4 * x * (x * x - 1); }};
}

inline Line log_cosh() {
  return {[](double x) { return std::abs(x) + std::log1p(std::exp(-2 * std::abs(x))) - std::log(2.0); },
          [](double x) { return std::tanh(x); }};
}

/// (x + 2 sin x)^2 + (ridge/2) x^2
inline Line sine_neuron(double ridge) {
  return {[ridge](double x) { return std::pow(x + 2 * std::sin(x), 2) + 0.5 * ridge * x * x; },
          [ridge](double x) { return 2 * (x + 2 * std::sin(x)) * (1 + 2 * std::cos(x)) + ridge * x; }};
}

/// (1/n) sum (y - sum_j a_j sigmoid(w_j . x))^2 + .065 |w|^2 for two weights: one neuron with two inputs, or two
/// neurons with one input.
inline Plane sigmoid_regression(std::vector<std::vector<double>> features, std::vector<double> y, double outer,
                                bool two_neurons) {
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  const auto n = static_cast<double>(y.size());
  const auto f = [=](double u, double v) {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double out = two_neurons ? outer * (sigmoid(u * features[i][0]) + sigmoid(v * features[i][0]))
                                     : outer * sigmoid(u * features[i][0] + v * features[i][1]);
      sum += (y[i] - out) * (y[i] - out);
    }
    return sum / n + 0.065 * (u * u + v * v);
  };
  const auto slope = [=](double u, double v, double* g) {
    g[0] = 0.13 * u;
    g[1] = 0.13 * v;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto& x = features[i];
      const double a = sigmoid(two_neurons ? u * x[0] : u * x[0] + v * x[1]), b = sigmoid(v * x[0]);
      const double residual = y[i] - (two_neurons ? outer * (a + b) : outer * a);
      g[0] -= 2 / n * residual * outer * a * (1 - a) * x[0];
      g[1] -= 2 / n * residual * outer * (two_neurons ? b * (1 - b) * x[0] : a * (1 - a) * x[1]);
    }
  };
  return {f, slope};
}

inline Plane net_b() {
  return sigmoid_regression({{.75, .66}, {.66, -.75}, {.47, -.38}, {0, .94}, {-.28, .85}}, {-5, 4, 9, 9, 19}, 1,
                            false);
}

inline Plane net_c() { return sigmoid_regression({{-1}, {-.5}, {.25}, {1}}, {1, 0, 0, 1}, 1 / std::sqrt(2.0), true); }

}  // namespace sgdlimits::testing
