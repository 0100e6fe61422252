// Declared orders of the schemes, on nonlinear problems with noise of order one. Every fit runs over at least four
// halvings; its interval must hold the declared order and exclude the neighbouring half orders.
#include <gtest/gtest.h>

#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/nested_path.hpp"
#include "solvers/sde/observers.hpp"
#include "support/one_step_operator.hpp"
#include "support/order_fit.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;
using Factory = std::unique_ptr<Scheme> (*)(std::shared_ptr<const Drift>, Temperature, double);

struct Method {
  const char* name;
  Factory make;
};
void PrintTo(const Method& method, std::ostream* out) { *out << method.name; }

class Orders : public ::testing::TestWithParam<Method> {
 protected:
  std::unique_ptr<Scheme> scheme(std::shared_ptr<const Potential> f, double h) const {
    return GetParam().make(minus_gradient(std::move(f)), Temperature(0.5), h);
  }
  SchemeOrders declared() const { return scheme(std::make_shared<test::DoubleWell>(), 0.1)->orders(); }
};

void expect_order(const Measurement& fitted, double declared) {
  EXPECT_LT(fitted.lower(), declared);
  EXPECT_GT(fitted.upper(), declared);
  EXPECT_GT(fitted.lower(), declared - 0.5);
  EXPECT_LT(fitted.upper(), declared + 0.5);
}

// Root mean square of X_h - X_{h/2} at T = 1 on one Brownian path, 2-D and not separable. Fails if a scheme misses
// the path that it is handed, or its strong order is .5 or 1.5. Levels have their own replicates: independent errors.
TEST_P(Orders, Strong) {
  const auto f = std::make_shared<test::Rippled>();
  constexpr int kLevels = 6;
  Eigen::ArrayXd h(kLevels), error(kLevels), sd(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    h(level) = std::ldexp(1.0, -3 - level);
    Ensemble coarse;
    coarse.seed = 2024;
    coarse.replicate = static_cast<std::uint32_t>(level);
    coarse.points = Points::Constant(20000, 2, 0.3);
    Ensemble fine = coarse;
    const std::shared_ptr<const Scheme> on_coarse = scheme(f, h(level));
    advance(coarse, *on_finer_path(on_coarse, 2), std::int64_t{8} << level);
    advance(fine, *scheme(f, h(level) / 2), std::int64_t{16} << level);
    const MeanAndError square = ensemble_mean((coarse.points - fine.points).square().rowwise().sum());
    error(level) = std::sqrt(square.mean(0));
    sd(level) = 0.5 * square.standard_error(0) / error(level);
  }
  expect_order(test::fitted_order(h, error, sd), *declared().strong);
}

// E h(X_1), h = x + x^2, from x = .5 in the double well, by the one-step operator: no sampling. Fails at half an
// order off, for instance when Heun's corrector uses a fresh Gaussian.
TEST_P(Orders, Weak) {
  const auto f = std::make_shared<test::DoubleWell>();
  constexpr int kLevels = 6;
  Eigen::ArrayXd values(kLevels + 1);
  for (int level = 0; level <= kLevels; ++level) {
    const test::OneStepOperator step(*scheme(f, std::ldexp(1.0, -4 - level)), 2.9, 301);
    values(level) = step.at(step.after(4 + level, [](double x) { return x + x * x; }), 0.5);
  }
  Eigen::ArrayXd h(kLevels);
  for (int level = 0; level < kLevels; ++level) h(level) = std::ldexp(1.0, -4 - level);
  const Eigen::ArrayXd error = (values.head(kLevels) - values.tail(kLevels)).abs();
  expect_order(test::fitted_order(h, error, Eigen::ArrayXd::Zero(kLevels)), *declared().weak);
}

/// E x^2 under the (metastable) invariant measure: the limit of P^n x^2, the same from every start.
double stationary_square(const Scheme& scheme, Index nodes) {
  const test::OneStepOperator step(scheme, 2.9, nodes);
  // 2^doublings steps are a time of at least 80, 33 relaxation times
  const int doublings = static_cast<int>(std::ceil(std::log2(80 / scheme.step_size())));
  const Eigen::VectorXd u = step.after(doublings, [](double x) { return x * x; });
  const Index middle = nodes / 2, right = middle + nodes / 6;
  EXPECT_NEAR(u(middle), u(right), 1e-10);
  return u(middle);
}

// int x^2 exp(-f/tau) / int exp(-f/tau) for f = x^4/4 - x^2/2, tau = 1/2, by the trapezoidal rule.
double gibbs_square() {
  double mass = 0, square = 0;
  for (int i = -4000; i <= 4000; ++i) {
    const double x = i * 1e-3, weight = std::exp(-2 * (0.25 * x * x * x * x - 0.5 * x * x));
    mass += weight;
    square += weight * x * x;
  }
  return square / mass;
}

TEST_P(Orders, InvariantMeasure) {
  const auto f = std::make_shared<test::DoubleWell>();
  constexpr int kLevels = 6;
  Eigen::ArrayXd h(kLevels), bias(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    h(level) = 0.05 * std::ldexp(1.0, -level);
    bias(level) = std::abs(stationary_square(*scheme(f, h(level)), 351) - gibbs_square());
  }
  expect_order(test::fitted_order(h, bias, Eigen::ArrayXd::Zero(kLevels)), *declared().invariant_measure);
}

INSTANTIATE_TEST_SUITE_P(Schemes, Orders,
                         ::testing::Values(Method{"EulerMaruyama", euler_maruyama}, Method{"Heun", heun}),
                         [](const auto& method) { return std::string(method.param.name); });

// Bias of <x^2> in the double well at tau = 1/2, |x| <= 2.9, from an independent computation: transition densities of
// the schemes on 701 points, exact value .8934649696. To the printed digits.
TEST(DoubleWellBias, ReproducesTheTable) {
  const auto drift = minus_gradient(std::make_shared<test::DoubleWell>());
  struct Row {
    double h, euler, heun, half_digit_euler, half_digit_heun;
  };
  EXPECT_NEAR(gibbs_square(), 0.8934649696, 5e-11);
  for (const Row& row : {Row{0.1, -0.022517, -0.012886, 5e-7, 5e-7}, Row{0.05, -0.0104, -0.0027077, 5e-7, 5e-8},
                         Row{0.025, -0.0050416, -0.00060929, 5e-8, 5e-9}}) {
    EXPECT_NEAR(stationary_square(*euler_maruyama(drift, Temperature(0.5), row.h), 701) - gibbs_square(), row.euler,
                row.half_digit_euler);
    EXPECT_NEAR(stationary_square(*heun(drift, Temperature(0.5), row.h), 701) - gibbs_square(), row.heun,
                row.half_digit_heun);
  }
}

}  // namespace
}  // namespace sgdlimits
