/// Coverage of the errors of distances between laws on the line, and levels of their p-values.
#pragma once

#include "support/coverage/simulation.hpp"
#include "validation/distances/one_dimensional.hpp"

namespace sgdlimits::test {

inline double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// 500 draws of N(0, 1) and 500 others: p-values of equality.
inline std::vector<char> equality_levels(std::uint32_t r) {
  const LineLaw a = LineLaw::from_sample(gaussian_sample(500, 0, 1, r)),
                b = LineLaw::from_sample(gaussian_sample(500, 0, 1, r, 29));
  static const LineLaw density = LineLaw::from_density(gaussian_density(0, 1));
  ResamplingOptions options;
  options.seed = r + 1;
  return {kolmogorov_smirnov(a, density).p_value >= 0.05, kolmogorov_smirnov(a, b).p_value >= 0.05,
          wasserstein1(a, b).p_value >= 0.05, total_variation(a, b, 20).p_value >= 0.05,
          wasserstein2(a, b, options).p_value >= 0.05};
}

/// 500 draws of N(0, 1) and 500 of N(1, 1): W1 = W2 = 1, KS = 2 Phi(1/2) - 1, TV on bins of 1/2 between -2 and 3.
inline std::vector<char> distance_intervals(std::uint32_t r) {
  const LineLaw a = LineLaw::from_sample(gaussian_sample(500, 0, 1, r)),
                b = LineLaw::from_sample(gaussian_sample(500, 1, 1, r, 29));
  const Values edges = Values::LinSpaced(11, -2, 3);
  double before = 0, variation = 0;
  for (Index i = 0; i <= edges.size(); ++i) {
    const double difference = i < edges.size() ? normal_cdf(edges(i)) - normal_cdf(edges(i) - 1) : 0;
    variation += std::abs(difference - before) / 2;
    before = difference;
  }
  ResamplingOptions options;
  options.seed = r + 1;
  return {holds(kolmogorov_smirnov(a, b).value, 2 * normal_cdf(0.5) - 1), holds(wasserstein1(a, b).value, 1),
          holds(total_variation(a, b, edges).value, variation), holds(wasserstein2(a, b, options).value, 1)};
}

inline std::vector<CoverageSimulation> distance_simulations() {
  const std::string equal = ", 500 draws each of one law, p >= .05",
                    apart = " between N(0, 1) and N(1, 1), 500 draws each";
  return {{{{"Kolmogorov-Smirnov, 500 draws against their density, p >= .05"},
            {"Kolmogorov-Smirnov" + equal},
            {"W1" + equal, true},
            {"total variation on 20 bins" + equal, true},
            {"W2" + equal, true}},
           equality_levels},
          {{{"Kolmogorov-Smirnov distance" + apart, true},
            {"W1" + apart, true},
            {"total variation on bins" + apart, true},
            {"W2" + apart}},
           distance_intervals}};
}

}  // namespace sgdlimits::test
