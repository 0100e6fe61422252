/// The simulations behind the table of coverages: each draws data with a known truth and says whether one nominal
/// 95 per cent interval holds it.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "support/line_samples.hpp"
#include "validation/rates/decay_rate.hpp"
#include "validation/rates/exponential_sum.hpp"
#include "validation/rates/plateau.hpp"
#include "validation/rates/weighted_regression.hpp"
#include "validation/statistics/block_bootstrap.hpp"
#include "validation/statistics/counts.hpp"
#include "validation/statistics/coverage.hpp"
#include "validation/statistics/effective_sample_size.hpp"
#include "validation/statistics/moments.hpp"
#include "validation/statistics/split_r_hat.hpp"

namespace sgdlimits::test {

struct CoverageScenario {
  std::string name;
  std::function<bool(std::uint32_t)> covers;
  bool conservative = false;  ///< promises at least 95 per cent, not about 95
};

inline constexpr double kNormal95 = 1.959963984540054;

inline bool holds(const Measurement& m, double truth, double z = kNormal95) {
  return m.lower(z) <= truth && truth <= m.upper(z);
}

/// Stationary AR(1) with unit innovations: T = (1 + phi)/(1 - phi), variance 1/(1 - phi^2).
inline Values autoregression(Index n, double phi, std::uint32_t replicate, std::uint64_t seed = 11) {
  Values x = gaussian_sample(n, 0, 1, replicate, seed);
  x(0) /= std::sqrt(1 - phi * phi);
  for (Index i = 1; i < n; ++i) x(i) += phi * x(i - 1);
  return x;
}

inline bool block_bootstrap_holds(PointsView series, const SeriesStatistic& statistic, double truth,
                                  std::uint32_t replicate, bool percentile = false) {
  ThreadPool pool(1);
  BlockBootstrapOptions options;
  options.resamples = 399;
  options.seed = replicate + 1;
  const BlockBootstrap b = block_bootstrap(series, statistic, options, pool);
  if (percentile) return b.percentile_lower <= truth && truth <= b.percentile_upper;
  return b.lower <= truth && truth <= b.upper;
}

/// y = 1 - 1.5 x + error_i z at x = 0 ... 7, errors from 0.1 to 0.8.
inline std::vector<RegressionPoint> noisy_line(std::uint32_t replicate) {
  const Values z = gaussian_sample(8, 0, 1, replicate, 21);
  std::vector<RegressionPoint> points;
  for (int i = 0; i < 8; ++i) {
    const double error = 0.1 * (1 + (i * 5) % 8);
    points.push_back({1.0 * i, 1 - 1.5 * i + error * z(i), error});
  }
  return points;
}

/// The same line, `m` replicates a point.
inline std::vector<ReplicatedPoint> replicated_line(Index m, std::uint32_t replicate) {
  const Values z = gaussian_sample(8 * m, 0, 1, replicate, 22);
  std::vector<ReplicatedPoint> points;
  for (Index i = 0; i < 8; ++i) {
    ReplicatedPoint p{static_cast<double>(i), {}, 0};
    const double error = 0.1 * static_cast<double>(1 + (i * 5) % 8);
    for (Index k = 0; k < m; ++k) p.values.push_back(1 - 1.5 * static_cast<double>(i) + error * z(i * m + k));
    points.push_back(p);
  }
  return points;
}

/// sum_k A_k e^{-lambda_k t} at 24 times 0.125 ... 3, errors `noise`, correlated between times by .5^{|i - j|}.
struct NoisyExponentials {
  std::vector<double> times;
  Values values;
  Eigen::MatrixXd covariance;
  NoisyExponentials(const std::vector<double>& amplitudes, const std::vector<double>& rates, double noise,
                    std::uint32_t replicate)
      : values(Values::Zero(24)), covariance(24, 24) {
    Values z = gaussian_sample(24, 0, 1, replicate, 23);
    for (Index i = 0; i < 24; ++i) {
      times.push_back(0.125 * static_cast<double>(i + 1));
      if (i > 0) z(i) = 0.5 * z(i - 1) + std::sqrt(0.75) * z(i);
      for (std::size_t k = 0; k < rates.size(); ++k) values(i) += amplitudes[k] * std::exp(-rates[k] * times.back());
      values(i) += noise * z(i);
      for (Index j = 0; j < 24; ++j)
        covariance(i, j) = noise * noise * std::pow(0.5, static_cast<double>(std::abs(i - j)));
    }
  }
};

inline bool exponentials_hold(const std::vector<double>& amplitudes, const std::vector<double>& rates, double noise,
                              Index terms, std::size_t which, std::uint32_t replicate) {
  const NoisyExponentials data(amplitudes, rates, noise, replicate);
  ExponentialSumOptions options;
  options.terms = terms;
  const Result<ExponentialSumFit> fit = fit_exponential_sum(data.times, data.values, data.covariance, options);
  if (!fit.ok()) return false;
  return terms == 0 ? fit->lowest.contains(rates[0]) : fit->rates[which].contains(rates[which]);
}

inline std::vector<CoverageScenario> series_scenarios() {
  using R = std::uint32_t;
  const auto square = [](const Eigen::VectorXd& m) { return m(1) - m(0) * m(0); };
  const auto moments = [](const Values& x) {
    Points p(x.size(), 2);
    p << x, x.square();
    return p;
  };
  return {
      {"mean of AR(1), phi = .9, 8000 values, autocorrelation time",
       [](R r) { return holds(autocorrelation(autoregression(8000, 0.9, r)).mean, 0); }},
      {"mean of AR(1), phi = -.5, 1000 values, autocorrelation time",
       [](R r) { return holds(autocorrelation(autoregression(1000, -0.5, r)).mean, 0); }},
      {"mean of AR(1), phi = .9, 8000 values, 20 batch means",
       [](R r) {
         const BatchMeans b = batch_means(autoregression(8000, 0.9, r), 20);
         return holds(b.mean, 0, b.quantile(0.05));
       }},
      {"mean of AR(1), phi = .9, 4 chains of 2000 values",
       [](R r) {
         Points chains(2000, 4);
         for (Index c = 0; c < 4; ++c) chains.col(c) = autoregression(2000, 0.9, 4 * r + static_cast<R>(c));
         return holds(mean_of_chains(chains).mean, 0);
       }},
      {"mean of AR(1), phi = .5, 2000 values, stationary bootstrap",
       [](R r) { return block_bootstrap_holds(autoregression(2000, 0.5, r), series_mean(), 0, r); }},
      {"mean of AR(1), phi = .9, 8000 values, stationary bootstrap",
       [](R r) { return block_bootstrap_holds(autoregression(8000, 0.9, r), series_mean(), 0, r); }},
      {"median of AR(1), phi = .5, 2000 values, stationary bootstrap, percentile",
       [](R r) { return block_bootstrap_holds(autoregression(2000, 0.5, r), series_quantile(0.5), 0, r, true); }},
      {"variance of AR(1), phi = .5, 4000 values, stationary bootstrap",
       [=](R r) {
         return block_bootstrap_holds(moments(autoregression(4000, 0.5, r)), function_of_means(square), 4.0 / 3, r);
       }},
  };
}

inline std::vector<CoverageScenario> regression_scenarios() {
  using R = std::uint32_t;
  const auto contains = [](double lower, double upper) { return lower <= -1.5 && -1.5 <= upper; };
  RegressionOptions plain;
  plain.resamples = 0;
  const auto seeded = [](R r) {
    RegressionOptions options;
    options.seed = r + 1;
    return options;
  };
  return {
      {"slope, 8 points, known errors",
       [=](R r) {
         const RegressionFit f = weighted_regression(noisy_line(r), plain).value();
         return contains(f.lower(), f.upper());
       }},
      {"slope, 8 points, known errors, parametric bootstrap",
       [=](R r) {
         const BootstrapInterval b = weighted_regression(noisy_line(r), seeded(r))->bootstrap;
         return contains(b.lower, b.upper);
       }},
      {"slope, 8 points, 5 replicates each",
       [=](R r) {
         const RegressionFit f = weighted_regression(replicated_line(5, r), plain).value();
         return contains(f.lower(), f.upper());
       }},
      {"slope, 8 points, 3 replicates each",
       [=](R r) {
         const RegressionFit f = weighted_regression(replicated_line(3, r), plain).value();
         return contains(f.lower(), f.upper());
       }},
      {"slope, 8 points, 5 replicates each, resampled",
       [=](R r) {
         const BootstrapInterval b = weighted_regression(replicated_line(5, r), seeded(r))->bootstrap;
         return contains(b.lower, b.upper);
       }},
      {"slope, 8 points without errors, residuals",
       [=](R r) {
         std::vector<RegressionPoint> points;
         const Values z = gaussian_sample(8, 0, 0.3, r, 24);
         for (int i = 0; i < 8; ++i) points.push_back({1.0 * i, 1 - 1.5 * i + z(i)});
         const RegressionFit f = weighted_regression(points, plain).value();
         return contains(f.lower(), f.upper());
       }},
  };
}

inline std::vector<CoverageScenario> rate_scenarios() {
  using R = std::uint32_t;
  return {
      {"one exponential, generalised least squares of logarithms",
       [](R r) {
         const NoisyExponentials d({1}, {1}, 0.004, r);
         return holds(fit_decay(d.times, d.values, d.covariance).value().rate, 1);
       }},
      {"lower of rates 1 and 4, window by the plateau",
       [](R r) {
         const NoisyExponentials d({1, 1}, {1, 4}, 0.002, r);
         const Result<PlateauFit> fit = fit_decay_on_plateau(d.times, d.values, d.covariance);
         return fit.ok() && holds(fit->fit.rate, 1);
       },
       true},
      {"one exponential, variable projection", [](R r) { return exponentials_hold({1}, {1}, 0.02, 1, 0, r); }},
      {"lower of rates 1 and 4, variable projection",
       [](R r) {
         return exponentials_hold({1, 1}, {1, 4}, 0.01, 2, 0, r);
       }},
      {"higher of rates 1 and 4, variable projection",
       [](R r) {
         return exponentials_hold({1, 1}, {1, 4}, 0.01, 2, 1, r);
       }},
      {"lower of rates 1 and 1.5 (not resolved), two terms given",
       [](R r) {
         return exponentials_hold({1, 1}, {1, 1.5}, 0.01, 2, 0, r);
       }},
      {"lower of rates 1 and 4, number of terms chosen",
       [](R r) {
         return exponentials_hold({1, 1}, {1, 4}, 0.01, 0, 0, r);
       },
       true},
      {"lower of rates 1 and 1.5 (not resolved), number of terms chosen",
       [](R r) {
         return exponentials_hold({1, 1}, {1, 1.5}, 0.01, 0, 0, r);
       },
       true},
      {"lower of rates 1 and 1.2 (not resolved), number of terms chosen",
       [](R r) {
         return exponentials_hold({1, 1}, {1, 1.2}, 0.01, 0, 0, r);
       },
       true},
  };
}

/// Uniforms of one repetition.
inline Values uniform_sample(Index n, std::uint32_t replicate) {
  Points u(1, n);
  Noise(25, Stream::test, replicate).uniforms(0, 0, u);
  return u.row(0).transpose();
}

/// Events of a Poisson process of rate 1 in (0, until].
inline Index poisson_draw(double until, std::uint32_t replicate) {
  const Values gaps = -uniform_sample(100, replicate).log();
  Index events = 0;
  for (double t = gaps(0); t <= until && events < 99; t += gaps(events)) ++events;
  return events;
}

inline std::vector<CoverageScenario> count_scenarios() {
  using R = std::uint32_t;
  const auto contains = [](const CountInterval& i, double truth) { return i.lower <= truth && truth <= i.upper; };
  return {
      {"mean of x^2, 2000 Gaussians",
       [](R r) {
         ThreadPool pool(1);
         const Observable square{"x^2", [](PointsView x, ValuesOut out, Scratch&) { out = x.col(0).square(); }};
         return holds(sample_means(gaussian_sample(2000, 0, 1, r), {square}, pool)[0].measurement(), 1);
       }},
      {"probability .1, 50 trials, Clopper-Pearson",
       [=](R r) { return contains(clopper_pearson((uniform_sample(50, r) < 0.1).count(), 50), 0.1); }, true},
      {"Poisson rate, 5.5 events expected, Garwood",
       [=](R r) { return contains(poisson_rate(poisson_draw(5.5, r), 5.5), 1); }, true},
      {"escape rate, 200 exponential passages seen on (1, 3]",
       [=](R r) {
         const PassageCount c = count_passages(-uniform_sample(200, r).log() / 0.5, 1, 3);
         return contains(poisson_rate(c.events, c.exposure), 0.5);
       },
       true},
  };
}

inline std::vector<CoverageScenario> coverage_scenarios() {
  std::vector<CoverageScenario> all = series_scenarios();
  for (const auto& more : {count_scenarios(), regression_scenarios(), rate_scenarios()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace sgdlimits::test
