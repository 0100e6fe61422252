/// Coverage of intervals from straight lines.
#pragma once

#include "support/coverage/simulation.hpp"
#include "validation/orders/order.hpp"
#include "validation/rates/convergence_order.hpp"
#include "validation/rates/weighted_regression.hpp"

namespace sgdlimits::test {

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

/// The same line at x = 0 ... 7; every replicate moves and tilts all its points together, as common random numbers
/// do, beside a tenth of independent noise.
inline std::vector<ReplicatedPoint> paired_line(Index m, std::uint32_t replicate) {
  const Values z = gaussian_sample(10 * m, 0, 1, replicate, 30);
  std::vector<ReplicatedPoint> points;
  for (Index i = 0; i < 8; ++i) {
    const double x = static_cast<double>(i);
    ReplicatedPoint p{x, {}, 0};
    for (Index k = 0; k < m; ++k)
      p.values.push_back(1 - 1.5 * x + 0.3 * z(10 * k) + 0.2 * x * z(10 * k + 1) + 0.1 * z(10 * k + 2 + i));
    points.push_back(p);
  }
  return points;
}

/// One replicate of it with the errors that it has, as points of one group.
inline std::vector<RegressionPoint> grouped_line(std::uint32_t replicate) {
  std::vector<RegressionPoint> points;
  for (const ReplicatedPoint& p : paired_line(1, replicate)) {
    const double error = std::sqrt(0.09 + 0.04 * p.x * p.x + 0.01);
    points.push_back({p.x, p.values[0], error, 0, 0, 1});
  }
  return points;
}

/// The values of a line with bounds of 0.3, all moved in the direction that the slope feels most: the worst that the
/// promise allows.
inline std::vector<RegressionPoint> moved_line(std::vector<RegressionPoint> points) {
  for (RegressionPoint& p : points) {
    p.bound = 0.3;
    p.y += p.x > 3.5 ? 0.3 : -0.3;
  }
  return points;
}

/// Errors h (1 + c h + d h^2) at h = 1/4 ... 1/64, c and d in (-1, 1), times 1 + share of itself times a Gaussian.
inline std::vector<StepError> step_errors(double share, std::uint32_t replicate) {
  const Values u = 2 * uniform_sample(2, replicate) - 1, z = gaussian_sample(5, 0, 1, replicate, 27);
  std::vector<StepError> errors;
  double h = 0.25;
  for (Index k = 0; k < 5; ++k, h /= 2) {
    const double error = h * (1 + u(0) * h + u(1) * h * h);
    errors.push_back({h, Measurement::sampled(error * (1 + share * z(k)), share * error, "simulated")});
  }
  return errors;
}

inline std::vector<char> line_with_known_errors(std::uint32_t r) {
  RegressionOptions options;
  options.seed = r + 1;
  const RegressionFit f = weighted_regression(noisy_line(r), options).value();
  const double z = f.quantile(0.05);
  options.resamples = 0;
  const RegressionFit moved = weighted_regression(moved_line(noisy_line(r)), options).value();
  return {between(f.lower(), -1.5, f.upper()),
          between(f.bootstrap.lower, -1.5, f.bootstrap.upper),
          holds(f.intercept, 1, z),
          holds(f.at(10), -14, z),
          f.curvature_p_value >= 0.05,
          f.lack_of_fit_p_value >= 0.05,
          between(moved.lower(), -1.5, moved.upper())};
}

inline std::vector<char> line_with_replicates(Index m, std::uint32_t r) {
  RegressionOptions options;
  options.seed = r + 1;
  const RegressionFit f = weighted_regression(replicated_line(m, r), options).value();
  return {between(f.lower(), -1.5, f.upper()), between(f.bootstrap.lower, -1.5, f.bootstrap.upper),
          f.curvature_p_value >= 0.05, f.lack_of_fit_p_value >= 0.05};
}

inline std::vector<char> line_of_pairs(std::uint32_t r) {
  RegressionOptions options;
  options.paired = true;
  options.resamples = 0;
  const RegressionFit three = weighted_regression(paired_line(3, r), options).value();
  options.resamples = 399;
  options.seed = r + 1;
  const RegressionFit twelve = weighted_regression(paired_line(12, r), options).value();
  return {between(three.lower(), -1.5, three.upper()),
          holds(three.at(10), -14, three.quantile(0.05)),
          three.curvature_p_value >= 0.05,
          between(twelve.lower(), -1.5, twelve.upper()),
          between(twelve.bootstrap.lower, -1.5, twelve.bootstrap.upper),
          twelve.lack_of_fit_p_value >= 0.05};
}

inline std::vector<char> line_without_errors(std::uint32_t r) {
  RegressionOptions plain;
  plain.resamples = 0;
  std::vector<RegressionPoint> points, bounded;
  const Values z = gaussian_sample(8, 0, 0.3, r, 24), u = 2 * uniform_sample(8, r) - 1;
  for (int i = 0; i < 8; ++i) {
    points.push_back({1.0 * i, 1 - 1.5 * i + z(i)});
    bounded.push_back({1.0 * i, 1 - 1.5 * i + 0.3 * u(i), 0, 0.3});
  }
  const RegressionFit f = weighted_regression(points, plain).value(), b = weighted_regression(bounded, plain).value();
  return {between(f.lower(), -1.5, f.upper()), between(b.lower(), -1.5, b.upper())};
}

inline std::vector<CoverageSimulation> regression_simulations() {
  using R = std::uint32_t;
  std::vector<CoverageSimulation> all{{{{"slope, 8 points, known errors"},
                                        {"slope, 8 points, known errors, parametric bootstrap"},
                                        {"intercept, 8 points, known errors"},
                                        {"line at x = 10, 8 points on 0 ... 7, known errors"},
                                        {"quadratic term, 8 points, known errors, p >= .05 on a line"},
                                        {"lack of fit, 8 points, known errors, p >= .05 on a line"},
                                        {"slope, 8 points, known errors, moved to their bounds", true}},
                                       line_with_known_errors}};
  for (const Index m : {5, 3}) {
    const std::string which = "8 points, " + std::to_string(m) + " replicates each";
    all.push_back({{{"slope, " + which},
                    {"slope, " + which + ", resampled"},
                    {"quadratic term, " + which + ", p >= .05 on a line"},
                    {"lack of fit, " + which + ", p >= .05 on a line"}},
                   [m](R r) { return line_with_replicates(m, r); }});
  }
  all.push_back({{{"slope, 8 points, common random numbers, 3 paired replicates"},
                  {"line at x = 10, common random numbers, 3 paired replicates"},
                  {"quadratic term, common random numbers, 3 paired replicates, p >= .05 on a line"},
                  {"slope, 8 points, common random numbers, 12 paired replicates"},
                  {"slope, 8 points, common random numbers, 12 paired replicates, resampled"},
                  {"lack of fit, common random numbers, 12 paired replicates, p >= .05 on a line"}},
                 line_of_pairs});
  all.push_back(one_interval(
      "slope, 8 points, common random numbers, errors for the worst correlation",
      [](R r) {
        const RegressionFit f = weighted_regression(grouped_line(r)).value();
        return between(f.lower(), -1.5, f.upper());
      },
      true));
  all.push_back({{{"slope, 8 points without errors, residuals"}, {"slope, 8 points without errors, bounds", true}},
                 line_without_errors});
  all.push_back(one_interval(
      "order of convergence, 5 steps, errors of 2 per cent",
      [](R r) {
        const Result<Measurement> order = sampled_order(step_errors(0.02, r));
        return order.ok() && holds(order.value(), 1);
      },
      true));
  all.push_back(one_interval(
      "order of convergence, 5 steps, deterministic, next terms at random",
      [](R r) {
        std::vector<double> steps;
        std::vector<Measurement> errors;
        for (const StepError& e : step_errors(0, r)) {
          steps.push_back(e.step);
          errors.push_back(e.error);
        }
        const Result<Measurement> order = convergence_order(steps, errors);
        return order.ok() && holds(order.value(), 1);
      },
      true));
  return all;
}

}  // namespace sgdlimits::test
