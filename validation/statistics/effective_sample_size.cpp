#include "validation/statistics/effective_sample_size.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {

Autocorrelation autocorrelation(ValuesView series) {
  const Index n = series.size();
  if (n < 4) throw InvalidArgument("length of the series", static_cast<double>(n), "at least 4");
  const double mean = series.mean();
  const Values centred = series - mean;
  const auto covariance = [&](Index lag) {
    return (centred.head(n - lag) * centred.tail(n - lag)).sum() / static_cast<double>(n);
  };
  const double variance = covariance(0);
  if (!(variance > 0) || !std::isfinite(variance))
    throw InvalidArgument("variance of the series", variance, "positive and finite");

  double sum = 0, smallest = 2 * variance;
  Index lag = 0;
  for (; lag + 1 < n; lag += 2) {
    const double pair = covariance(lag) + covariance(lag + 1);
    if (pair <= 0) break;
    smallest = std::min(smallest, pair);
    sum += smallest;
  }
  // Alternating series have T below 1; N_eff is kept finite.
  const double length = static_cast<double>(n);
  const double time = std::max(2 * sum / variance - 1, 1 / length);
  return {
      time, length / time, lag,
      Measurement::sampled(mean, std::sqrt(variance * time / length), "mean of a correlated series (Geyer 1992)")};
}

BatchMeans batch_means(ValuesView series, Index batches) {
  if (batches < 2) throw InvalidArgument("batches", static_cast<double>(batches), "at least 2");
  const Index length = series.size() / batches;
  if (length < 1) throw InvalidArgument("batches", static_cast<double>(batches), "at most the length of the series");
  const Values kept = series.tail(length * batches);
  const Values means = Eigen::Map<const Points>(kept.data(), length, batches).colwise().mean().transpose();
  const double mean = means.mean();
  const double error =
      std::sqrt((means - mean).square().sum() / static_cast<double>(batches - 1) / static_cast<double>(batches));
  const double variance = (kept - mean).square().mean();
  return {Measurement::sampled(mean, error, std::to_string(batches) + " batch means"), batches, length,
          error > 0 ? variance / (error * error) : static_cast<double>(kept.size())};
}

double BatchMeans::quantile(double level) const {
  if (!(level > 0 && level < 1)) throw InvalidArgument("level", level, "between 0 and 1");
  const boost::math::students_t law(static_cast<double>(batches - 1));
  return boost::math::quantile(boost::math::complement(law, level / 2));
}

}  // namespace sgdlimits
