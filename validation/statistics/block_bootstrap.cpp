#include "validation/statistics/block_bootstrap.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

void require(PointsView series, const BlockBootstrapOptions& options) {
  if (series.rows() < 16)
    throw InvalidArgument("length of the series", static_cast<double>(series.rows()), "at least 16");
  if (!series.allFinite()) throw InvalidArgument("value of the series", "not finite", "finite");
  if (!(options.confidence > 0 && options.confidence < 1))
    throw InvalidArgument("confidence", options.confidence, "between 0 and 1");
  if (options.resamples < 20)
    throw InvalidArgument("resamples", static_cast<double>(options.resamples), "at least 20");
  if (options.block_length != 0 && !(options.block_length >= 1 && std::isfinite(options.block_length)))
    throw InvalidArgument("block length", options.block_length, "at least 1, or 0 for automatic");
}

/// Uniforms of one resample: those of kLanes paths, which cost what one costs.
class Uniforms {
 public:
  Uniforms(const Noise& noise, Index resample) : noise_(noise), resample_(resample) {}
  double next() {
    if (used_ == batch_.size()) {
      noise_.uniforms(kLanes * resample_, drawn_, batch_);
      drawn_ += batch_.cols();
      used_ = 0;
    }
    return batch_.data()[used_++];
  }

 private:
  const Noise& noise_;
  Index resample_;
  std::int64_t drawn_ = 0;
  Points batch_ = Points(kLanes, 32);
  Index used_ = batch_.size();
};

// Blocks on the circle: uniform starts, P(length > k) = (1 - 1/b)^k.
Points resampled(PointsView series, double block_length, const Noise& noise, Index resample) {
  const Index n = series.rows();
  Uniforms uniforms(noise, resample);
  const double log_stay = std::log1p(-1 / block_length);
  Points drawn(n, series.cols());
  for (Index filled = 0; filled < n;) {
    Index at = static_cast<Index>(uniforms.next() * static_cast<double>(n));
    const double longest = static_cast<double>(n - filled);
    Index left = static_cast<Index>(std::min(longest, 1 + std::floor(std::log(uniforms.next()) / log_stay)));
    while (left > 0) {
      const Index run = std::min(left, n - at);
      drawn.middleRows(filled, run) = series.middleRows(at, run);
      filled += run;
      left -= run;
      at = 0;
    }
  }
  return drawn;
}

double flat_top(double x) { return std::clamp(2 * (1 - std::abs(x)), 0.0, 1.0); }

double sample_variance(const Values& x) { return (x - x.mean()).square().sum() / static_cast<double>(x.size() - 1); }

double student_over_normal(double degrees, double tail) {
  const boost::math::students_t student(degrees);
  return boost::math::quantile(boost::math::complement(student, tail)) / bonferroni_quantile(2 * tail, 1);
}

}  // namespace

SeriesStatistic series_mean(Index column) {
  return [column](PointsView series) { return series.col(column).mean(); };
}

SeriesStatistic series_quantile(double level, Index column) {
  if (!(level > 0 && level < 1)) throw InvalidArgument("level", level, "between 0 and 1");
  return [level, column](PointsView series) {
    Values x = series.col(column);
    const double position = level * static_cast<double>(x.size() - 1);
    const auto below = static_cast<Index>(position);
    std::nth_element(x.data(), x.data() + below, x.data() + x.size());
    if (below + 1 >= x.size()) return x(below);
    const double next = *std::min_element(x.data() + below + 1, x.data() + x.size());
    return x(below) + (position - static_cast<double>(below)) * (next - x(below));
  };
}

SeriesStatistic function_of_means(std::function<double(const Eigen::VectorXd& means)> g) {
  return [g = std::move(g)](PointsView series) { return g(series.colwise().mean().transpose().matrix()); };
}

