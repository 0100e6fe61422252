#include "validation/orders/order.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/points.hpp"
#include "core/text.hpp"
#include "models/names.hpp"
#include "validation/rates/convergence_order.hpp"

namespace sgdlimits {
namespace {

constexpr double kStandsOut = 5, kNeighbour = 0.5;
constexpr Index kLeastSteps = 4;

/// Slope of log error in log h, and its standard error.
struct Slope {
  double value, standard_error;
};

/// On 1, log h, and h^power if it is positive.
Slope fitted(const Values& h, const Values& error, const Values& weight, double power) {
  const Index parameters = power > 0 ? 3 : 2;
  Eigen::MatrixXd design(h.size(), parameters);
  design.col(0) = weight.matrix();
  design.col(1) = (weight * h.log()).matrix();
  if (power > 0) design.col(2) = (weight * h.pow(power)).matrix();
  const Eigen::MatrixXd inverse = (design.transpose() * design).inverse();
  const Eigen::VectorXd solution = inverse * design.transpose() * (weight * error.log()).matrix();
  return {solution(1), std::sqrt(inverse(1, 1))};
}

}  // namespace

std::string to_string(OrderKind kind) {
  switch (kind) {
    case OrderKind::strong: return "strong";
    case OrderKind::weak: return "weak";
    default: return "measure";
  }
}

OrderKind order_kind_from_name(const std::string& name) {
  return choice_from_name<OrderKind>("kind of order", name,
                                     {OrderKind::strong, OrderKind::weak, OrderKind::invariant_measure});
}

Result<Measurement> sampled_order(const std::vector<StepError>& errors) {
  std::vector<const StepError*> used;
  for (std::size_t k = 0; k < errors.size(); ++k) {
    if (!(errors[k].step > 0) || (k > 0 && !(errors[k].step < errors[k - 1].step)))
      throw InvalidArgument("step", errors[k].step, "positive and below the step before");
    const Measurement& error = errors[k].error;
    if (error.value() > 0 && error.value() >= kStandsOut * error.standard_error()) used.push_back(&errors[k]);
  }
  const auto n = static_cast<Index>(used.size());
  if (n < kLeastSteps)
    return Result<Measurement>::failure(
        Status::not_converged,
        fmt::format("{} of {} steps have an error that stands out of its sampling; an order needs {}", n,
                    errors.size(), kLeastSteps));
  Values h(n), error(n), weight(n);
  for (Index k = 0; k < n; ++k) {
    const StepError& each = *used[static_cast<std::size_t>(k)];
    h(k) = each.step;
    error(k) = each.error.value();
    weight(k) = error(k) / each.error.standard_error();
  }
  const Slope slope = fitted(h, error, weight, 1);
  double least = slope.value, largest = slope.value;
  for (const double power : {0.0, 0.5, 2.0}) {
    const double other = fitted(h, error, weight, power).value;
    least = std::min(least, other);
    largest = std::max(largest, other);
  }
  return Measurement(slope.value, slope.standard_error, largest - least, Side::two_sided, Grade::estimate,
                     fmt::format("weighted least squares over {} steps", n));
}

OrderVerdict judge_order(const Measurement& order, double declared) {
  const double lower = order.lower(), upper = order.upper();
  if (upper < declared - kOrderTolerance)
    return {Verdict::refuted, false, "the interval lies below the declared order"};
  if (lower > declared)
    return {Verdict::consistent, false,
            "the interval lies above the declared order: on this problem the scheme is better than promised"};
  if (!(lower > declared - kNeighbour && upper < declared + kNeighbour))
    return {Verdict::undecided, false,
            "the interval holds the declared order, but also a neighbour at 1/2; take more or smaller steps"};
  if (upper < declared)
    return {Verdict::consistent, false,
            fmt::format("the interval ends below the declared order by {:.2g}, within what finite steps may do",
                        declared - upper)};
  return {Verdict::consistent, true, "the interval holds the declared order and excludes its neighbours at 1/2"};
}

Result<OrderEstimate> computed_order(const std::vector<double>& steps, std::string against,
                                     const Execution& execution,
                                     const std::function<Result<ComputedError>(double)>& error_at) {
  OrderEstimate estimate;
  estimate.against = std::move(against);
  std::vector<Measurement> errors;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (execution.stop.stop_requested())
      return Result<OrderEstimate>::failure(Status::interrupted, "stopped before step " + shortest(steps[k]));
    const Result<ComputedError> error = error_at(steps[k]);
    if (!error.ok()) return Result<OrderEstimate>(error.report());
    if (!std::isfinite(error->value) || !std::isfinite(error->bound))
      return Result<OrderEstimate>::failure(Status::blew_up, "a mean is not finite at step " + shortest(steps[k]));
    errors.push_back(Measurement::deterministic(error->value, error->bound, Grade::estimate, error->how));
    estimate.errors.push_back({steps[k], errors.back()});
    if (execution.progress) execution.progress(static_cast<double>(k + 1) / static_cast<double>(steps.size()));
  }
  const Result<Measurement> order = convergence_order(steps, errors);
  if (order.ok()) estimate.order = order.value();
  return Result<OrderEstimate>(std::move(estimate), order.report());
}

}  // namespace sgdlimits
