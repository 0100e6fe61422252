/// Level and power of the p-values. Acceptance bounds are normal quantiles of level 1e-6 for the counts of
/// repetitions.
#include <gtest/gtest.h>

#include <cmath>

#include "support/line_samples.hpp"
#include "validation/distances/one_dimensional.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

using test::gaussian_density;
using test::gaussian_sample;

constexpr int kRepetitions = 1000;
constexpr double kZ = 4.89;

double slack(double p) { return kZ * std::sqrt(p * (1 - p) / kRepetitions); }

struct Tally {
  double below_five_per_cent = 0, mean = 0, expected = 0;
  double smallest = 1;
  void add(const Distance& d) {
    below_five_per_cent += d.p_value < 0.05;
    mean += d.value.value();
    expected += d.expected_under_equality;
    smallest = std::min(smallest, d.p_value);
  }
};

// Equal laws: KS rejects at its level, the bounds at most at it; nothing is rejected at 1e-6; the mean distance is
// the promised one (to 5 per cent: asymptotics at n = 400). Fails on a wrong n, bridge constant or p-value.
TEST(DistancesOfEqualLaws, HaveTheStatedNullLaw) {
  const LineLaw density = LineLaw::from_density(gaussian_density(0, 1, 12, 600));
  Tally ks, two, w1, w2, tv;
  for (std::uint32_t r = 0; r < kRepetitions; ++r) {
    const LineLaw a = LineLaw::from_sample(gaussian_sample(400, 0, 1, 2 * r));
    const LineLaw b = LineLaw::from_sample(gaussian_sample(300, 0, 1, 2 * r + 1));
    ks.add(kolmogorov_smirnov(a, density));
    two.add(kolmogorov_smirnov(a, b));
    w1.add(wasserstein1(a, density));
    w2.add(wasserstein2(a, density, {40, r + 1u}));
    tv.add(total_variation(a, density, Index{20}));
  }
  EXPECT_NEAR(ks.below_five_per_cent / kRepetitions, 0.05, slack(0.05));
  EXPECT_LE(two.below_five_per_cent / kRepetitions, 0.05 + slack(0.05));
  for (const Tally* t : {&w1, &w2, &tv}) EXPECT_LE(t->below_five_per_cent / kRepetitions, 0.05 + slack(0.05));
  for (const Tally* t : {&ks, &two, &w1, &w2, &tv}) {
    EXPECT_GT(t->smallest, 1e-6);
    EXPECT_NEAR(t->mean / t->expected, 1, 0.05);
  }
}

// A shift of 0.2 sd at 1e4 draws must be rejected at 1e-6 by all, in each of 100 repetitions (power .99).
TEST(DistancesOfUnequalLaws, AreRejected) {
  const LineLaw density = LineLaw::from_density(gaussian_density(0, 1, 12, 600));
  for (std::uint32_t r = 0; r < 100; ++r) {
    const LineLaw a = LineLaw::from_sample(gaussian_sample(10000, 0.2, 1, r));
    EXPECT_LT(kolmogorov_smirnov(a, density).p_value, 1e-6);
    EXPECT_LT(wasserstein1(a, density).p_value, 1e-6);
    EXPECT_LT(total_variation(a, density, Index{20}).p_value, 1e-6);
    EXPECT_LT(wasserstein2(a, density, {20, 1}).p_value, 1e-6);
  }
}

// A temperature wrong by 5 per cent at 1e5 draws of N(0, tau): the mean of f = x^2/2 sees it, KS does not.
TEST(WrongTemperature, IsSeenByTheMeanOfThePotentialAndNotByKolmogorovSmirnov) {
  const LineLaw density = LineLaw::from_density(gaussian_density(0, 1));
  int seen_by_mean = 0, seen_by_ks = 0;
  constexpr int repetitions = 50;
  for (std::uint32_t r = 0; r < repetitions; ++r) {
    const Values x = gaussian_sample(100000, 0, std::sqrt(1.05), r);
    const Values f = x.square() / 2;
    const double mean = f.mean();
    const double error = std::sqrt((f - mean).square().sum()) / 100000;
    seen_by_mean += mean_test(Measurement::sampled(mean, error, ""), Measurement::exact(0.5, "")).p_value < 1e-6;
    seen_by_ks += kolmogorov_smirnov(LineLaw::from_sample(x), density).p_value < 1e-6;
  }
  EXPECT_EQ(seen_by_mean, repetitions);
  EXPECT_LT(seen_by_ks, repetitions / 2);
}

}  // namespace
}  // namespace sgdlimits
