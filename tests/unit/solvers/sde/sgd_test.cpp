// SGD's variants: clocks, single steps against their formulas, epochs.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/sgd.hpp"
#include "support/gaussian_source.hpp"
#include "support/order_fit.hpp"
#include "support/sde_problems.hpp"
#include "support/sgd_sums.hpp"

namespace sgdlimits {
namespace {

using Schedule = LearningRateSchedule;

Schedule constant(double s) { return Schedule::constant(LearningRate(s)); }

Ensemble start(Index paths, Index dimension) {
  Ensemble e;
  e.seed = 77;
  e.points = Points(paths, dimension);
  Noise(5, Stream::test).normals(0, 0, e.points);
  return e;
}

// Fails if the clock is not the sum of the rates: against the sum in long double, where Euler-Maclaurin sets in from
// the first term, in the middle, or not at all, and where the exponent is 1.
TEST(LearningRateSchedule, ClockIsTheSumOfRates) {
  const std::vector<Schedule> schedules = {
      constant(0.3), Schedule::power_law(LearningRate(0.2), 0.5, 0.25),
      Schedule::power_law(LearningRate(0.2), 1.0, 100), Schedule::power_law(LearningRate(0.2), 0.999999, 7),
      Schedule::piecewise({0, 10, 500}, {LearningRate(0.5), LearningRate(0.1), LearningRate(0.3)})};
  for (const Schedule& schedule : schedules) {
    long double sum = 0;
    for (std::int64_t k = 0; k < 3000; ++k) {
      const auto exact = static_cast<double>(sum);
      EXPECT_NEAR(schedule.elapsed(k), exact, 1e-13 * (1 + exact)) << schedule.description() << " step " << k;
      sum += static_cast<long double>(schedule.rate(k));
    }
  }
  EXPECT_NEAR(schedules[1].rate(4), 0.2 / std::sqrt(17.0), 1e-16);
}

TEST(LearningRateSchedule, NearestStep) {
  const Schedule power = Schedule::power_law(LearningRate(0.2), 0.7, 3);
  for (const std::int64_t k : {0, 1, 17, 4000}) {
    EXPECT_EQ(power.steps_until(power.elapsed(k)), k);
    EXPECT_EQ(power.steps_until(power.elapsed(k) + 0.4 * power.rate(k)), k);
    EXPECT_EQ(power.steps_until(power.elapsed(k) + 0.6 * power.rate(k)), k + 1);
  }
}

TEST(LearningRateSchedule, RefusesWhatIsNone) {
  const LearningRate s(0.1);
  EXPECT_THROW(Schedule::power_law(s, 1.1, 1), InvalidArgument);
  EXPECT_THROW(Schedule::power_law(s, 0.5, 0), InvalidArgument);
  EXPECT_THROW(Schedule::piecewise({0, 5, 5}, {s, s, s}), InvalidArgument);
  EXPECT_THROW(Schedule::piecewise({1}, {s}), InvalidArgument);
  EXPECT_THROW(Schedule::piecewise({0, 1}, {s}), InvalidArgument);
}

// The general scheme without its options is mini_batch_sgd, to the bit, whichever stream the runner hands over.
TEST(Sgd, WithoutOptionsIsMiniBatchSgd) {
  const auto sum = std::make_shared<test::TiltedWells>((Values(5) << -1, 0, 0.5, 0.5, 0).finished());
  for (const Replacement replacement : {Replacement::with, Replacement::without}) {
    Ensemble plain = start(100, 1), general = plain;
    advance(plain, *mini_batch_sgd(sum, LearningRate(0.02), 3, replacement), 50);
    advance(general, *stochastic_gradient_descent(mini_batch_gradient(sum, 3, replacement), {constant(0.02)}), 50);
    EXPECT_TRUE((plain.points == general.points).all());
  }
}

// Exact gradient and the noise of temperature tau are Euler-Maruyama; with unit gradient errors isotropic-noise SGD.
TEST(Sgd, AddedNoiseHasItsVariance) {
  const auto f = std::make_shared<test::Rippled>();
  Ensemble langevin = start(64, 2), sgd = langevin;
  advance(langevin, *euler_maruyama(test::minus_gradient(f), Temperature(0.3), 0.05), 20);
  advance(
      sgd,
      *stochastic_gradient_descent(exact_gradient(f), {constant(0.05), {}, AddedNoise::langevin(Temperature(0.3))}),
      20);
  EXPECT_LT((langevin.points - sgd.points).abs().maxCoeff(), 1e-13);
  Ensemble isotropic = start(64, 2), errors = isotropic;
  advance(isotropic, *isotropic_noise_sgd(f, LearningRate(0.1)), 20);
  advance(errors, *stochastic_gradient_descent(exact_gradient(f), {constant(0.1), {}, AddedNoise::gradient_error(1)}),
          20);
  EXPECT_LT((isotropic.points - errors.points).abs().maxCoeff(), 1e-13);
  EXPECT_DOUBLE_EQ(AddedNoise::mean_field(Temperature(0.3)).variance(0.1), 4 * 0.1 * 0.3);
}

// Three steps by hand: heavy ball is x_{k+1} = x_k - a g(x_k) + beta (x_k - x_{k-1}), a = (1 - beta) s, and Nesterov
// takes the gradient ahead. Fails if the factor 1 - beta is missing or the point ahead is x.
TEST(Sgd, MomentumIsItsFormula) {
  const double s = 0.02, beta = 0.7;
  const auto f = std::make_shared<test::TiltedWells>(0.0);
  const auto slope = [](double x) { return 4 * x * (x * x - 1); };
  Ensemble ball = start(8, 1), nesterov = ball;
  const Points first = ball.points;
  const auto heavy = stochastic_gradient_descent(exact_gradient(f), {constant(s), Momentum::heavy_ball(beta), {}});
  const auto ahead = stochastic_gradient_descent(exact_gradient(f), {constant(s), Momentum::nesterov(beta), {}});
  EXPECT_EQ(heavy->positions(), 1);
  EXPECT_EQ(heavy->dimension(), 2);
  ball = at_rest(ball, *heavy);
  nesterov = at_rest(nesterov, *ahead);
  advance(ball, *heavy, 3);
  advance(nesterov, *ahead, 3);
  for (Index i = 0; i < 8; ++i) {
    double before = first(i, 0), x = before;
    for (int k = 0; k < 3; ++k) {
      const double next = x - (1 - beta) * s * slope(x) + beta * (x - before);
      before = x;
      x = next;
    }
    EXPECT_NEAR(ball.points(i, 0), x, 1e-14);
    double y = first(i, 0), v = 0;
    for (int k = 0; k < 3; ++k) {
      v = beta * v + (1 - beta) * slope(y - s * beta * v);
      y -= s * v;
    }
    EXPECT_NEAR(nesterov.points(i, 0), y, 1e-14);
  }
}

// Fails if momentum changes the clock: errors to the gradient flow x(1) vanish with order 1 for beta = .9.
TEST(Sgd, MomentumFollowsTheFlowOnItsClock) {
  const auto f = std::make_shared<test::Parabolas>(Values::Constant(1, 1.0), Points::Zero(1, 1));
  for (const auto momentum : {Momentum::heavy_ball(0.9), Momentum::nesterov(0.9)}) {
    Values h(5), error(5);
    for (int level = 0; level < 5; ++level) {
      h(level) = std::ldexp(1.0, -10 - level);
      const auto scheme = stochastic_gradient_descent(exact_gradient(f), {constant(h(level)), momentum, {}});
      Ensemble e;
      e.points = (Points(1, 2) << 1, 0).finished();
      advance(e, *scheme, std::int64_t{1024} << level);
      error(level) = std::abs(e.points(0, 0) - std::exp(-1.0));
    }
    const Measurement order = test::fitted_order(h, error, Values::Zero(5));
    EXPECT_LT(order.lower(), 1);
    EXPECT_GT(order.upper(), 1);
    EXPECT_GT(order.lower(), 0.5);
    EXPECT_LT(order.upper(), 1.5);
  }
}

/// Gradients of f_i(x) = i x, so that a gradient names its sample.
class Labels final : public test::SmallSum {
 public:
  explicit Labels(Index n) : n_(n) {}
  Index dimension() const override { return 1; }
  Index terms() const override { return n_; }
  void value(PointsView, ValuesOut f, Scratch&) const override { f.setZero(); }
  Points term_gradients(const Eigen::VectorXd&, Scratch&) const override {
    return Values::LinSpaced(n_, 0.0, static_cast<double>(n_ - 1));
  }

