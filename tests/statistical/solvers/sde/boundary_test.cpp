// Reflection keeps the uniform law; first passage has the known lateness of looking at steps only. Level 1e-6.
#include <gtest/gtest.h>

#include "core/measurement.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPaths = 100000;
constexpr double kLevel = Measurement::kLevelOneInAMillion;

/// Moves by fixed noise between walls at -1 and 1, without drift.
Ensemble between_walls(double step, std::int64_t steps) {
  const Box box{Eigen::ArrayXd::Constant(1, -1.0), Eigen::ArrayXd::Constant(1, 1.0)};
  Ensemble e;
  e.points = Points::Constant(kPaths, 1, 0.9);
  e.seed = 12;
  const auto flat = test::minus_gradient(std::make_shared<test::Harmonic>(0.0, 1, box));
  EXPECT_EQ(advance(e, *euler_maruyama(flat, Temperature(0.5), step), steps, Execution::with_threads(2)).status,
            Status::ok);
  return e;
}

// Folding a Gaussian step keeps the uniform law exactly, at any step; after t = 10 the start is forgotten to
// exp(-10 pi^2/8). Fails for absorption, sticking or clamping at the walls.
TEST(Reflection, KeepsTheUniformLaw) {
  for (const double step : {0.1, 2.5}) {
    const Points x = between_walls(step, std::lround(10 / step)).points;
    Points moments(kPaths, 3);
    moments << x, x.square(), x.square().square();
    const MeanAndError m = ensemble_mean(moments);
    EXPECT_LT(std::abs(m.mean(0)), kLevel * m.standard_error(0) + 1e-5);
    EXPECT_LT(std::abs(m.mean(1) - 1.0 / 3), kLevel * m.standard_error(1) + 1e-5);
    EXPECT_LT(std::abs(m.mean(2) - 0.2), kLevel * m.standard_error(2) + 1e-5);
  }
}

// The planted effect: walls that hold a path where it hits them gather mass there.
TEST(Reflection, TheTestSeesClamping) {
  Points x = Points::Zero(kPaths, 1), g(kPaths, 1);
  const Noise noise(12, Stream::brownian);
  for (int n = 0; n < 100; ++n) {
    noise.normals(0, n, g);
    x = (x + std::sqrt(0.1) * g).max(-1.0).min(1.0);
  }
  const MeanAndError m = ensemble_mean(x.square());
  EXPECT_GT(std::abs(m.mean(0) - 1.0 / 3), kLevel * m.standard_error(0));
}

// Brownian motion leaves (-1, 1) at mean time 1. Seen at steps h only, the walls are effectively farther by
// .5826 sqrt(h), .5826 = -zeta(1/2)/sqrt(2 pi) (Chernoff 1965; Siegmund 1985), up to O(h). Fails if a passage is
// missed or recorded late; the planted effect is the time of the continuous path, 40 standard errors away.
TEST(FirstPassage, HasTheKnownLateness) {
  constexpr double kH = 0.01;
  Ensemble e;
  e.points = Points::Zero(kPaths, 1);
  e.seed = 13;
  const auto brownian =
      euler_maruyama(test::minus_gradient(std::make_shared<test::Harmonic>(0.0)), Temperature(0.5), kH);
  const Indicator outside = [](PointsView x, ValuesOut inside, Scratch&) {
    inside = (x.col(0).abs() >= 1).cast<double>();
  };
  const auto passage = first_passage(e, *brownian, 1800, outside, Execution::with_threads(2));
  ASSERT_TRUE(passage.ok());
  ASSERT_TRUE(passage->times.allFinite());
  const MeanAndError time = ensemble_mean(passage->times);
  const double walls = 1 + 0.5826 * std::sqrt(kH);
  EXPECT_LT(std::abs(time.mean(0) - walls * walls), kLevel * time.standard_error(0) + kH);
  EXPECT_GT(std::abs(time.mean(0) - 1), kLevel * time.standard_error(0) + kH);
}

}  // namespace
}  // namespace sgdlimits
