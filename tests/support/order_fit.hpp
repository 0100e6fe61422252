/// Orders of convergence with intervals.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/measurement.hpp"

namespace sgdlimits::test {

/// Order p as h -> 0 from errors e(h) ~ C h^p (1 + c h) with standard errors (0: deterministic), by weighted least
/// squares of log e on 1, log h, h. The discretisation bound is the larger distance to the fits without c and with
/// h^2 in place of h (symmetric schemes have c = 0), so the interval covers what the next-order terms can do to the
/// slope as well as the sampling error.
inline Measurement fitted_order(const Eigen::ArrayXd& h, const Eigen::ArrayXd& error, const Eigen::ArrayXd& sd) {
  const bool sampled = (sd > 0).all();
  const Eigen::ArrayXd weight = sampled ? Eigen::ArrayXd(error / sd) : Eigen::ArrayXd::Ones(h.size());
  const Eigen::VectorXd rhs = (weight * error.log()).matrix();
  const auto fit = [&](Index parameters, double power) {
    Eigen::MatrixXd design(h.size(), parameters);
    design.col(0) = weight.matrix();
    design.col(1) = (weight * h.log()).matrix();
    if (parameters == 3) design.col(2) = (weight * h.pow(power)).matrix();
    const Eigen::MatrixXd normal = (design.transpose() * design).inverse();
    const Eigen::VectorXd solution = normal * design.transpose() * rhs;
    return std::pair{solution(1), sampled ? std::sqrt(normal(1, 1)) : 0.0};
  };
  const auto [corrected, corrected_sd] = fit(3, 1);
  const double bound = std::max(std::abs(corrected - fit(2, 1).first), std::abs(corrected - fit(3, 2).first));
  return Measurement(corrected, corrected_sd, bound, Side::two_sided, Grade::estimate, "least squares on log error");
}

}  // namespace sgdlimits::test
