#include <cmath>
#include <numbers>

#include "validation/distances/law_pair.hpp"
#include "validation/distances/one_dimensional.hpp"

namespace sgdlimits {
namespace {

// int_0^1 |p + (q - p) s| ds
double mean_modulus(double p, double q) {
  const double a = std::abs(p), b = std::abs(q);
  if (p * q >= 0) return (a + b) / 2;
  return (a * a + b * b) / (2 * (a + b));
}

// int_0^1 sqrt(F (1 - F)) ds for F = p + (q - p) s, by three Gauss points: a statistical expectation needs no more.
double mean_bridge_sd(double p, double q) {
  static const double node = std::sqrt(0.6) / 2;
  const auto sd = [&](double s) {
    const double f = p + (q - p) * s;
    return std::sqrt(std::max(0.0, f * (1 - f)));
  };
  return (5 * sd(0.5 - node) + 8 * sd(0.5) + 5 * sd(0.5 + node)) / 18;
}

double bridge_sd_integral(const LineLaw& law) {
  double sum = 0;
  for (Index k = 0; k + 1 < law.knots().size(); ++k)
    sum += (law.knots()(k + 1) - law.knots()(k)) * mean_bridge_sd(law.after()(k), law.before()(k + 1));
  return sum;
}

}  // namespace

Distance wasserstein1(const LineLaw& a, const LineLaw& b, double error) {
  const LawPair pair(a, b);
  double distance = 0;
  for (Index k = 0; k + 1 < pair.knots.size(); ++k)
    distance += (pair.knots(k + 1) - pair.knots(k)) *
                mean_modulus(pair.a_after(k) - pair.b_after(k), pair.a_before(k + 1) - pair.b_before(k + 1));

  const double noise = inverse_sample_size(a, b);
  if (noise == 0) return {Measurement::exact(distance, "W1 of two densities"), 0, 1};
  const LineLaw reference = pooled(a, b);
  const double expected = std::sqrt(2 / std::numbers::pi * noise) * bridge_sd_integral(reference);
  const double variance = reference.variance() * noise;
  const double excess = std::max(0.0, distance - error - expected);
  const double p = excess > 0 ? (variance > 0 ? std::exp(-excess * excess / (2 * variance)) : 0) : 1;
  return {Measurement::sampled(distance, std::sqrt(variance), "W1; standard error at most sd(X)/sqrt(n)"), expected,
          p};
}

}  // namespace sgdlimits
