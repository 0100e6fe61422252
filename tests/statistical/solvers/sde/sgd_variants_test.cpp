// Laws of SGD's variants on quadratics, where second moments are exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/measurement.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "solvers/sde/sgd.hpp"
#include "support/gaussian_source.hpp"
#include "support/sgd_sums.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPaths = 100000;
constexpr double kBound = Measurement::kLevelOneInAMillion;

/// E x^2 at step `steps` minus `exact`, in standard errors, from x = 1 at rest.
double z_of_square(const Scheme& scheme, std::int64_t steps, double exact) {
  Ensemble e;
  e.seed = 11;
  e.points = Points::Zero(kPaths, scheme.dimension());
  e.points.col(0).setOnes();
  EXPECT_EQ(advance(e, scheme, steps, Execution::with_threads(2)).status, Status::ok);
  const MeanAndError square = ensemble_mean(e.points.col(0).square());
  return (square.mean(0) - exact) / square.standard_error(0);
}

/// E x^2 of x <- x - s_k (x - z), z ~ N(0, 1/B), plus N(0, V_k): the recursion of the second moment.
double online_square(const LearningRateSchedule& schedule, double batch, const AddedNoise& noise,
                     std::int64_t steps) {
  double m = 1;
  for (std::int64_t k = 0; k < steps; ++k) {
    const double s = schedule.rate(k);
    m = (1 - s) * (1 - s) * m + s * s / batch + noise.variance(s);
  }
  return m;
}

// Fails if a batch's mean, the added variance, or the rate of a step is wrong by 2 per cent: the twins are rejected.
TEST(OnlineSgd, SecondMomentIsItsRecursion) {
  const auto source = std::make_shared<test::GaussianSource>(1, 1.0, false);
  const auto power = LearningRateSchedule::power_law(LearningRate(0.4), 0.6, 3);
  const AddedNoise noise = AddedNoise::langevin(Temperature(0.3));
  const auto scheme = stochastic_gradient_descent(online_gradient(source, 4), {power, {}, noise});
  EXPECT_LT(std::abs(z_of_square(*scheme, 30, online_square(power, 4, noise, 30))), kBound);
  // planted: one sample instead of four, and half of the factor 4 of the mean-field noise
  EXPECT_GT(std::abs(z_of_square(*scheme, 30, online_square(power, 1, noise, 30))), kBound);
  const auto mean_field =
      stochastic_gradient_descent(online_gradient(source, 4), {power, {}, AddedNoise::mean_field(Temperature(0.3))});
  EXPECT_GT(std::abs(z_of_square(*mean_field, 30, online_square(power, 4, noise, 30))), kBound);
}

/// E x^2 of the linear recursion of (x, v) with momentum, gradient a x - noise of variance `variance`.
double momentum_square(Momentum::Kind kind, double beta, double s, double variance, int steps) {
  // v' = beta v + (1 - beta)(x - c s beta v - z), x' = x - s v', c = 1 for Nesterov
  const double c = kind == Momentum::Kind::nesterov ? 1 : 0;
  const double vx = 1 - beta, vv = beta - (1 - beta) * c * s * beta, noise = (1 - beta) * (1 - beta) * variance;
  double xx = 1, xv = 0, w = 0;  // E x^2, E x v, E v^2
  for (int k = 0; k < steps; ++k) {
    const double vv_new = vx * vx * xx + 2 * vx * vv * xv + vv * vv * w + noise;
    const double xv_old = vx * xx + vv * xv;  // E x v'
    const double xx_new = xx - 2 * s * xv_old + s * s * vv_new;
    xv = xv_old - s * vv_new;
    xx = xx_new;
    w = vv_new;
  }
  return xx;
}

TEST(MomentumSgd, SecondMomentIsItsRecursion) {
  const auto source = std::make_shared<test::GaussianSource>(1, 1.0, false);
  const auto constant = LearningRateSchedule::constant(LearningRate(0.5));
  for (const auto momentum : {Momentum::heavy_ball(0.6), Momentum::nesterov(0.6)}) {
    const auto scheme = stochastic_gradient_descent(online_gradient(source, 1), {constant, momentum, {}});
    const double exact = momentum_square(momentum.kind, momentum.beta, 0.5, 1, 12);
    EXPECT_LT(std::abs(z_of_square(*scheme, 12, exact)), kBound);
    // planted: the other kind's law
    const auto other =
        momentum.kind == Momentum::Kind::nesterov ? Momentum::Kind::heavy_ball : Momentum::Kind::nesterov;
    EXPECT_GT(std::abs(z_of_square(*scheme, 12, momentum_square(other, 0.6, 0.5, 1, 12))), kBound);
  }
}

// One epoch of f_i = (x - c_i)^2/2, c = 0, 1, 2, 3, from x = 1, B = 1: x_4 = (1-s)^4 + s sum_j (1-s)^{3-j} c_{p(j)},
// p a uniform permutation, so E over the 24 orders is a finite sum. Independent draws have another law: rejected.
TEST(EpochSgd, LawOverOneEpochIsThatOfAllOrders) {
  const Points centres = (Points(4, 1) << 0, 1, 2, 3).finished();
  const auto sum = std::make_shared<test::Parabolas>(Values::Constant(1, 1.0), centres);
  const double s = 0.3, q = 1 - s;
  int order[4] = {0, 1, 2, 3};
  double exact = 0;
  do {
    double x = 1;
    for (const int c : order) x = q * x + s * c;
    exact += x * x / 24;
  } while (std::next_permutation(order, order + 4));
  const auto constant = LearningRateSchedule::constant(LearningRate(s));
  const auto epochs = stochastic_gradient_descent(epoch_gradient(sum, 1), {constant});
  EXPECT_LT(std::abs(z_of_square(*epochs, 4, exact)), kBound);
  const auto independent = stochastic_gradient_descent(mini_batch_gradient(sum, 1, Replacement::with), {constant});
  EXPECT_GT(std::abs(z_of_square(*independent, 4, exact)), kBound);
}

}  // namespace
}  // namespace sgdlimits
