#include "validation/rates/regression_bootstrap.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "core/noise.hpp"

namespace sgdlimits {
namespace {

// fewer slopes than this have too few different resamples
constexpr std::size_t kFewestPaired = 10;

/// Slope of one resample, as its distance to the fitted one, and its standard error.
struct Resample {
  double distance = 0, error = 0;
};

double studentised(const Resample& r) {
  if (r.error > 0) return r.distance / r.error;
  return r.distance == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), r.distance);
}

// The k-th of B + 1 equal gaps: an exact quantile of exchangeable draws.
BootstrapInterval interval_of(std::vector<double> t, const RegressionFit& fit, double confidence) {
  std::sort(t.begin(), t.end());
  const double tail = (1 - confidence) / 2, gaps = static_cast<double>(t.size()) + 1;
  const auto k = static_cast<std::size_t>(std::max(1.0, std::floor(tail * gaps)));
  const double bound = fit.slope.discretisation_bound(), error = fit.slope.standard_error();
  return {fit.slope.value() - bound - error * t[t.size() - k], fit.slope.value() + bound - error * t[k - 1],
          confidence, static_cast<Index>(t.size())};
}

// Residual error of the slope of noise-free points, equal or given weights as in the fit: sum of squares of
// sqrt(w) (y - mean - slope (x - centre)).
Resample from_residuals(const std::vector<RegressionPoint>& points, const RegressionFit& fit,
                        const std::vector<double>& deviation) {
  double slope = 0, mean = 0, squares = 0, variance = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    slope += fit.slope_weights[i] * deviation[i];
    mean += fit.mean_weights[i] * deviation[i];
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double rest = deviation[i] - mean - slope * (points[i].x - fit.centre);
    squares += fit.mean_weights[i] * rest * rest;
    variance += fit.slope_weights[i] * fit.slope_weights[i] / fit.mean_weights[i];
  }
  return {slope, std::sqrt(variance * squares / fit.degrees_of_freedom)};
}

/// Each replicate's own slope.
std::vector<double> slopes_of_pairs(const std::vector<ReplicatedPoint>& points, const RegressionFit& fit) {
  std::vector<double> slopes(points.front().values.size(), 0);
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k] += fit.slope_weights[i] * points[i].values[k];
  return slopes;
}

/// Distance and variance, with replicates less one degrees, of the mean of a resample.
struct ResampledMean {
  double distance = 0, variance = 0;
};
ResampledMean resample_mean(const std::vector<double>& values, const Noise& noise, Index resample,
                            std::int64_t& drawn) {
  const Eigen::Map<const Values> v(values.data(), static_cast<Index>(values.size()));
  const Index m = v.size();
  Indices chosen(1, m);
  noise.integers(resample, drawn, m, chosen);
  drawn += m + m % 2;
  double sum = 0, squares = 0;
  const double mean = v.mean();
  for (Index k = 0; k < m; ++k) {
    const double difference = v(chosen(0, k)) - mean;
    sum += difference;
    squares += difference * difference;
  }
  const double size = static_cast<double>(m), shift = sum / size;
  return {shift, std::max(0.0, squares - size * shift * shift) / (size * (size - 1))};
}

}  // namespace

BootstrapInterval resample_parametrically(const std::vector<RegressionPoint>& points, const RegressionFit& fit,
                                          const RegressionOptions& options) {
  if (!(fit.slope.standard_error() > 0)) return {};
  const Noise noise(options.seed, Stream::resampling);
  const auto n = static_cast<Index>(points.size());
  const bool noisy = points.front().standard_error > 0;
  std::vector<double> t, deviation(points.size());
  Points normals(1, n), uniforms(1, n);
  for (Index b = 0; b < options.resamples; ++b) {
    noise.normals(b, 0, normals);
    noise.uniforms(b, n + n % 2, uniforms);
    Resample r;
    double variance = 0;
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      deviation[at] = fit.errors[at] * normals(0, i);
      r.distance += fit.slope_weights[at] * deviation[at];
      const double degrees = points[at].degrees_of_freedom;
      const double ratio =
          noisy && degrees > 0 ? 2 * boost::math::gamma_p_inv(degrees / 2, uniforms(0, i)) / degrees : 1;
      variance += std::pow(fit.slope_weights[at] * fit.errors[at], 2) * ratio;
    }
    r.error = std::sqrt(variance);
    t.push_back(studentised(noisy ? r : from_residuals(points, fit, deviation)));
  }
  return interval_of(std::move(t), fit, options.confidence);
}

BootstrapInterval resample_replicates(const std::vector<ReplicatedPoint>& points, const RegressionFit& fit,
                                      const RegressionOptions& options) {
  if (!(fit.slope.standard_error() > 0)) return {};
  if (options.paired && points.front().values.size() < kFewestPaired) return {};
  const Noise noise(options.seed, Stream::resampling);
  const std::vector<double> slopes = options.paired ? slopes_of_pairs(points, fit) : std::vector<double>{};
  std::vector<double> t;
  for (Index b = 0; b < options.resamples; ++b) {
    Resample r;
    double variance = 0;
    std::int64_t drawn = 0;
    if (options.paired) {
      const ResampledMean mean = resample_mean(slopes, noise, b, drawn);
      r.distance = mean.distance;
      variance = mean.variance;
    }
    for (std::size_t i = 0; i < points.size() && !options.paired; ++i) {
      const ResampledMean mean = resample_mean(points[i].values, noise, b, drawn);
      r.distance += fit.slope_weights[i] * mean.distance;
      variance += std::pow(fit.slope_weights[i], 2) * mean.variance;
    }
    r.error = std::sqrt(variance);
    t.push_back(studentised(r));
  }
  return interval_of(std::move(t), fit, options.confidence);
}

}  // namespace sgdlimits
