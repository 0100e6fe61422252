#include "solvers/fokker_planck/bernoulli.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sgdlimits {
namespace {

constexpr double kUlp = 2.3e-16;

// Long double has eleven more bits, so w/(e^w - 1) by expm1l is the truth. A formula that cancels (e^w - 1) or a
// series with a wrong coefficient fails for |w| < 1, a swapped sign for every w.
TEST(Bernoulli, IsAccurateForEveryMagnitude) {
  for (double magnitude = 1e-300; magnitude < 700; magnitude *= 3.7)
    for (const double w : {magnitude, -magnitude}) {
      const long double l = w;
      const double truth = static_cast<double>(l / std::expm1(l));
      const double mean = static_cast<double>((l / 2) / std::sinh(l / 2));
      const BernoulliPair b = bernoulli_pair(w);
      EXPECT_NEAR(b.forward / truth, 1, 3 * kUlp) << w;
      EXPECT_NEAR(b.backward / static_cast<double>(-l / std::expm1(-l)), 1, 3 * kUlp) << w;
      EXPECT_NEAR(b.geometric_mean / mean, 1, 3 * kUlp) << w;
    }
}

// Fails if the two values are computed by formulas whose errors differ: detailed balance is what makes the Gibbs
// measure stationary.
TEST(Bernoulli, KeepsDetailedBalanceToRounding) {
  for (double w = -600; w < 600; w += 0.37) {
    const BernoulliPair b = bernoulli_pair(w);
    EXPECT_NEAR(b.forward / b.backward / static_cast<double>(std::exp(-static_cast<long double>(w))), 1, 4 * kUlp);
  }
}

// Fails on overflow (NaN, infinity) and on a wrong limit.
TEST(Bernoulli, HasItsLimitsWithoutOverflow) {
  EXPECT_EQ(bernoulli_pair(0).forward, 1);
  EXPECT_EQ(bernoulli_pair(0).backward, 1);
  EXPECT_EQ(bernoulli_pair(0).geometric_mean, 1);
  for (const double w : {800.0, 1e4, 1e6, 1e300}) {
    EXPECT_EQ(bernoulli_pair(w).forward, 0);
    EXPECT_EQ(bernoulli_pair(w).backward, w);
    EXPECT_EQ(bernoulli_pair(-w).forward, w);
    EXPECT_EQ(bernoulli_pair(-w).backward, 0);
  }
}

}  // namespace
}  // namespace sgdlimits
