// One step of each scheme against its formula, written out with the readable noise.
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "solvers/sde/batch_sampler.hpp"
#include "solvers/sde/brownian_path.hpp"
#include "solvers/sde/ensemble.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;

constexpr std::uint64_t kSeed = 77;
constexpr double kStep = 0.1, kTau = 0.3;

Ensemble points(Index paths, Index dimension) {
  Ensemble ensemble;
  ensemble.seed = kSeed;
  ensemble.points = Points(paths, dimension);
  Noise(9, Stream::test).normals(0, 0, ensemble.points);
  return ensemble;
}

/// sqrt(2 tau h) g of path i, step n, coordinate j.
double kick(Index i, std::int64_t n, Index d, Index j) {
  return std::sqrt(2 * kTau * kStep) * Noise(kSeed, Stream::brownian).normal(i, n * d + j);
}

// Fails for a wrong coefficient, noise index or sign. Steps 3 and 4: an odd and an even start.
TEST(EulerMaruyama, StepIsItsFormula) {
  const auto f = std::make_shared<test::Rippled>();
  const auto scheme = euler_maruyama(minus_gradient(f), Temperature(kTau), kStep);
  for (const std::int64_t n : {3, 4}) {
    Ensemble e = points(13, 2);
    e.step = n;
    const Points x = e.points, g = gradients(*f, x);
    ASSERT_EQ(advance(e, *scheme, 1).status, Status::ok);
    for (Index i = 0; i < 13; ++i)
      for (Index j = 0; j < 2; ++j) EXPECT_NEAR(e.points(i, j), x(i, j) - kStep * g(i, j) + kick(i, n, 2, j), 1e-14);
  }
}

TEST(Heun, StepIsItsFormula) {
  const auto f = std::make_shared<test::Rippled>();
  Ensemble e = points(13, 2);
  const Points x = e.points, here = gradients(*f, x);
  Points noise(13, 2);
  for (Index i = 0; i < 13; ++i)
    for (Index j = 0; j < 2; ++j) noise(i, j) = kick(i, 0, 2, j);
  const Points there = gradients(*f, x - kStep * here + noise);
  ASSERT_EQ(advance(e, *heun(minus_gradient(f), Temperature(kTau), kStep), 1).status, Status::ok);
  EXPECT_LT((e.points - (x - 0.5 * kStep * (here + there) + noise)).abs().maxCoeff(), 1e-14);
}

/// b(t, x) = cos t, to see the time that a scheme hands over.
class Clock final : public Drift {
 public:
  Index dimension() const override { return 1; }
  void evaluate(double t, PointsView, PointsOut out, Scratch&) const override { out.setConstant(std::cos(t)); }
};

// Fails if the drift is asked at another time than t_n (and t_n + h for Heun's corrector).
TEST(Schemes, HandTheTimeToTheDrift) {
  const auto clock = std::make_shared<Clock>();
  for (const bool trapezoidal : {false, true}) {
    Ensemble e = points(1, 1);
    e.initial_time = 0.7;
    e.step = 6;
    const double x = e.points(0, 0), t = 0.7 + 6 * kStep;
    const auto scheme =
        trapezoidal ? heun(clock, Temperature(kTau), kStep) : euler_maruyama(clock, Temperature(kTau), kStep);
    advance(e, *scheme, 1);
    const double drift = trapezoidal ? 0.5 * (std::cos(t) + std::cos(t + kStep)) : std::cos(t);
    EXPECT_NEAR(e.points(0, 0), x + kStep * drift + kick(0, 6, 1, 0), 1e-14);
  }
}

// x - s grad f + s g is Euler-Maruyama at h = s, tau = s/2: the same bits, or its name would be a lie.
TEST(IsotropicNoiseSgd, IsEulerMaruyamaToTheBit) {
  const auto f = std::make_shared<test::Rippled>();
  for (const double s : {0.1, 0.07, 1.0 / 3}) {
    Ensemble sgd = points(100, 2), sde = sgd;
    advance(sgd, *isotropic_noise_sgd(f, LearningRate(s)), 25);
    advance(sde, *euler_maruyama(minus_gradient(f), LearningRate(s).temperature(), s), 25);
    EXPECT_TRUE((sgd.points == sde.points).all());
  }
}

// Fails for a wrong batch, learning rate or clock.
TEST(MiniBatchSgd, StepIsItsFormula) {
  const auto sum = std::make_shared<test::RandomCurvature>(Values::LinSpaced(5, -1.0, 2.0));
  const auto scheme = mini_batch_sgd(sum, LearningRate(0.2), 3, Replacement::with);
  EXPECT_EQ(scheme->step_size(), 0.2);
  Ensemble e = points(21, 1);
  e.step = 5;
  const Points x = e.points;
  ASSERT_EQ(advance(e, *scheme, 1).status, Status::ok);
  const Noise noise(kSeed, Stream::batch);
  for (Index i = 0; i < 21; ++i) {
    double curvature = 0;
    for (Index b = 0; b < 3; ++b) curvature += (-1.0 + 0.75 * std::floor(5 * noise.uniform(i, 5 * 3 + b))) / 3;
    EXPECT_NEAR(e.points(i, 0), x(i, 0) - 0.2 * curvature * x(i, 0), 1e-14);
  }
}

