/// Coverage of intervals from independent draws: means, counts, quantiles.
#pragma once

#include "solvers/sde/histogram.hpp"
#include "solvers/sde/quantiles.hpp"
#include "support/coverage/simulation.hpp"
#include "validation/claims/h2_kesten_tail/kesten_tail.hpp"
#include "validation/statistics/counts.hpp"
#include "validation/statistics/mean_tests.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits::test {

/// Events of a Poisson process of rate 1 in (0, until].
inline Index poisson_draw(double until, std::uint32_t replicate) {
  const Values gaps = -uniform_sample(200, replicate).log();
  Index events = 0;
  for (double t = gaps(0); t <= until && events < 199; t += gaps(events)) ++events;
  return events;
}

/// 2000 Gaussians, and 2000 others for a test of equal means.
inline std::vector<char> gaussian_intervals(std::uint32_t r) {
  ThreadPool pool(1);
  const Values x = gaussian_sample(2000, 0, 1, r), y = gaussian_sample(2000, 0, 1, r, 28);
  const Observable square{"x^2", [](PointsView z, ValuesOut out, Scratch&) { out = z.col(0).square(); }};
  const Measurement a = sample_means(x, {square}, pool)[0].measurement(),
                    b = sample_means(y, {square}, pool)[0].measurement();
  Points pair(2000, 2);
  pair << x, x.square() - 1;
  Histogram histogram(0, 1, 2);
  histogram.observe(x);
  const double inside = (std::erf(0.5 / std::sqrt(2.0)) / 2) / 0.5;
  const std::vector<SampleQuantile> q = sample_quantiles(x, {0.5, 0.99});
  return {holds(a, 1),
          mean_test(a, b).p_value >= 0.05,
          hotelling_p_value(sample_covariance(pair, pool)) >= 0.05,
          std::abs(histogram.density()(0) - inside) <= kNormal95 * histogram.density_error()(0),
          between(q[0].lower, 0, q[0].upper),
          between(q[1].lower, 2.3263478740408408, q[1].upper)};
}

inline std::vector<char> poisson_intervals(std::uint32_t r) {
  const Index few = poisson_draw(5.5, r), many = poisson_draw(100, r);
  const CountInterval exact = poisson_rate(few, 5.5);
  return {between(exact.lower, 1, exact.upper), poisson_upper_bound(few, 5.5) >= 1,
          holds(poisson_measurement(many, 100), 1)};
}

/// 200 passages at rate 1/2 seen on (1, 3]: exact for a Poisson count, which this is not quite.
inline bool escape_rate_holds(std::uint32_t r) {
  const PassageCount c = count_passages(-uniform_sample(200, r).log() / 0.5, 1, 3);
  const CountInterval i = poisson_rate(c.events, c.exposure);
  return between(i.lower, 0.5, i.upper);
}

inline std::vector<CoverageSimulation> count_simulations() {
  using R = std::uint32_t;
  return {
      {{{"mean of x^2, 2000 Gaussians"},
        {"difference of two means of x^2, 2000 Gaussians each, p >= .05"},
        {"Hotelling's test of means of x and x^2 - 1, 2000 Gaussians, p >= .05"},
        {"density in a bin of a histogram, 2000 Gaussians"},
        {"median, order statistics, 2000 Gaussians", true},
        {".99 quantile, order statistics, 2000 Gaussians", true}},
       gaussian_intervals},
      one_interval(
          "probability .1, 50 trials, Clopper-Pearson",
          [](R r) {
            const CountInterval i = clopper_pearson((uniform_sample(50, r) < 0.1).count(), 50);
            return between(i.lower, 0.1, i.upper);
          },
          true),
      {{{"Poisson rate, 5.5 events expected, Garwood", true},
        {"Poisson rate, 5.5 events expected, upper bound", true},
        {"Poisson rate, 100 events expected, standard error"}},
       poisson_intervals},
      one_interval("escape rate, 200 exponential passages seen on (1, 3]", escape_rate_holds, true),
      one_interval("tail index 3 of a Pareto law, Hill's estimate, 500 of 2000 values",
                   [](R r) { return holds(hill_estimate(uniform_sample(2000, r).pow(-1.0 / 3), 500), 3); }),
  };
}

}  // namespace sgdlimits::test
