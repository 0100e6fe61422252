// Orders of the flow solver on nonlinear fields with closed solutions, by fixed steps over four halvings, and the
// proportionality of the error to the tolerance. Intervals must hold the order and exclude the neighbouring halves.
#include <gtest/gtest.h>

#include <cmath>

#include "solvers/flow/flow.hpp"
#include "support/order_fit.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

struct Case {
  std::shared_ptr<const Potential> potential;
  double start;
  std::function<double(double)> exact;
};

std::vector<Case> cases() {
  return {{std::make_shared<test::DoubleWell>(), 1.5,
           [](double t) { return 1.5 * std::exp(t) / std::sqrt(1 + 2.25 * (std::exp(2 * t) - 1)); }},
          {std::make_shared<test::HyperbolicSine>(), 1.0,
           [](double t) { return 2 * std::atanh(std::tanh(0.5) * std::exp(-t)); }}};
}

/// Largest error at the times.
double error(const Case& c, const FlowOptions& options, const std::vector<double>& times) {
  const auto found = gradient_flow(c.potential, Points::Constant(1, 1, c.start), times, options);
  EXPECT_TRUE(found.ok()) << found.why();
  double largest = 0;
  for (std::size_t k = 0; k < times.size(); ++k)
    largest = std::max(largest, std::abs(found->points[k](0, 0) - c.exact(times[k])));
  return largest;
}

/// x' = -2 t x^2 from 1: x(t) = 1/(1 + t^2). Nonlinear, with time in it, so that nodes and weights of the pair are
/// both seen. Four halvings of order 5 are six decades: on the gradient fields above the pair's principal error is so
/// small that its next term rules until roundings do, here it is not.
class Bump final : public Drift {
 public:
  Index dimension() const override { return 1; }
  void evaluate(double t, PointsView x, PointsOut b, Scratch&) const override { b = -2 * t * x.square(); }
};

/// Of the largest error at the times that `place` makes of 0.4, 0.8, ... and h, by fixed steps of 0.1, ..., 0.00625.
Measurement order(const std::function<double(double, double)>& place) {
  Eigen::ArrayXd h(5), e = Eigen::ArrayXd::Zero(5);
  for (Index i = 0; i < h.size(); ++i) {
    h(i) = 0.1 * std::pow(0.5, i);
    FlowOptions options;
    options.fixed_step = h(i);
    std::vector<double> times;
    for (const double t : {0.4, 0.8, 1.2, 2.0, 3.0}) times.push_back(place(t, h(i)));
    const auto found = flow(Bump(), Points::Ones(1, 1), times, options);
    EXPECT_TRUE(found.ok()) << found.why();
    for (std::size_t k = 0; k < times.size(); ++k)
      e(i) = std::max(e(i), std::abs(found->points[k](0, 0) - 1 / (1 + times[k] * times[k])));
  }
  return test::fitted_order(h, e, Eigen::ArrayXd::Zero(h.size()));
}

void expect_five(const Measurement& p) {
  EXPECT_LT(p.lower(), 5) << p.value();
  EXPECT_GT(p.upper(), 5) << p.value();
  EXPECT_GT(p.lower(), 4.5) << p.value();
  EXPECT_LT(p.upper(), 5.5) << p.value();
}

// At the ends of steps: order 5. Fails for a wrong coefficient or the embedded solution of order 4.
TEST(FlowOrder, FixedStepsAreOfOrderFive) {
  expect_five(order([](double t, double) { return t; }));
}

// Inside steps: a polynomial of degree 4, whose error is of order 5, too. Hermite's cubic would show order 4.
TEST(FlowOrder, DenseOutputKeepsTheOrder) {
  expect_five(order([](double t, double h) { return t + 0.4 * h; }));
}

// Seven decades of tolerance move the error by as many, up to a fifth of them, and the error stays within 100
// tolerances. Fails if a tolerance does not arrive or dense output spoils small ones.
TEST(FlowOrder, ErrorsFollowTheTolerance) {
  for (const Case& c : cases()) {
    const auto at = [&](double tolerance) {
      FlowOptions options;
      options.relative_tolerance = tolerance;
      options.absolute_tolerance = tolerance / 100;
      return error(c, options, {0.11, 0.5, 1.3, 2.4});
    };
    for (const double tolerance : {1e-4, 1e-6, 1e-8, 1e-11}) EXPECT_LT(at(tolerance), 100 * tolerance);
    const double decades = std::log10(at(1e-4) / at(1e-11));
    EXPECT_GT(decades, 0.8 * 7);
    EXPECT_LT(decades, 1.2 * 7);
  }
}

}  // namespace
}  // namespace sgdlimits
