#include "validation/rates/mode_decay.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

ModeSnapshot snapshot_of(double time, const SampleCovariance& sample) {
  const double n = static_cast<double>(sample.count);
  const Eigen::MatrixXd& s = sample.covariance;
  const double trace_square = s.squaredNorm();
  // E m^T S m = (mean)^T S (mean) + tr(S^2)/N
  const double projected = std::max(0.0, sample.mean.dot(s * sample.mean) - trace_square / n);
  const double variance = (4 * (n - 2) * projected + 2 * (trace_square + 2 * projected)) / (n * (n - 1));
  ModeSnapshot snapshot;
  snapshot.time = time;
  snapshot.chi_squared = Measurement::sampled(sample.mean.squaredNorm() - s.trace() / n, std::sqrt(variance),
                                              "sum of squared means of modes, sampling bias removed");
  for (Index k = 0; k < sample.mean.size(); ++k)
    snapshot.means.push_back(
        Measurement::sampled(sample.mean(k), std::sqrt(s(k, k) / n), "mean of an eigenfunction"));
  snapshot.significance = hotelling_p_value(sample);
  return snapshot;
}

}  // namespace

double chi_squared_bias(const ModeSnapshot& snapshot, Index paths, double bias) {
  double sum = 0;
  for (const Measurement& mean : snapshot.means) {
    const double sd = mean.standard_error() * std::sqrt(static_cast<double>(paths));
    sum += 2 * bias * std::abs(mean.value()) * sd + bias * bias * sd * sd;
  }
  return sum;
}

ModeSnapshot mode_snapshot(double time, PointsView x, const Eigenfunctions& modes, Index m, ThreadPool& pool) {
  if (m < 1) throw InvalidArgument("number of modes", static_cast<double>(m), "at least 1");
  return snapshot_of(time, sample_covariance(evaluate_in_chunks(x, m, modes, pool), pool));
}

ModeSeries mode_series(const std::vector<double>& times, const std::vector<Points>& snapshots,
                       const Eigenfunctions& modes, Index m, ThreadPool& pool) {
  if (m < 1) throw InvalidArgument("number of modes", static_cast<double>(m), "at least 1");
  if (times.empty() || times.size() != snapshots.size())
    throw InvalidArgument("number of snapshots", static_cast<double>(snapshots.size()),
                          "that of the times, at least 1");
  ModeSeries series;
  series.paths = snapshots.front().rows();
  series.times = times;
  Points first(snapshots.front().rows(), static_cast<Index>(times.size()));
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (snapshots[i].rows() != first.rows())
      throw InvalidArgument("points of a snapshot", static_cast<double>(snapshots[i].rows()),
                            "the same at all times");
    const Points values = evaluate_in_chunks(snapshots[i], m, modes, pool);
    first.col(static_cast<Index>(i)) = values.col(0);
    series.snapshots.push_back(snapshot_of(times[i], sample_covariance(values, pool)));
  }
  const SampleCovariance across = sample_covariance(first, pool);
  series.first_mode = across.mean.array();
  series.first_mode_covariance = across.covariance / static_cast<double>(across.count);
  return series;
}

Result<DecayFit> first_mode_rate(const ModeSeries& series, const DecayFitOptions& options) {
  return fit_decay(series.times, series.first_mode, series.first_mode_covariance, options);
}

}  // namespace sgdlimits
