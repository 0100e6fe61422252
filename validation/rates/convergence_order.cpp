#include "validation/rates/convergence_order.hpp"

#include <fmt/core.h>

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

// three steps cannot tell whether the expansion holds at all
constexpr double kUnchecked = 0.5;

/// |error| at a step, and the relative uncertainty of it.
struct Point {
  double step, log_error, relative;
};

/// Slope between two neighbours, where it sits, and how far their bounds can move it.
struct Slope {
  double value, at, uncertainty;
};

Slope slope_of(const Point& a, const Point& b) {
  const double ratio = std::log(a.step / b.step);
  return {(a.log_error - b.log_error) / ratio, std::sqrt(a.step * b.step), (a.relative + b.relative) / ratio};
}

/// Line through two slopes at step 0.
Slope extrapolated(const Slope& a, const Slope& b) {
  const double width = a.at - b.at;
  return {(a.at * b.value - b.at * a.value) / width, 0, (a.at * b.uncertainty + b.at * a.uncertainty) / width};
}

void check(const std::vector<double>& steps, const std::vector<Measurement>& errors) {
  if (errors.size() != steps.size())
    throw InvalidArgument("errors", std::to_string(errors.size()), std::to_string(steps.size()) + ", one a step");
  for (std::size_t k = 0; k < steps.size(); ++k)
    if (!(steps[k] > 0) || (k > 0 && !(steps[k] < steps[k - 1])))
      throw InvalidArgument("step", steps[k], "positive and below the step before");
}

}  // namespace

Result<Measurement> convergence_order(const std::vector<double>& steps, const std::vector<Measurement>& errors) {
  check(steps, errors);
  std::vector<Point> points;
  bool positive = false, negative = false;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double error = errors[k].value(), bound = errors[k].discretisation_bound();
    if (!(std::abs(error) >= 5 * bound) || error == 0) continue;
    (error > 0 ? positive : negative) = true;
    points.push_back({steps[k], std::log(std::abs(error)), bound / std::abs(error)});
  }
  if (points.size() < 3)
    return Result<Measurement>::failure(
        Status::not_converged,
        fmt::format("{} of {} steps have an error that stands out of its bound; an order needs "
                    "three",
                    points.size(), steps.size()));
  if (positive && negative)
    return Result<Measurement>::failure(Status::not_converged,
                                        "the error changes its sign between the steps: they are too large");
  std::vector<Slope> slopes, limits;
  for (std::size_t k = 1; k < points.size(); ++k) slopes.push_back(slope_of(points[k - 1], points[k]));
  for (std::size_t k = 1; k < slopes.size(); ++k) limits.push_back(extrapolated(slopes[k - 1], slopes[k]));
  const Slope& order = limits.back();
  const double next_term = std::abs(order.value - slopes.back().value);
  const double unexplained =
      limits.size() > 1 ? 2 * std::abs(order.value - limits[limits.size() - 2].value) : kUnchecked;
  return Measurement::deterministic(order.value, next_term + unexplained + order.uncertainty, Grade::estimate,
                                    fmt::format("local slopes of {} steps, extrapolated to step 0", points.size()));
}

Measurement leading_coefficient(const std::vector<double>& steps, const std::vector<Measurement>& errors, double p) {
  check(steps, errors);
  if (steps.size() < 3) throw InvalidArgument("steps", std::to_string(steps.size()), "at least three");
  // a quotient is to a coefficient what a slope is to an order
  std::vector<Slope> quotients, limits;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double power = std::pow(steps[k], p);
    quotients.push_back({errors[k].value() / power, steps[k], errors[k].discretisation_bound() / power});
  }
  for (std::size_t k = 1; k < steps.size(); ++k) limits.push_back(extrapolated(quotients[k - 1], quotients[k]));
  const auto bound = [&](std::size_t k) {
    return 2 * std::abs(limits[k].value - limits[k - 1].value) + limits[k].uncertainty;
  };
  std::size_t best = 1;
  for (std::size_t k = 2; k < limits.size(); ++k)
    if (bound(k) < bound(best)) best = k;
  return Measurement::deterministic(
      limits[best].value, bound(best), Grade::estimate,
      fmt::format("error/h^{:.3g} at h = {:.4g}, {:.4g}, extrapolated", p, steps[best], steps[best + 1]));
}

}  // namespace sgdlimits
