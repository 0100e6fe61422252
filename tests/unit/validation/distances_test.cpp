#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "support/line_samples.hpp"
#include "validation/distances/one_dimensional.hpp"

namespace sgdlimits {
namespace {

using test::gaussian_density;
using test::gaussian_sample;

Values values(std::initializer_list<double> list) {
  Values v(static_cast<Index>(list.size()));
  std::copy(list.begin(), list.end(), v.data());
  return v;
}

// A shift by c moves every quantile by c. Fails on any wrong merge of knots or levels.
TEST(Distances, OfAShiftedSampleAreTheShift) {
  const Values x = gaussian_sample(1000, 0, 1);
  const LineLaw a = LineLaw::from_sample(x), b = LineLaw::from_sample(x + 0.375);
  EXPECT_NEAR(wasserstein1(a, b).value.value(), 0.375, 1e-12);
  EXPECT_NEAR(wasserstein2(a, b).value.value(), 0.375, 1e-12);
  EXPECT_EQ(wasserstein1(a, a).value.value(), 0);
  EXPECT_EQ(wasserstein2(a, a).value.value(), 0);
  EXPECT_EQ(kolmogorov_smirnov(a, a).value.value(), 0);
}

// Atoms at 0 and 1 with masses .3, .7 against .6, .4: .3 of the mass moves by 1.
TEST(Distances, OfTwoAtomsAreTheMassMoved) {
  const LineLaw a = LineLaw::from_sample(values({0, 1}), values({3, 7}));
  const LineLaw b = LineLaw::from_sample(values({1, 0, 1, 0, 0}), values({2, 2, 2, 2, 2}));
  EXPECT_NEAR(wasserstein1(a, b).value.value(), 0.3, 1e-15);
  EXPECT_NEAR(wasserstein2(a, b).value.value(), std::sqrt(0.3), 1e-15);
  EXPECT_NEAR(total_variation(a, b, values({0.5})).value.value(), 0.3, 1e-15);
  EXPECT_NEAR(kolmogorov_smirnov(a, b).value.value(), 0.3, 1e-15);
  EXPECT_NEAR(a.sample_size(), 100.0 / 58, 1e-12);
}

// N(0,1) against N(m, s^2): W2^2 = m^2 + (s-1)^2; for s = 1 W1 = m and KS = TV = 2 Phi(m/2) - 1.
TEST(Distances, OfGaussianDensitiesHaveTheirClosedForms) {
  const LineLaw standard = LineLaw::from_density(gaussian_density(0, 1));
  const LineLaw other = LineLaw::from_density(gaussian_density(0.7, 1.5));
  const LineLaw shifted = LineLaw::from_density(gaussian_density(0.5, 1));
  EXPECT_NEAR(wasserstein2(standard, other).value.value(), std::hypot(0.7, 0.5), 2e-5);
  EXPECT_NEAR(wasserstein1(standard, shifted).value.value(), 0.5, 1e-9);
  const double overlap = std::erf(0.25 / std::sqrt(2.0));
  EXPECT_NEAR(kolmogorov_smirnov(standard, shifted).value.value(), overlap, 1e-5);
  EXPECT_NEAR(total_variation(standard, shifted, values({0.25})).value.value(), overlap, 1e-5);
  EXPECT_LE(total_variation(standard, shifted, Index{30}).value.value(), overlap + 1e-12);
  EXPECT_NEAR(standard.mean(), 0, 1e-12);
  EXPECT_NEAR(standard.variance(), 1, 1e-5);
  EXPECT_NEAR(other.quantile(0.975), 0.7 + 1.5 * 1.959963984540054, 1e-5);
  EXPECT_EQ(wasserstein1(standard, other).p_value, 1);
}

// One point against U(0,1): W1 = int |x - 1/2| = 1/4, W2^2 = 1/12, KS = 1/2.
TEST(Distances, OfAnAtomToTheUniformLaw) {
  auto grid = std::make_shared<const Grid>(std::vector<Axis>{Axis::uniform(0, 1, 7)});
  const LineLaw uniform = LineLaw::from_density(Density(grid, Values::Ones(7)));
  const LineLaw atom = LineLaw::from_sample(values({0.5}));
  EXPECT_NEAR(wasserstein1(atom, uniform).value.value(), 0.25, 1e-15);
  EXPECT_NEAR(wasserstein2(atom, uniform).value.value(), std::sqrt(1.0 / 12), 1e-15);
  EXPECT_NEAR(kolmogorov_smirnov(atom, uniform).value.value(), 0.5, 1e-15);
}

// Metric axioms and W1 <= W2 on random mixtures of kinds. Fails if the two kinds of law are treated differently.
TEST(Distances, AreMetricsOnMixedKinds) {
  for (std::uint32_t r = 0; r < 50; ++r) {
    const LineLaw a = LineLaw::from_sample(gaussian_sample(1 + r, 0.3, 1, r));
    const LineLaw b =
        LineLaw::from_sample(gaussian_sample(40, -0.3, 2, r + 100).abs(), gaussian_sample(40, 0, 1, r).abs());
    const LineLaw c = LineLaw::from_density(gaussian_density(0, 1 + 0.02 * r, 15, 50));
    const auto w1 = [](const LineLaw& p, const LineLaw& q) { return wasserstein1(p, q).value.value(); };
    EXPECT_NEAR(w1(a, b), w1(b, a), 1e-12);
    EXPECT_LE(w1(a, b), w1(a, c) + w1(c, b) + 1e-12);
    const auto ks = [](const LineLaw& p, const LineLaw& q) { return kolmogorov_smirnov(p, q).value.value(); };
    EXPECT_NEAR(ks(a, c), ks(c, a), 1e-12);
    EXPECT_LE(ks(a, b), ks(a, c) + ks(c, b) + 1e-12);
    const Distance w2 = wasserstein2(a, c, {20, 1});
    EXPECT_LE(w1(a, c), w2.value.value() + 1e-12);
    EXPECT_LE(total_variation(a, c, Index{10}).value.value(), 1 + 1e-12);
  }
}

// Kolmogorov's table: 1.3581 and 1.6276 are the quantiles of .95 and .99 (Smirnov 1948); both series meet at 1.
TEST(KolmogorovTail, HasTheTabulatedQuantiles) {
  EXPECT_NEAR(kolmogorov_tail(1.3581), 0.05, 1e-5);
  EXPECT_NEAR(kolmogorov_tail(1.6276), 0.01, 1e-5);
  EXPECT_NEAR(kolmogorov_tail(1 - 1e-13), kolmogorov_tail(1), 1e-11);
  EXPECT_EQ(kolmogorov_tail(0), 1);
}

// Resamples are drawn by number, so the pool cannot matter.
TEST(Wasserstein2, HasTheSameBitsForAnyPool) {
  const LineLaw a = LineLaw::from_sample(gaussian_sample(500, 0, 1)),
                b = LineLaw::from_density(gaussian_density(0, 1));
  ThreadPool one(1), three(3);
  const Distance p = wasserstein2(a, b, {40, 5}, one), q = wasserstein2(a, b, {40, 5}, three);
  EXPECT_EQ(p.p_value, q.p_value);
  EXPECT_EQ(p.expected_under_equality, q.expected_under_equality);
}

TEST(LineLaw, RefusesWhatIsNoLaw) {
  EXPECT_THROW(LineLaw::from_sample(Values()), InvalidArgument);
  EXPECT_THROW(LineLaw::from_sample(values({1, NAN})), InvalidArgument);
  EXPECT_THROW(LineLaw::from_sample(values({1, 2}), values({-1, 2})), InvalidArgument);
  EXPECT_THROW(LineLaw::from_sample(values({1, 2}), values({0, 0})), InvalidArgument);
  const LineLaw a = LineLaw::from_sample(values({1, 2}));
  EXPECT_THROW(total_variation(a, a, values({2, 1})), InvalidArgument);
  EXPECT_THROW(wasserstein2(a, a, {5, 1}), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
