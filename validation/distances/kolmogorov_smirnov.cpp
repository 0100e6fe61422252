#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "validation/distances/law_pair.hpp"
#include "validation/distances/one_dimensional.hpp"

namespace sgdlimits {

double kolmogorov_tail(double x) {
  if (!(x > 0)) return 1;
  if (x < 1) {
    // Jacobi's transform of the series: converges at once for small x.
    double sum = 0;
    for (int k = 1; k <= 7; k += 2) sum += std::exp(-k * k * std::numbers::pi * std::numbers::pi / (8 * x * x));
    return std::max(0.0, 1 - std::sqrt(2 * std::numbers::pi) / x * sum);
  }
  double sum = 0, sign = 1;
  for (int k = 1; k <= 6; ++k, sign = -sign) sum += sign * std::exp(-2.0 * k * k * x * x);
  return std::min(1.0, 2 * sum);
}

Distance kolmogorov_smirnov(const LineLaw& a, const LineLaw& b, double cdf_error) {
  if (!(cdf_error >= 0)) throw InvalidArgument("error of the distribution function", cdf_error, "nonnegative");
  const LawPair pair(a, b);
  const double distance =
      std::max((pair.a_before - pair.b_before).abs().maxCoeff(), (pair.a_after - pair.b_after).abs().maxCoeff());
  const double noise = inverse_sample_size(a, b);
  if (noise == 0)
    return {Measurement::deterministic(distance, cdf_error, Grade::estimate, "KS of two densities"), 0, 1};
  const double root = 1 / std::sqrt(noise);
  const double p = kolmogorov_tail((root + 0.12 + 0.11 / root) * std::max(0.0, distance - cdf_error));
  return {Measurement(distance, 0.5 / root, cdf_error, Side::two_sided, Grade::estimate,
                      "KS; standard error at most 1/(2 sqrt(n)) (Efron, Stein)"),
          std::sqrt(std::numbers::pi / 2) * std::numbers::ln2 / root, p};
}

}  // namespace sgdlimits
