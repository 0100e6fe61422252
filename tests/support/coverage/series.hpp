/// Coverage of intervals from correlated series.
#pragma once

#include <boost/math/distributions/students_t.hpp>

#include "solvers/sde/autocorrelation_time.hpp"
#include "solvers/sde/time_average.hpp"
#include "support/coverage/simulation.hpp"
#include "validation/statistics/block_bootstrap.hpp"
#include "validation/statistics/effective_sample_size.hpp"
#include "validation/statistics/split_r_hat.hpp"

namespace sgdlimits::test {

/// Stationary AR(1) with unit innovations: T = (1 + phi)/(1 - phi), variance 1/(1 - phi^2).
inline Values autoregression(Index n, double phi, std::uint32_t replicate, std::uint64_t seed = 11) {
  Values x = gaussian_sample(n, 0, 1, replicate, seed);
  x(0) /= std::sqrt(1 - phi * phi);
  for (Index i = 1; i < n; ++i) x(i) += phi * x(i - 1);
  return x;
}

inline BlockBootstrap bootstrap_of(PointsView series, const SeriesStatistic& statistic, std::uint32_t replicate) {
  ThreadPool pool(1);
  BlockBootstrapOptions options;
  options.resamples = 399;
  options.seed = replicate + 1;
  return block_bootstrap(series, statistic, options, pool);
}
inline bool basic_holds(const BlockBootstrap& b, double truth) { return between(b.lower, truth, b.upper); }
inline bool percentile_holds(const BlockBootstrap& b, double truth) {
  return between(b.percentile_lower, truth, b.percentile_upper);
}

/// 64 paths of AR(1) with phi = .8, 300 observations of each.
inline std::vector<char> observer_intervals(std::uint32_t r) {
  constexpr double kPhi = 0.8;
  Points z(64, 300);
  Noise(26, Stream::test, r).normals(0, 0, z);
  AutocorrelationOptions options;
  options.levels = 6;
  options.lags = 32;
  AutocorrelationTime time(64, options);
  TimeAverage average(64, 1);
  Values x = z.col(0) / std::sqrt(1 - kPhi * kPhi);
  for (Index n = 0; n < 300; ++n) {
    if (n > 0) x = kPhi * x + z.col(n);
    time.observe(x);
    average.observe(x);
  }
  const boost::math::students_t groups(static_cast<double>(AutocorrelationTime::kGroups - 1)), paths(63);
  const Result<IntegratedTime> found = time.result();
  const MeanAndError mean = average.mean();
  return {found.ok() && holds(found->time, (1 + kPhi) / (1 - kPhi), boost::math::quantile(groups, 0.975)),
          std::abs(mean.mean(0)) <= boost::math::quantile(paths, 0.975) * mean.standard_error(0)};
}

inline std::vector<CoverageSimulation> series_simulations() {
  using R = std::uint32_t;
  const auto variance = [](const Eigen::VectorXd& m) { return m(1) - m(0) * m(0); };
  return {
      {{{"mean of AR(1), phi = .9, 8000 values, autocorrelation time"},
        {"mean of AR(1), phi = .9, 8000 values, 20 batch means"},
        {"mean of AR(1), phi = .9, 8000 values, stationary bootstrap"}},
       [](R r) {
         const Values x = autoregression(8000, 0.9, r);
         const BatchMeans b = batch_means(x, 20);
         return std::vector<char>{holds(autocorrelation(x).mean, 0), holds(b.mean, 0, b.quantile(0.05)),
                                  basic_holds(bootstrap_of(x, series_mean(), r), 0)};
       }},
      {{{"mean of AR(1), phi = -.5, 1000 values, autocorrelation time"},
        {"mean of AR(1), phi = -.5, 1000 values, stationary bootstrap"}},
       [](R r) {
         const Values x = autoregression(1000, -0.5, r);
         return std::vector<char>{holds(autocorrelation(x).mean, 0),
                                  basic_holds(bootstrap_of(x, series_mean(), r), 0)};
       }},
      one_interval("mean of AR(1), phi = .9, 4 chains of 2000 values",
                   [](R r) {
                     Points chains(2000, 4);
                     for (Index c = 0; c < 4; ++c)
                       chains.col(c) = autoregression(2000, 0.9, 4 * r + static_cast<R>(c));
                     return holds(mean_of_chains(chains).mean, 0);
                   }),
      {{{"mean of AR(1), phi = .5, 2000 values, stationary bootstrap"},
        {"median of AR(1), phi = .5, 2000 values, stationary bootstrap, percentile"},
        {".9 quantile of AR(1), phi = .5, 2000 values, stationary bootstrap, percentile"}},
       [](R r) {
         const Values x = autoregression(2000, 0.5, r);
         const double upper = 1.2815515655446004 / std::sqrt(0.75);
         return std::vector<char>{basic_holds(bootstrap_of(x, series_mean(), r), 0),
                                  percentile_holds(bootstrap_of(x, series_quantile(0.5), r), 0),
                                  percentile_holds(bootstrap_of(x, series_quantile(0.9), r), upper)};
       }},
      one_interval("variance of AR(1), phi = .5, 4000 values, stationary bootstrap",
                   [=](R r) {
                     const Values x = autoregression(4000, 0.5, r);
                     Points moments(x.size(), 2);
                     moments << x, x.square();
                     return basic_holds(bootstrap_of(moments, function_of_means(variance), r), 4.0 / 3);
                   }),
      {{{"autocorrelation time of AR(1), phi = .8, 64 paths of 300 values, jackknife"},
        {"mean of AR(1), phi = .8, 64 paths of 300 values, time averages of paths"}},
       observer_intervals},
  };
}

}  // namespace sgdlimits::test