// The whole sample without replacement is gradient descent.
TEST(MiniBatchSgd, FullBatchIsGradientDescent) {
  const auto sum = std::make_shared<test::RandomCurvature>(Values::LinSpaced(6, 0.0, 1.0));
  Ensemble e = points(50, 1);
  const Points x = e.points;
  advance(e, *mini_batch_sgd(sum, LearningRate(0.1), 6, Replacement::without), 7);
  EXPECT_LT((e.points - x * std::pow(1 - 0.1 * 0.5, 7)).abs().maxCoeff(), 1e-14);
}

// Fails if a path leaves the box, or a mirror image is off: from inside [-1, 2] one step of size up to many widths.
TEST(Reflection, FoldsBackIntoTheBox) {
  const Box box{Eigen::ArrayXd::Constant(1, -1.0), Eigen::ArrayXd::Constant(1, 2.0)};
  const auto f = std::make_shared<test::Harmonic>(1.0, 1, box);
  Ensemble e = points(2000, 1);
  e.points = e.points.max(-1.0).min(2.0);
  const Points x = e.points;
  advance(e, *euler_maruyama(minus_gradient(f), Temperature(50.0), kStep), 1);
  for (Index i = 0; i < 2000; ++i) {
    double y = x(i, 0) * (1 - kStep) + std::sqrt(2 * 50.0 * kStep) * Noise(kSeed, Stream::brownian).normal(i, 0);
    while (y < -1 || y > 2) y = y < -1 ? -2 - y : 4 - y;
    EXPECT_NEAR(e.points(i, 0), y, 1e-13);
  }
  advance(e, *heun(minus_gradient(f), Temperature(5.0), kStep), 50);
  EXPECT_GE(e.points.minCoeff(), -1.0);
  EXPECT_LE(e.points.maxCoeff(), 2.0);
}

TEST(Reflection, HalfLinesMirrorOnce) {
  const double inf = std::numeric_limits<double>::infinity();
  const Box box{Eigen::ArrayXd::Zero(1), Eigen::ArrayXd::Constant(1, inf)};
  Ensemble e = points(500, 1);
  e.points = e.points.abs();
  const Points x = e.points;
  advance(e, *euler_maruyama(minus_gradient(std::make_shared<test::Harmonic>(1.0, 1, box)), Temperature(kTau), kStep),
          1);
  for (Index i = 0; i < 500; ++i)
    EXPECT_NEAR(e.points(i, 0), std::abs(x(i, 0) * (1 - kStep) + kick(i, 0, 1, 0)), 1e-14);
}

// Without drift the position is the Brownian path, so coarse and fine steps must meet to rounding.
TEST(RefinedPath, CoarseIncrementsAreSumsOfFineOnes) {
  const auto flat = minus_gradient(std::make_shared<test::Harmonic>(0.0, 3));
  Ensemble fine = points(40, 3), coarse = fine;
  advance(coarse, *euler_maruyama(flat, Temperature(kTau), 0.08), 8);
  advance(fine, *on_refined_path(euler_maruyama(flat, Temperature(kTau), 0.01), 3), 64);
  EXPECT_LT((fine.points - coarse.points).abs().maxCoeff(), 1e-13);
}

TEST(Schemes, RefuseWhatTheyCannotDo) {
  const auto f = std::make_shared<test::Harmonic>(1.0);
  const auto sum = std::make_shared<test::RandomCurvature>(Values::Ones(4));
  EXPECT_THROW(euler_maruyama(minus_gradient(f), Temperature(1), 0.0), InvalidArgument);
  EXPECT_THROW(heun(minus_gradient(f), Temperature(1), std::nan("")), InvalidArgument);
  EXPECT_THROW(heun(nullptr, Temperature(1), 0.1), InvalidArgument);
  EXPECT_THROW(isotropic_noise_sgd(nullptr, LearningRate(1)), InvalidArgument);
  EXPECT_THROW(mini_batch_sgd(sum, LearningRate(1), 0, Replacement::with), InvalidArgument);
  EXPECT_THROW(mini_batch_sgd(nullptr, LearningRate(1), 1, Replacement::with), InvalidArgument);
  EXPECT_NO_THROW(mini_batch_sgd(sum, LearningRate(1), 5, Replacement::with));
  try {
    mini_batch_sgd(sum, LearningRate(1), 5, Replacement::without);
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(),
                 "batch is 5 but must be at most the number of terms, 4; draw with replacement or take "
                 "a smaller batch");
  }
}

}  // namespace
}  // namespace sgdlimits
