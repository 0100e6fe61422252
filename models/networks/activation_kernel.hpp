/// sigma, sigma', sigma'' of one lane, inlined into the vector loops of *_kernel.cpp files; internal to
/// models/networks. Infinities never occur: arguments of exp are bounded from above.
#pragma once

#include <algorithm>
#include <cmath>

#include "models/networks/activation.hpp"

namespace sgdlimits::kernel {

template <Activation>
struct Sigma;

template <>
struct Sigma<Activation::sigmoid> {
  static double value(double z) { return 1.0 / (1.0 + std::exp(std::min(-z, 700.0))); }
  static void first(double z, double& s, double& d) {
    const double e = std::exp(std::min(-z, 700.0));
    s = 1.0 / (1.0 + e);
    d = (e * s) * s;
  }
  static void second(double z, double& s, double& d, double& dd) {
    first(z, s, d);
    dd = d * (1.0 - 2.0 * s);
  }
};

template <>
struct Sigma<Activation::tanh> {
  // (1 - e)/(1 + e), e = exp(-2|z|), loses relative accuracy near 0; there the Taylor series to z^13
  static double small(double z) {
    const double u = z * z;
    return z *
           (1.0 - u * (1.0 / 3 -
                       u * (2.0 / 15 -
                            u * (17.0 / 315 - u * (62.0 / 2835 - u * (1382.0 / 155925 - u * (21844.0 / 6081075)))))));
  }
  static void first(double z, double& s, double& d) {
    const double size = std::abs(z);
    const double e = std::exp(-2.0 * size);
    const double q = 1.0 / (1.0 + e);
    s = size < 0.0625 ? small(z) : std::copysign((1.0 - e) * q, z);
    d = (4.0 * e * q) * q;
  }
  static double value(double z) {
    double s, d;
    first(z, s, d);
    return s;
  }
  static void second(double z, double& s, double& d, double& dd) {
    first(z, s, d);
    dd = -2.0 * s * d;
  }
};

template <>
struct Sigma<Activation::softplus> {
  static double value(double z) { return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))); }
  static void second(double z, double& s, double& d, double& dd) {
    const double e = std::exp(-std::abs(z));
    const double q = 1.0 / (1.0 + e);
    s = std::max(z, 0.0) + std::log1p(e);
    d = z >= 0.0 ? q : e * q;
    dd = (e * q) * q;
  }
  static void first(double z, double& s, double& d) {
    double dd;
    second(z, s, d, dd);
  }
};

template <>
struct Sigma<Activation::relu> {
  static double value(double z) { return std::max(z, 0.0); }
  static void first(double z, double& s, double& d) {
    s = std::max(z, 0.0);
    d = z > 0.0 ? 1.0 : 0.0;
  }
  static void second(double z, double& s, double& d, double& dd) {
    first(z, s, d);
    dd = 0.0;
  }
};

template <>
struct Sigma<Activation::piecewise_linear> {
  static double value(double z) { return std::min(std::max(10.0 * z - 7.5, -2.5), 7.5); }
  static void first(double z, double& s, double& d) {
    s = value(z);
    d = z > 0.5 && z < 1.5 ? 10.0 : 0.0;
  }
  static void second(double z, double& s, double& d, double& dd) {
    first(z, s, d);
    dd = 0.0;
  }
};

template <>
struct Sigma<Activation::gelu> {
  static double distribution(double z) { return 0.5 * std::erfc(-0.70710678118654752440 * z); }
  static double density(double z) { return 0.39894228040143267794 * std::exp(-0.5 * z * z); }
  static double value(double z) { return z * distribution(z); }
  static void second(double z, double& s, double& d, double& dd) {
    const double p = distribution(z), phi = density(z);
    s = z * p;
    d = p + z * phi;
    dd = phi * (2.0 - z * z);
  }
  static void first(double z, double& s, double& d) {
    double dd;
    second(z, s, d, dd);
  }
};

/// f<A>() for the activation chosen at run time.
template <class F>
void with_activation(Activation activation, F f) {
  switch (activation) {
    case Activation::sigmoid: return f.template operator()<Activation::sigmoid>();
    case Activation::tanh: return f.template operator()<Activation::tanh>();
    case Activation::softplus: return f.template operator()<Activation::softplus>();
    case Activation::relu: return f.template operator()<Activation::relu>();
    case Activation::gelu: return f.template operator()<Activation::gelu>();
    case Activation::piecewise_linear: return f.template operator()<Activation::piecewise_linear>();
  }
}

}  // namespace sgdlimits::kernel
