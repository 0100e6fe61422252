#include "validation/rates/exponential_sum.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "core/errors.hpp"
#include "support/coverage/rates.hpp"

namespace sgdlimits {
namespace {

ExponentialSumOptions with_terms(Index terms) {
  ExponentialSumOptions options;
  options.terms = terms;
  return options;
}

// Without noise, any number of terms, signs and a first time other than 0: rates and amplitudes are recovered. Fails
// if the elimination of the amplitudes, their clock or the descent is wrong.
TEST(ExponentialSum, RecoversExactSums) {
  const std::vector<std::vector<double>> rates{{1}, {0.5, 2}, {0.5, 2, 7}}, amplitudes{{-2}, {1, -3}, {1, 2, 4}};
  for (std::size_t c = 0; c < 3; ++c) {
    test::NoisyExponentials data(amplitudes[c], rates[c], 1e-9, 0);
    const ExponentialSumFit fit =
        fit_exponential_sum(data.times, data.values, data.covariance, with_terms(static_cast<Index>(rates[c].size())))
            .value();
    for (std::size_t k = 0; k < rates[c].size(); ++k) {
      EXPECT_NEAR(fit.rates[k].value, rates[c][k], 1e-5 * rates[c][k]);
      EXPECT_NEAR(fit.amplitudes[k].value(), amplitudes[c][k], 1e-5 * std::abs(amplitudes[c][k]));
    }
    EXPECT_TRUE(fit.clusters.empty());
  }
}

// Three terms are chosen where there are three, two where there are two, one where there is one, far from any doubt.
TEST(ExponentialSum, ChoosesTheNumberOfTerms) {
  const std::vector<std::vector<double>> rates{{1}, {0.5, 4}, {0.5, 3, 15}};
  for (const auto& truth : rates) {
    const test::NoisyExponentials data(std::vector<double>(truth.size(), 1.0), truth, 1e-4, 1);
    const ExponentialSumFit fit = fit_exponential_sum(data.times, data.values, data.covariance).value();
    EXPECT_EQ(fit.terms, static_cast<Index>(truth.size()));
    EXPECT_GT(fit.lack_of_fit_p_value, 1e-6);
  }
}

// Linear model in one rate: as the noise goes to 0 the profile interval tends to the normal one of Gauss-Newton,
// value -+ 1.96 sd with sd^2 = ((J^T C^-1 J)^-1)_22, J = [phi, A dphi/dlambda], written out here.
TEST(ExponentialSum, HasTheNormalIntervalOfAnIdentifiedRate) {
  const test::NoisyExponentials data({1}, {1}, 1e-4, 2);
  Eigen::MatrixXd jacobian(24, 2);
  for (Index i = 0; i < 24; ++i) {
    const double t = data.times[static_cast<std::size_t>(i)];
    jacobian.row(i) << std::exp(-t), -t * std::exp(-t);
  }
  const Eigen::MatrixXd information = jacobian.transpose() * data.covariance.inverse() * jacobian;
  const double sd = std::sqrt(information.inverse()(1, 1));
  const RateInterval rate =
      fit_exponential_sum(data.times, data.values, data.covariance, with_terms(1))->rates.front();
  EXPECT_NEAR((rate.upper - rate.value) / (1.959964 * sd), 1, 0.01);
  EXPECT_NEAR((rate.value - rate.lower) / (1.959964 * sd), 1, 0.01);
}

// A pair that cannot be resolved: wherever one term is not rejected, two given ones are one cluster. The interval of
// the lower rate holds it in 95 per cent of 50 curves (fewer than 37 has probability 1e-8) and is many times that of
// a single exponential, which never holds it (twin: the falsely small interval).
TEST(ExponentialSum, WidensOnADegeneratePair) {
  int held = 0, wide = 0;
  for (std::uint32_t r = 0; r < 50; ++r) {
    const test::NoisyExponentials data({1, 1}, {1, 1.2}, 0.003, r);
    const auto fitted = [&](Index terms) {
      return fit_exponential_sum(data.times, data.values, data.covariance, with_terms(terms)).value();
    };
    const ExponentialSumFit one = fitted(1), two = fitted(2), chosen = fitted(0);
    EXPECT_TRUE(chosen.terms != 1 || two.clusters.size() == 1) << r;
    EXPECT_FALSE(one.rates[0].contains(1));
    held += chosen.lowest.contains(1);
    wide += chosen.lowest.upper - chosen.lowest.lower > 5 * (one.rates[0].upper - one.rates[0].lower);
  }
  EXPECT_GE(held, 37);
  EXPECT_GE(wide, 40);
}

// Another unit of time or of the values changes nothing but the unit.
TEST(ExponentialSum, IsEquivariant) {
  const test::NoisyExponentials data({1, 1}, {1, 4}, 0.01, 4);
  const ExponentialSumFit fit = fit_exponential_sum(data.times, data.values, data.covariance, with_terms(2)).value();
  std::vector<double> slow = data.times;
  for (double& t : slow) t *= 1000;
  const ExponentialSumFit other =
      fit_exponential_sum(slow, -7 * data.values, 49 * data.covariance, with_terms(2)).value();
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(1000 * other.rates[k].value / fit.rates[k].value, 1, 1e-4);
    EXPECT_NEAR(1000 * other.rates[k].upper / fit.rates[k].upper, 1, 1e-3);
    EXPECT_NEAR(other.amplitudes[k].value() / fit.amplitudes[k].value(), -7, 1e-3);
  }
}

TEST(ExponentialSum, SaysWhatIsMissing) {
  const Eigen::MatrixXd unit = Eigen::MatrixXd::Identity(3, 3);
  EXPECT_EQ(fit_exponential_sum({0, 1}, Values::Ones(2), unit.topLeftCorner(2, 2)).status(), Status::not_converged);
  EXPECT_EQ(fit_exponential_sum({0, 1, 2}, Values::Ones(3), unit, with_terms(2)).status(), Status::not_converged);
  EXPECT_THROW(fit_exponential_sum({0, 1, 1}, Values::Ones(3), unit), InvalidArgument);
  EXPECT_THROW(fit_exponential_sum({0, 1, 2}, Values::Ones(3), 0 * unit), InvalidArgument);
  EXPECT_THROW(fit_exponential_sum({0, 1, 2}, Values::Ones(3), unit, with_terms(4)), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