double automatic_block_length(ValuesView series) {
  const Index n = series.size();
  if (n < 16) throw InvalidArgument("length of the series", static_cast<double>(n), "at least 16");
  const double length = static_cast<double>(n);
  const Values centred = series - series.mean();
  const auto covariance = [&](Index lag) { return (centred.head(n - lag) * centred.tail(n - lag)).sum() / length; };
  const double variance = covariance(0);
  if (!(variance > 0) || !std::isfinite(variance))
    throw InvalidArgument("variance of the series", variance, "positive and finite");
  const auto in_a_row = static_cast<Index>(std::max(5.0, std::ceil(std::sqrt(std::log10(length)))));
  const auto last = std::min<Index>(n - 2, static_cast<Index>(std::ceil(std::sqrt(length))) + in_a_row);
  const double insignificant = 2 * std::sqrt(std::log10(length) / length) * variance;
  std::vector<double> r{variance};
  Index quiet = 0, cut = 0;
  while (quiet < in_a_row && static_cast<Index>(r.size()) <= last) {
    r.push_back(covariance(static_cast<Index>(r.size())));
    if (std::abs(r.back()) < insignificant) {
      ++quiet;
    } else {
      quiet = 0;
      cut = static_cast<Index>(r.size()) - 1;
    }
  }
  const Index bandwidth = std::min(2 * std::max<Index>(1, cut), n - 1);
  double g = 0, spectrum = variance;
  for (Index k = 1; k <= bandwidth; ++k) {
    if (k == static_cast<Index>(r.size())) r.push_back(covariance(k));
    const double weight =
        2 * flat_top(static_cast<double>(k) / static_cast<double>(bandwidth)) * r[static_cast<std::size_t>(k)];
    g += weight * static_cast<double>(k);
    spectrum += weight;
  }
  const double block = std::cbrt(g * g / (spectrum * spectrum) * length);
  return std::clamp(block, 1.0, std::ceil(std::min(3 * std::sqrt(length), length / 3)));
}

BlockBootstrap block_bootstrap(PointsView series, const SeriesStatistic& statistic,
                               const BlockBootstrapOptions& options, ThreadPool& pool) {
  require(series, options);
  double block = options.block_length;
  if (block == 0)
    for (Index j = 0; j < series.cols(); ++j) block = std::max(block, automatic_block_length(series.col(j)));
  BlockBootstrap result;
  const double estimate = statistic(series);
  const Noise noise(options.seed, Stream::resampling);
  Values drawn(options.resamples), doubled(options.resamples);
  pool.for_each_chunk(options.resamples, [&](Index r) {
    drawn(r) = statistic(resampled(series, block, noise, r));
    doubled(r) = statistic(resampled(series, 2 * block, noise, r));
  });
  if (!drawn.allFinite() || !doubled.allFinite() || !std::isfinite(estimate))
    throw InvalidArgument("statistic of a resample", "not finite", "finite");
  const double plain = sample_variance(drawn);
  const double variance = std::max(2 * sample_variance(doubled) - plain, plain / 2);
  const double relative_variance =
      22 * block / (3 * static_cast<double>(series.rows())) + 10 / static_cast<double>(options.resamples);
  result.degrees_of_freedom = std::max(1.0, 2 / relative_variance);
  const double tail = (1 - options.confidence) / 2;
  const double stretch =
      plain > 0 ? std::sqrt(variance / plain) * student_over_normal(result.degrees_of_freedom, tail) : 1;
  std::sort(drawn.data(), drawn.data() + drawn.size());
  const auto k = static_cast<Index>(std::max(1.0, std::floor(tail * static_cast<double>(drawn.size() + 1))));
  const double below = stretch * (drawn(k - 1) - estimate), above = stretch * (drawn(drawn.size() - k) - estimate);
  result.estimate = Measurement::sampled(estimate, std::sqrt(variance), "stationary bootstrap");
  result.lower = estimate - above;
  result.upper = estimate - below;
  result.percentile_lower = estimate + below;
  result.percentile_upper = estimate + above;
  result.confidence = options.confidence;
  result.block_length = block;
  result.resample_error = std::sqrt(plain);
  return result;
}

}  // namespace sgdlimits
