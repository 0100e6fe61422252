#include "validation/rates/decay_rate.hpp"

#include <fmt/core.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "core/errors.hpp"
#include "validation/rates/whitening.hpp"

namespace sgdlimits {
namespace {

void require_times(const std::vector<double>& times, Index values) {
  if (static_cast<Index>(times.size()) != values)
    throw InvalidArgument("number of times", static_cast<double>(times.size()), "that of the values");
  for (std::size_t i = 0; i < times.size(); ++i)
    if (!std::isfinite(times[i]) || (i > 0 && !(times[i] > times[i - 1])))
      throw InvalidArgument("time", times[i], "finite and larger than the one before");
}

struct Window {
  Index first = 0, size = 0;
};

Window choose_window(const std::vector<double>& times, const Values& values, const Eigen::MatrixXd& covariance,
                     const DecayFitOptions& options) {
  Window window;
  const auto n = static_cast<Index>(times.size());
  while (window.first < n && times[static_cast<std::size_t>(window.first)] < options.from) ++window.first;
  for (Index i = window.first; i < n; ++i) {
    const double error = std::sqrt(covariance(i, i));
    if (values(i) == 0 || std::abs(values(i)) < options.signal_to_noise * error) break;
    ++window.size;
  }
  return window;
}

double tail_of_chi_squared(double statistic, Index degrees) {
  return degrees == 0 ? 1 : boost::math::gamma_q(static_cast<double>(degrees) / 2, statistic / 2);
}

DecayFit least_squares(const Eigen::VectorXd& times, const Eigen::VectorXd& logs, const Eigen::MatrixXd& covariance) {
  const bool exact = covariance.diagonal().maxCoeff() == 0;
  const Eigen::MatrixXd whitener =
      exact ? Eigen::MatrixXd::Identity(logs.size(), logs.size()) : whitener_of(covariance);
  Eigen::MatrixXd design(times.size(), 2);
  design << Eigen::VectorXd::Ones(times.size()), -times;
  const Eigen::MatrixXd a = whitener * design;
  const Eigen::VectorXd b = whitener * logs;
  const Eigen::Vector2d solution = a.colPivHouseholderQr().solve(b);
  const Eigen::Matrix2d spread = (a.transpose() * a).inverse();

  DecayFit fit{.rate = Measurement::exact(0, ""), .amplitude = std::exp(solution(0))};
  fit.degrees_of_freedom = std::max<Index>(0, a.rows() - 2);
  fit.lack_of_fit = (b - a * solution).squaredNorm();
  double error = std::sqrt(spread(1, 1));
  const double per_degree =
      fit.degrees_of_freedom > 0 ? fit.lack_of_fit / static_cast<double>(fit.degrees_of_freedom) : 0;
  if (exact) {
    error *= std::sqrt(per_degree);
  } else {
    fit.lack_of_fit_p_value = tail_of_chi_squared(fit.lack_of_fit, fit.degrees_of_freedom);
    if (fit.lack_of_fit_p_value < 0.01) fit.error_scale = std::sqrt(per_degree);
  }
  fit.rate = Measurement::sampled(solution(1), error * fit.error_scale,
                                  fmt::format("generalised least squares of log values at {} times", times.size()));
  return fit;
}

}  // namespace

Result<DecayFit> fit_decay(const std::vector<double>& times, const Values& values, const Eigen::MatrixXd& covariance,
                           const DecayFitOptions& options) {
  require_times(times, values.size());
  if (covariance.rows() != values.size() || covariance.cols() != values.size())
    throw InvalidArgument("rows of the covariance", static_cast<double>(covariance.rows()), "the number of values");
  const Window window = choose_window(times, values, covariance, options);
  if (window.size < 3)
    return Result<DecayFit>::failure(
        Status::not_converged,
        fmt::format("only {} values from t = {:.6g} on exceed {:.3g} standard errors; a rate needs 3", window.size,
                    options.from, options.signal_to_noise));
  const Eigen::ArrayXd v = values.segment(window.first, window.size);
  if ((v > 0).any() && (v < 0).any())
    return Result<DecayFit>::failure(Status::not_converged,
                                     "the values change sign where they exceed their errors: no exponential decay");
  const Eigen::VectorXd inverse = v.inverse();
  const Eigen::MatrixXd log_covariance = inverse.asDiagonal() *
                                         covariance.block(window.first, window.first, window.size, window.size) *
                                         inverse.asDiagonal();
  if (log_covariance.diagonal().maxCoeff() > 0 && log_covariance.diagonal().minCoeff() == 0)
    throw InvalidArgument("standard error of a value", 0.0, "positive at all times or zero at all times");
  const Eigen::VectorXd t = Eigen::Map<const Eigen::VectorXd>(times.data() + window.first, window.size);
  DecayFit fit = least_squares(t, v.abs().log().matrix(), log_covariance);
  fit.amplitude = std::copysign(fit.amplitude, v(0));
  fit.first = window.first;
  fit.last = window.first + window.size - 1;
  return fit;
}

Result<DecayFit> fit_decay(const std::vector<double>& times, const std::vector<Measurement>& values,
                           const DecayFitOptions& options) {
  Values centre(static_cast<Index>(values.size()));
  Eigen::VectorXd variance(centre.size());
  for (Index i = 0; i < centre.size(); ++i) {
    const Measurement& m = values[static_cast<std::size_t>(i)];
    centre(i) = m.value();
    variance(i) = m.standard_error() * m.standard_error();
  }
  return fit_decay(times, centre, variance.asDiagonal().toDenseMatrix(), options);
}

Values local_rates(const std::vector<double>& times, const Values& values) {
  require_times(times, values.size());
  if (values.size() < 2) throw InvalidArgument("number of values", static_cast<double>(values.size()), "at least 2");
  if (!(values > 0).all()) throw InvalidArgument("value of the curve", values.minCoeff(), "positive");
  const Index n = values.size() - 1;
  const Values t = Eigen::Map<const Values>(times.data(), n + 1);
  return (values.head(n).log() - values.tail(n).log()) / (t.tail(n) - t.head(n));
}

Result<Measurement> late_rate(const std::vector<double>& times, const Values& values, double relative_error,
                              double floor) {
  require_times(times, values.size());
  Index kept = 0;
  while (kept < values.size() && values(kept) > floor && values(kept) > 0) ++kept;
  if (kept < 4)
    return Result<Measurement>::failure(Status::not_converged,
                                        fmt::format("{} values above {:.3g}; a late rate needs 4", kept, floor));
  const std::vector<double> t(times.begin(), times.begin() + kept);
  const Values rates = local_rates(t, values.head(kept));
  const auto step = [&](Index i) { return t[static_cast<std::size_t>(i + 1)] - t[static_cast<std::size_t>(i)]; };
  const Index n = rates.size() - 1;
  const double noise = 2 * relative_error / step(n) + 4e-15 * rates.abs().maxCoeff();
  const double before = rates(n - 2) - rates(n - 1), after = rates(n - 1) - rates(n);
  if (std::abs(after) <= 2 * noise)
    return Measurement::deterministic(rates(n), std::abs(after) + noise, Grade::estimate, "late local rate");
  // Excess over the limit ~ e^{-kappa t}, at the midpoints of the steps: two differences give kappa, then the rest.
  const double s1 = (step(n - 2) + step(n - 1)) / 2, s2 = (step(n - 1) + step(n)) / 2;
  const double ratio = before / after;
  // (e^{kappa s1} - 1)/(1 - e^{-kappa s2}) increases from s1/s2 at kappa = 0.
  if (!(ratio > s1 / s2))
    return Result<Measurement>::failure(
        Status::not_converged, fmt::format("local rates {:.6g}, {:.6g}, {:.6g} do not settle: observe for longer",
                                           rates(n - 2), rates(n - 1), rates(n)));
  double low = 0, high = 700 / std::max(s1, s2);
  for (int i = 0; i < 200; ++i) {
    const double kappa = (low + high) / 2;
    (std::expm1(kappa * s1) / -std::expm1(-kappa * s2) < ratio ? low : high) = kappa;
  }
  const double excess = std::abs(after) / std::expm1(high * s2);
  return Measurement::deterministic(rates(n) - std::copysign(excess, after), excess + noise, Grade::estimate,
                                    "late local rate, extrapolated");
}

}  // namespace sgdlimits
