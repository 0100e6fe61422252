#include "validation/rates/plateau.hpp"

#include <fmt/core.h>

#include <Eigen/Dense>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "core/errors.hpp"
#include "validation/rates/whitening.hpp"

namespace sgdlimits {
namespace {

constexpr Index kSmallestWindow = 6;
// levels .05 and .01: an earlier start is believed; 1e-6: even the last window is refused
constexpr double kStraight = 1.96, kStraightFit = 0.01, kRefused = Measurement::kLevelOneInAMillion,
                 kRefusedFit = 1e-6;

struct Quadratic {
  double curvature = 0, error = 0;
  bool straight = false, refused = false;
};

Quadratic quadratic_on(const std::vector<double>& times, const Values& values, const Eigen::MatrixXd& covariance,
                       Index first, Index size) {
  const Eigen::VectorXd inverse = values.segment(first, size).inverse().matrix();
  const Eigen::MatrixXd whitener =
      whitener_of(inverse.asDiagonal() * covariance.block(first, first, size, size) * inverse.asDiagonal());
  const Eigen::Map<const Eigen::ArrayXd> t(times.data() + first, size);
  // in units of the half length, so that the columns are of one size
  const double half = (t(size - 1) - t(0)) / 2;
  const Eigen::ArrayXd s = (t - t(0)) / half - 1;
  Eigen::MatrixXd design(size, 3);
  design << Eigen::VectorXd::Ones(size), s.matrix(), s.square().matrix();
  const Eigen::MatrixXd a = whitener * design;
  const Eigen::VectorXd b = whitener * values.segment(first, size).abs().log().matrix();
  const Eigen::VectorXd solution = a.colPivHouseholderQr().solve(b);
  const Eigen::MatrixXd line = a.leftCols(2);
  const double misfit = (b - line * line.colPivHouseholderQr().solve(b)).squaredNorm();
  const auto degrees = static_cast<double>(std::max<Index>(1, a.rows() - 2));
  Quadratic q{solution(2) / (half * half), std::sqrt((a.transpose() * a).inverse()(2, 2)) / (half * half)};
  const double z = std::abs(q.curvature) / q.error, p = boost::math::gamma_q(degrees / 2, misfit / 2);
  q.straight = z <= kStraight && p >= kStraightFit;
  q.refused = z > kRefused || p < kRefusedFit;
  return q;
}

}  // namespace

Result<PlateauFit> fit_decay_on_plateau(const std::vector<double>& times, const Values& values,
                                        const Eigen::MatrixXd& covariance, const DecayFitOptions& options) {
  if (covariance.rows() == values.size() && covariance.cols() == values.size() &&
      !(covariance.diagonal().array() > 0).all())
    throw InvalidArgument("variance of a value", 0.0, "positive", "late_rate is for noise-free curves");
  // its checks, and the end of the window
  const Result<DecayFit> whole = fit_decay(times, values, covariance, options);
  if (!whole.ok()) return Result<PlateauFit>::failure(whole.status(), whole.why());
  Index start = whole->last + 1 - kSmallestWindow;
  const auto upto_last = [&](Index first) {
    return quadratic_on(times, values, covariance, first, whole->last + 1 - first);
  };
  if (start < whole->first)
    return Result<PlateauFit>::failure(Status::not_converged,
                                       fmt::format("{} values above the noise; a plateau needs {}",
                                                   whole->last + 1 - whole->first, kSmallestWindow));
  Quadratic kept = upto_last(start);
  if (kept.refused)
    return Result<PlateauFit>::failure(
        Status::not_converged,
        fmt::format("the local rate still changes over the last {} values above the noise", kSmallestWindow));
  for (Index first = start - 1; kept.straight && first >= whole->first; --first) {
    const Quadratic q = upto_last(first);
    if (!q.straight) break;
    start = first;
    kept = q;
  }
  DecayFitOptions window = options;
  window.from = times[static_cast<std::size_t>(start)];
  const Result<DecayFit> late = fit_decay(times, values, covariance, window);
  if (!late.ok()) return Result<PlateauFit>::failure(late.status(), late.why());
  PlateauFit plateau{late.value(), kept.curvature, kept.error};
  const double length = times[static_cast<std::size_t>(plateau.fit.last)] - window.from;
  const Measurement& rate = late->rate;
  plateau.fit.rate = Measurement(rate.value(), rate.standard_error(), std::abs(kept.curvature) * length,
                                 Side::two_sided, Grade::estimate, rate.how() + ", window by its plateau");
  return plateau;
}

}  // namespace sgdlimits
