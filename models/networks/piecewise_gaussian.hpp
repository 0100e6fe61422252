/// Gaussian moments of piecewise-linear neurons and of their derivatives; internal to models/networks.
#pragma once

#include "models/networks/activation.hpp"

namespace sgdlimits::networks {

/// sigma(t) = left + sum_i kappa_i max(t - t_i, 0)
struct Kink {
  double at, kappa;
};
struct PiecewiseLinear {
  double left;
  std::vector<Kink> kinks;
};
/// Throws InvalidArgument unless the activation is relu or piecewise-linear.
PiecewiseLinear piecewise_linear_form(Activation activation);

/// z ~ N(mean, sd^2)
struct GaussianInput {
  double mean, sd;
};

/// E sigma(z), E sigma'(z), E sigma''(z); the last is 0 where sd = 0.
struct SingleMoments {
  double value, slope, curvature;
};
SingleMoments single_moments(const PiecewiseLinear& sigma, const GaussianInput& z);

/// Of z and v with correlation r. By Price's theorem (1958) product = e(r) with e(0), e'(0) products of single
/// moments and e''(u) the sum over kinks of kappa_i kappa_j s_z s_v times the density of the pair at correlation u;
/// slopes likewise one integral less (Plackett 1954). Gauss-Legendre in arcsin u.
struct PairMoments {
  double product;       ///< E sigma(z) sigma(v)
  double slopes;        ///< E sigma'(z) sigma'(v)
  double slope_value;   ///< E sigma'(z) sigma(v)
  double value_slope;   ///< E sigma(z) sigma'(v)
  double curved_value;  ///< E sigma''(z) sigma(v)
  double value_curved;  ///< E sigma(z) sigma''(v)
};
PairMoments pair_moments(const PiecewiseLinear& sigma, const GaussianInput& z, const GaussianInput& v, double r);
/// The first of them alone.
double pair_product(const PiecewiseLinear& sigma, const GaussianInput& z, const GaussianInput& v, double r);

}  // namespace sgdlimits::networks
