// Exact variances of the schemes on f = a x^2/2, level 1e-6, each with a planted effect that must be rejected.
#include <gtest/gtest.h>

#include "core/measurement.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPaths = 100000;
constexpr double kA = 2.0, kStep = 0.25, kTau = 0.7, kZ = kA * kStep;

using Factory = std::unique_ptr<Scheme> (*)(std::shared_ptr<const Drift>, Temperature, double);

/// Distance in standard errors of the sample's mean square from `exact` after 60 steps from 0; the start is
/// forgotten to .625^120. The paths are independent Gaussians, so z is normal up to the chi-squared's skewness.
double z_of_variance(Factory make, double tau, double exact) {
  Ensemble e;
  e.points = Points::Zero(kPaths, 1);
  e.seed = 31;
  const auto scheme = make(test::minus_gradient(std::make_shared<test::Harmonic>(kA)), Temperature(tau), kStep);
  EXPECT_EQ(advance(e, *scheme, 60, Execution::with_threads(2)).status, Status::ok);
  const MeanAndError square = ensemble_mean(e.points.square());
  return (square.mean(0) - exact) / square.standard_error(0);
}

const double kExactEuler = kTau / kA / (1 - kZ / 2);
const double kExactHeun = kTau / kA * (1 - kZ / 2) / (1 - kZ / 2 + kZ * kZ / 4);
constexpr double kLevel = Measurement::kLevelOneInAMillion;

TEST(StationaryVariance, EulerMaruyamaIsItsClosedForm) {
  EXPECT_LT(std::abs(z_of_variance(euler_maruyama, kTau, kExactEuler)), kLevel);
}

TEST(StationaryVariance, HeunIsItsClosedForm) { EXPECT_LT(std::abs(z_of_variance(heun, kTau, kExactHeun)), kLevel); }

// The planted effect: a temperature wrong by 5 per cent is 11 standard errors at 10^5 paths, power above .99.
TEST(StationaryVariance, SeesATemperatureWrongByFivePerCent) {
  for (const double factor : {0.95, 1.05}) {
    EXPECT_GT(std::abs(z_of_variance(euler_maruyama, factor * kTau, kExactEuler)), kLevel);
    EXPECT_GT(std::abs(z_of_variance(heun, factor * kTau, kExactHeun)), kLevel);
  }
}

// The planted effect: one scheme's variance offered for the other, or the continuum's for either.
TEST(StationaryVariance, SeesTheStepBias) {
  EXPECT_GT(std::abs(z_of_variance(euler_maruyama, kTau, kTau / kA)), kLevel);
  EXPECT_GT(std::abs(z_of_variance(heun, kTau, kTau / kA)), kLevel);
}

}  // namespace
}  // namespace sgdlimits
