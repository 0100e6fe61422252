#include "validation/rates/decay_rate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

Values curve(const std::vector<double>& t, const std::function<double(double)>& v) {
  Values values(static_cast<Index>(t.size()));
  for (Index i = 0; i < values.size(); ++i) values(i) = v(t[static_cast<std::size_t>(i)]);
  return values;
}

// An exact exponential of either sign, in any unit.
TEST(FitDecay, RecoversAnExactExponential) {
  const std::vector<double> t{0, 1, 3, 4, 7};
  const Values v = curve(t, [](double s) { return -3 * std::exp(-0.2 * s); });
  const DecayFit fit = fit_decay(t, v, Eigen::MatrixXd::Zero(5, 5)).value();
  EXPECT_NEAR(fit.rate.value(), 0.2, 1e-14);
  EXPECT_NEAR(fit.amplitude, -3, 1e-13);
}

// The window ends where noise takes over, and says so when nothing is left.
TEST(FitDecay, LeavesOutValuesBelowTheirNoise) {
  const std::vector<double> t{0, 1, 2, 3, 4, 5};
  std::vector<Measurement> v;
  for (const double s : t) v.push_back(Measurement::sampled(s < 4 ? std::exp(-s) : 7, s < 4 ? 1e-4 : 1, ""));
  const DecayFit fit = fit_decay(t, v).value();
  EXPECT_EQ(fit.last, 3);
  EXPECT_NEAR(fit.rate.value(), 1, 1e-12);
  EXPECT_EQ(fit_decay(t, v, {3.5, 10}).status(), Status::not_converged);
}

// A sum of two exponentials is no exponential: lack of fit is found and widens the interval.
TEST(FitDecay, SeesLackOfFit) {
  const std::vector<double> t{0, 1, 2, 3, 4};
  std::vector<Measurement> v;
  for (const double s : t) v.push_back(Measurement::sampled(std::exp(-s) + std::exp(-3 * s), 1e-4, ""));
  const DecayFit fit = fit_decay(t, v).value();
  EXPECT_LT(fit.lack_of_fit_p_value, 1e-6);
  EXPECT_GT(fit.error_scale, 10);
}

// v^2 = e^{-2t} + a e^{-6t}: the late rate is 1, within its bound, also on uneven times, long before the plateau.
TEST(LateRate, EnclosesTheLowestRate) {
  for (const auto& t : {std::vector<double>{0, 0.5, 1, 1.5, 2}, std::vector<double>{0, 0.5, 1.2, 1.6, 1.7},
                        std::vector<double>{0, 1, 2, 4, 8, 16}}) {
    const Values v = curve(t, [](double s) { return std::sqrt(std::exp(-2 * s) + 5 * std::exp(-6 * s)); });
    const Result<Measurement> rate = late_rate(t, v);
    ASSERT_TRUE(rate.ok()) << rate.why();
    EXPECT_LE(rate->lower(), 1);
    EXPECT_GE(rate->upper(), 1);
    EXPECT_LT(rate->discretisation_bound(), 0.2);
  }
}

// Rates that speed up (Gaussian decay) have no limit.
TEST(LateRate, RefusesRatesThatDoNotSettle) {
  const std::vector<double> t{0, 1, 2, 3, 4};
  EXPECT_EQ(late_rate(t, curve(t, [](double s) { return std::exp(-s * s); })).status(), Status::not_converged);
  EXPECT_EQ(late_rate({0, 1}, curve({0, 1}, [](double s) { return std::exp(-s); })).status(), Status::not_converged);
}

TEST(FitDecay, RefusesTimesThatDoNotIncrease) {
  EXPECT_THROW(fit_decay({0, 1, 1}, Values::Ones(3), Eigen::MatrixXd::Identity(3, 3)), InvalidArgument);
  EXPECT_THROW(local_rates({0, 1}, Values::Zero(2)), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