 private:
  Index n_;
};

// Fails if an epoch misses a sample or takes one twice, if two epochs have one order, or two paths.
TEST(Epochs, TakeEverySampleOnce) {
  constexpr Index n = 24;
  const auto gradient = epoch_gradient(std::make_shared<Labels>(n), 1);
  const Noise noise(4, Stream::brownian);
  const auto run = gradient->run(noise, 0);
  Scratch scratch;
  const Points x = Points::Zero(16, 1);
  Points g(16, 1), orders(16, 2 * n);
  for (Index step = 0; step < 2 * n; ++step) {
    run->evaluate(x, step, g, scratch);
    orders.col(step) = g.col(0);
  }
  for (Index i = 0; i < 16; ++i)
    for (Index epoch = 0; epoch < 2; ++epoch) {
      std::set<double> seen;
      for (Index k = 0; k < n; ++k) seen.insert(orders(i, epoch * n + k));
      EXPECT_EQ(seen.size(), static_cast<std::size_t>(n));
    }
  EXPECT_FALSE((orders.leftCols(n) == orders.rightCols(n)).all());
  EXPECT_FALSE((orders.row(0) == orders.row(1)).all());
  // asked again from the middle of an epoch
  const auto again = gradient->run(noise, 0);
  again->evaluate(x, n + 5, g, scratch);
  EXPECT_TRUE((g.col(0) == orders.col(n + 5)).all());
}

TEST(Epochs, NeedADivisor) {
  EXPECT_THROW(epoch_gradient(std::make_shared<Labels>(10), 3), InvalidArgument);
  EXPECT_NO_THROW(epoch_gradient(std::make_shared<Labels>(10), 5));
}

// Fails if the runner's path for many steps of single paths differs from the loop over sample_gradient.
TEST(Online, ManyStepsOfOnePathAreTheStepsOneByOne) {
  const SgdOptions options{
      Schedule::power_law(LearningRate(0.1), 0.5, 10), {}, AddedNoise::mean_field(Temperature(0.2))};
  Ensemble fused = start(9, 3), plain = fused;
  advance(
      fused,
      *stochastic_gradient_descent(online_gradient(std::make_shared<test::GaussianSource>(3, 1.0, true), 4), options),
      40);
  advance(plain,
          *stochastic_gradient_descent(online_gradient(std::make_shared<test::GaussianSource>(3, 1.0, false), 4),
                                       options),
          40);
  EXPECT_LT((fused.points - plain.points).abs().maxCoeff(), 1e-13);
}

// A schedule's report times are met to half a step, and the time that is handed on is the clock's.
TEST(Sgd, ReportsAtTheNearestStepOfItsClock) {
  const auto schedule = Schedule::power_law(LearningRate(0.3), 0.5, 4);
  const auto scheme = stochastic_gradient_descent(
      online_gradient(std::make_shared<test::GaussianSource>(1, 1.0, false), 1), {schedule});
  Ensemble e = start(8, 1);
  std::vector<double> seen;
  advance_through(e, *scheme, {1, 2, 5}, [&](double t, PointsView) { seen.push_back(t); });
  ASSERT_EQ(seen.size(), 3u);
  for (const auto& [t, wanted] : {std::pair{seen[0], 1.0}, {seen[1], 2.0}, {seen[2], 5.0}})
    EXPECT_LE(std::abs(t - wanted), 0.15);
  EXPECT_EQ(seen[2], schedule.elapsed(e.step));
}

TEST(Sgd, RefusesWhatIsNone) {
  const auto f = std::make_shared<test::TiltedWells>(0.0);
  EXPECT_THROW(stochastic_gradient_descent(nullptr, {constant(0.1)}), InvalidArgument);
  EXPECT_THROW(stochastic_gradient_descent(exact_gradient(f), {constant(0.1), Momentum::heavy_ball(1), {}}),
               InvalidArgument);
  EXPECT_THROW(stochastic_gradient_descent(exact_gradient(f), {constant(0.1), {Momentum::Kind::none, 0.5}, {}}),
               InvalidArgument);
  EXPECT_THROW(stochastic_gradient_descent(exact_gradient(f), {constant(0.1), {}, {-1, 0}}), InvalidArgument);
  EXPECT_THROW(online_gradient(std::make_shared<test::GaussianSource>(1, 1.0, false), 0), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
