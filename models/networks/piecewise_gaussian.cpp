#include "models/networks/piecewise_gaussian.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/errors.hpp"

namespace sgdlimits::networks {
namespace {

double distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }

/// Phi(a/b) for b >= 0, with Phi(0/0) = 1/2: the limit for kinks that meet as the correlation tends to 1.
double distribution(double a, double b) {
  if (b > 0) return distribution(a / b);
  return a > 0 ? 1 : a < 0 ? 0 : 0.5;
}

/// (t - mean)/sd, so that z > t is G > place.
double place(const Kink& kink, const GaussianInput& z) {
  if (z.sd > 0) return (kink.at - z.mean) / z.sd;
  const double infinity = std::numeric_limits<double>::infinity();
  return z.mean > kink.at ? -infinity : infinity;
}

double mean_value(const PiecewiseLinear& sigma, const GaussianInput& z) {
  double mean = sigma.left;
  for (const Kink& kink : sigma.kinks) {
    const double above = z.mean - kink.at;
    mean += kink.kappa *
            (z.sd > 0 ? above * distribution(above / z.sd) + z.sd * density(above / z.sd) : std::max(above, 0.0));
  }
  return mean;
}

/// (1/(2 pi)) int over t from 0 to arcsin r of weight(sin t) exp(-(a^2 - 2 a b sin t + b^2)/(2 cos^2 t)), which is
/// the integral of weight times the Gaussian density at (a, b) over correlations up to r. The exponent is written as
/// (a - b)^2/(2 cos^2 t) + a b/(1 + sin t), or (a + b)^2/(2 cos^2 t) - a b/(1 - sin t), whichever does not cancel.
template <class Weight>
double density_integral(double r, Weight weight) {
  const auto integrand = [&](double t) { return weight(std::sin(t), 2 * std::cos(t) * std::cos(t)); };
  const double end = std::asin(r);
  const double integral = std::abs(r) < 0.6
                              ? boost::math::quadrature::gauss<double, 20>::integrate(integrand, 0.0, end)
                              : boost::math::quadrature::gauss<double, 100>::integrate(integrand, 0.0, end);
  return integral / (2 * std::numbers::pi);
}

struct Corner {
  double a, b, kappa;
};

/// 2 pi cos t times the density at correlation u = sin t; rest = 2 cos^2 t, side the sign of r.
double density_at(const Corner& c, double u, double rest, double side) {
  const double b = side * c.b;
  return std::exp(-(c.a - b) * (c.a - b) / rest - c.a * b / (1 + side * u));
}

std::vector<Corner> corners(const PiecewiseLinear& sigma, const GaussianInput& z, const GaussianInput& v) {
  std::vector<Corner> all;
  for (const Kink& i : sigma.kinks)
    for (const Kink& j : sigma.kinks) all.push_back({place(i, z), place(j, v), i.kappa * j.kappa});
  return all;
}

/// E sigma''(z) sigma(v)
double curved_value(const PiecewiseLinear& sigma, const GaussianInput& z, const GaussianInput& v, double r) {
  if (z.sd == 0) return 0;
  double sum = 0;
  for (const Kink& kink : sigma.kinks) {
    const double a = place(kink, z);
    sum += kink.kappa * density(a) / z.sd *
           mean_value(sigma, {v.mean + r * v.sd * a, v.sd * std::sqrt(std::max(0.0, 1 - r * r))});
  }
  return sum;
}

}  // namespace

PiecewiseLinear piecewise_linear_form(Activation activation) {
  if (activation == Activation::relu) return {0, {{0, 1}}};
  if (activation == Activation::piecewise_linear) return {-2.5, {{0.5, 10}, {1.5, -10}}};
  throw InvalidArgument("activation", to_string(activation), "piecewise linear: relu or piecewise-linear");
}

SingleMoments single_moments(const PiecewiseLinear& sigma, const GaussianInput& z) {
  SingleMoments moments{mean_value(sigma, z), 0, 0};
  for (const Kink& kink : sigma.kinks) {
    const double a = place(kink, z);
    moments.slope += kink.kappa * distribution(-a);
    if (z.sd > 0) moments.curvature += kink.kappa * density(a) / z.sd;
  }
  return moments;
}

double pair_product(const PiecewiseLinear& sigma, const GaussianInput& z, const GaussianInput& v, double r) {
  const SingleMoments one = single_moments(sigma, z), two = single_moments(sigma, v);
  if (z.sd == 0 || v.sd == 0 || r == 0) return one.value * two.value;
  const std::vector<Corner> all = corners(sigma, z, v);
  const double side = r > 0 ? 1 : -1;
  const double curvature = density_integral(r, [&](double u, double rest) {
    double sum = 0;
    for (const Corner& c : all) sum += c.kappa * density_at(c, u, rest, side);
    return (r - u) * sum;
  });
  return one.value * two.value + z.sd * v.sd * (r * one.slope * two.slope + curvature);
}

PairMoments pair_moments(const PiecewiseLinear& sigma, const GaussianInput& z, const GaussianInput& v, double r) {
  const SingleMoments one = single_moments(sigma, z), two = single_moments(sigma, v);
  PairMoments m{pair_product(sigma, z, v, r), one.slope * two.slope,        one.slope * two.value,
                one.value * two.slope,        curved_value(sigma, z, v, r), curved_value(sigma, v, z, r)};
  if (z.sd == 0 || v.sd == 0 || r == 0) return m;
  const double side = r > 0 ? 1 : -1, rest = std::sqrt(std::max(0.0, 1 - r * r));
  m.slope_value = sigma.left * one.slope;
  m.value_slope = sigma.left * two.slope;
  m.slopes = 0;
  for (const Corner& c : corners(sigma, z, v)) {
    const double both = distribution(-c.a) * distribution(-c.b) +
                        density_integral(r, [&](double u, double width) { return density_at(c, u, width, side); });
    // E G_2 1{G_1 > a, G_2 > b} and the same with the roles exchanged
    const double at_a = density(c.a) * distribution(r * c.a - c.b, rest);
    const double at_b = density(c.b) * distribution(r * c.b - c.a, rest);
    m.slopes += c.kappa * both;
    m.slope_value += c.kappa * v.sd * (r * at_a + at_b - c.b * both);
    m.value_slope += c.kappa * z.sd * (r * at_b + at_a - c.a * both);
  }
  return m;
}

}  // namespace sgdlimits::networks
