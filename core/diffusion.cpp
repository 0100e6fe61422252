#include "core/diffusion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const DiffusionCoefficients> checked(DiffusionCoefficients c) {
  const auto at_least_one = [](const char* name, Index value) {
    if (value < 1) throw InvalidArgument(name, std::to_string(value), "at least 1");
  };
  at_least_one("dimension", c.dimension);
  at_least_one("noises", c.noises);
  if (!c.drift) throw InvalidArgument("drift", "empty", "a function");
  if (!c.noise) throw InvalidArgument("noise", "empty", "a function");
  if (c.noise_class == NoiseClass::scalar && c.noises != 1)
    throw InvalidArgument("noises", std::to_string(c.noises), "1, since the noise is said to be scalar");
  if (c.noise_class == NoiseClass::diagonal && c.noises != c.dimension)
    throw InvalidArgument("noises", std::to_string(c.noises),
                          std::to_string(c.dimension) + ", the dimension, since the noise is said to be diagonal");
  return std::make_shared<const DiffusionCoefficients>(std::move(c));
}

/// The drift plus sign/2 sum_j L^j sigma_j; the rest as it is.
DiffusionCoefficients corrected(std::shared_ptr<const DiffusionCoefficients> c, double sign) {
  DiffusionCoefficients other = *c;
  other.drift = [c, sign](double t, PointsView x, PointsOut out, Scratch& scratch) {
    const Index d = c->dimension, m = c->noises;
    Scratch::Frame frame(scratch);
    Eigen::Map<Points> derivatives = frame.points(x.rows(), d * m * m);
    noise_derivatives(*c, t, x, derivatives, scratch);
    c->drift(t, x, out, scratch);
    for (Index j = 0; j < m; ++j) out += 0.5 * sign * derivatives.middleCols((j * m + j) * d, d);
  };
  return other;
}

/// Columns of L^j sigma_., by central differences along sigma_j at the cube root of the rounding.
void differences_along(const DiffusionCoefficients& c, double t, PointsView x, PointsView direction, PointsOut out,
                       Scratch& scratch) {
  static const double kCubeRoot = std::cbrt(std::numeric_limits<double>::epsilon());
  const Index n = x.rows(), d = c.dimension;
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> shifted = frame.points(n, d), back = frame.points(n, d * c.noises);
  Eigen::Map<Values> width = frame.values(n);
  width = kCubeRoot * (1 + x.abs().rowwise().maxCoeff()) / (1e-3 + direction.abs().rowwise().maxCoeff());
  shifted = x - direction.colwise() * width;
  c.noise(t, shifted, back, scratch);
  shifted = x + direction.colwise() * width;
  c.noise(t, shifted, out, scratch);
  out = (out - back).colwise() / (2 * width);
}

}  // namespace

ItoDiffusion::ItoDiffusion(DiffusionCoefficients coefficients) : coefficients_(checked(std::move(coefficients))) {}
StratonovichDiffusion::StratonovichDiffusion(DiffusionCoefficients coefficients)
    : coefficients_(checked(std::move(coefficients))) {}
StratonovichDiffusion ItoDiffusion::stratonovich() const {
  return StratonovichDiffusion(corrected(coefficients_, -1));
}
ItoDiffusion StratonovichDiffusion::ito() const { return ItoDiffusion(corrected(coefficients_, 1)); }

void noise_derivatives(const DiffusionCoefficients& c, double t, PointsView x, PointsOut out, Scratch& scratch) {
  if (c.noise_derivatives) {
    c.noise_derivatives(t, x, out, scratch);
    return;
  }
  const Index d = c.dimension, m = c.noises;
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> sigma = frame.points(x.rows(), d * m);
  c.noise(t, x, sigma, scratch);
  for (Index j = 0; j < m; ++j)
    differences_along(c, t, x, sigma.middleCols(j * d, d), out.middleCols(j * m * d, m * d), scratch);
}

double noise_defect(const DiffusionCoefficients& c, double t, PointsView x) {
  const Index n = x.rows(), d = c.dimension, m = c.noises;
  if (c.noise_class == NoiseClass::general) return 0;
  Scratch scratch;
  Points sigma(n, d * m), derivatives(n, d * m * m);
  c.noise(t, x, sigma, scratch);
  noise_derivatives(c, t, x, derivatives, scratch);
  double defect = 0;
  for (Index j = 0; j < m; ++j)
    for (Index k = 0; k < m; ++k) {
      const auto jk = derivatives.middleCols((j * m + k) * d, d), kj = derivatives.middleCols((k * m + j) * d, d);
      defect = std::max(defect, (jk - kj).abs().maxCoeff());
      if (c.noise_class == NoiseClass::additive) defect = std::max(defect, jk.abs().maxCoeff());
      if (c.noise_class == NoiseClass::diagonal && j != k)
        defect = std::max({defect, sigma.col(j * d + k).abs().maxCoeff(), jk.abs().maxCoeff()});
    }
  return defect / (1 + std::max(sigma.abs().maxCoeff(), derivatives.abs().maxCoeff()));
}

}  // namespace sgdlimits
