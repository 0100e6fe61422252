#include "models/networks/gaussian_expectations.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>
#include <span>

#include "core/errors.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

/// kappa max(t - at, 0)
struct Kink {
  double at, kappa;
};
struct Shape {
  double left;  // sigma_0
  std::span<const Kink> kinks;
};

constexpr Kink kReluKinks[] = {{0, 1}};
constexpr Kink kRampKinks[] = {{0.5, 10}, {1.5, -10}};

Shape shape(Activation activation) {
  if (activation == Activation::relu) return {0, kReluKinks};
  if (activation == Activation::piecewise_linear) return {-2.5, kRampKinks};
  throw InvalidArgument("activation", to_string(activation), "piecewise linear: relu or piecewise-linear");
}

void check(const Preactivation& z) {
  if (!std::isfinite(z.mean)) throw InvalidArgument("mean of the pre-activation", z.mean, "finite");
  if (!(z.sd >= 0 && std::isfinite(z.sd)))
    throw InvalidArgument("sd of the pre-activation", z.sd, "at least 0 and finite");
}

double distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }

double mean_of(const Shape& sigma, const Preactivation& z) {
  double mean = sigma.left;
  for (const Kink& kink : sigma.kinks) {
    const double above = z.mean - kink.at;
    mean += kink.kappa *
            (z.sd > 0 ? above * distribution(above / z.sd) + z.sd * density(above / z.sd) : std::max(above, 0.0));
  }
  return mean;
}

/// E sigma'(m + s G)
double mean_slope(const Shape& sigma, const Preactivation& z) {
  double slope = 0;
  for (const Kink& kink : sigma.kinks) slope += kink.kappa * distribution((z.mean - kink.at) / z.sd);
  return slope;
}

double product_of(const Shape& sigma, const Preactivation& z, const Preactivation& v, double r) {
  const double independent = mean_of(sigma, z) * mean_of(sigma, v);
  const double scale = z.sd * v.sd;
  if (scale == 0 || r == 0) return independent;
  // u = sin t: the Gaussian density at correlation u, times du, is exp(-(a^2 - 2 a b u + b^2)/(2 (1 - u^2))) dt/(2
  // pi), and its exponent is (a - b)^2/(2 (1 - u^2)) + a b/(1 + u) = (a + b)^2/(2 (1 - u^2)) - a b/(1 - u)
  const double side = r > 0 ? 1 : -1;
  const auto integrand = [&](double t) {
    const double u = std::sin(t), rest = 2 * std::cos(t) * std::cos(t);
    double sum = 0;
    for (const Kink& i : sigma.kinks)
      for (const Kink& j : sigma.kinks) {
        const double a = (i.at - z.mean) / z.sd, b = side * (j.at - v.mean) / v.sd;
        sum += i.kappa * j.kappa * std::exp(-(a - b) * (a - b) / rest - a * b / (1 + side * u));
      }
    return (r - u) * sum;
  };
  const double end = std::asin(r);
  const double curvature = std::abs(r) < 0.6
                               ? boost::math::quadrature::gauss<double, 20>::integrate(integrand, 0.0, end)
                               : boost::math::quadrature::gauss<double, 100>::integrate(integrand, 0.0, end);
  return independent + scale * (r * mean_slope(sigma, z) * mean_slope(sigma, v) + curvature / (2 * std::numbers::pi));
}

/// c sum over one class and one net, without its ridge.
double class_risk(const Shape& sigma, const Eigen::VectorXd& outer, const GaussianClass& one,
                  const Eigen::MatrixXd& w) {
  const Index p = outer.size();
  const Eigen::MatrixXd scaled = one.sd.asDiagonal() * w;  // D x p
  const Eigen::MatrixXd inner = scaled.transpose() * scaled;
  std::vector<Preactivation> z;
  for (Index j = 0; j < p; ++j) z.push_back({one.mean.dot(w.col(j)), std::sqrt(inner(j, j))});
  const auto at = [&z](Index j) { return z[static_cast<std::size_t>(j)]; };
  double prediction = 0, square = 0;
  for (Index j = 0; j < p; ++j) {
    prediction += outer(j) * mean_of(sigma, at(j));
    square += outer(j) * outer(j) * product_of(sigma, at(j), at(j), 1);
    double row = 0;
    for (Index l = 0; l < j; ++l) {
      const double scale = at(j).sd * at(l).sd;
      const double r = scale > 0 ? std::clamp(inner(l, j) / scale, -1.0, 1.0) : 0;
      row += outer(l) * product_of(sigma, at(j), at(l), r);
    }
    square += 2 * outer(j) * row;
  }
  return one.target * one.target - 2 * one.target * prediction + square;
}

}  // namespace

bool is_piecewise_linear(Activation activation) {
  return activation == Activation::relu || activation == Activation::piecewise_linear;
}

double gaussian_mean(Activation activation, double mean, double sd) {
  check({mean, sd});
  return mean_of(shape(activation), {mean, sd});
}

double gaussian_product(Activation activation, Preactivation first, Preactivation second, double correlation) {
  check(first);
  check(second);
  if (!(std::abs(correlation) <= 1)) throw InvalidArgument("correlation", correlation, "between -1 and 1");
  return product_of(shape(activation), first, second, correlation);
}

Values population_risk(const TwoLayerNetSpec& spec, const GaussianClasses& law, PointsView weights) {
  networks::check_net(spec);
  const Index p = spec.outer_weights.size(), d = law.inputs();
  if (spec.loss != Loss::square) throw InvalidArgument("loss", to_string(spec.loss), "square");
  if (weights.cols() != p * d)
    throw InvalidArgument("weights a point", std::to_string(weights.cols()),
                          "width times inputs, " + std::to_string(p) + " x " + std::to_string(d));
  const Shape sigma = shape(spec.activation);
  const Eigen::VectorXd outer = output_factor(spec.scale, p) * spec.outer_weights;
  Values risk(weights.rows());
  for (Index i = 0; i < weights.rows(); ++i) {
    const Eigen::VectorXd row = weights.row(i).matrix();
    const Eigen::Map<const Eigen::MatrixXd> w(row.data(), d, p);
    risk(i) = 0.5 * spec.ridge * row.squaredNorm();
    for (const GaussianClass& one : law.classes())
      risk(i) += spec.loss_factor * one.probability * class_risk(sigma, outer, one, w);
  }
  return risk;
}

}  // namespace sgdlimits
