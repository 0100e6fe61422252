// Orders of the invariant measure and of the rate, as h -> 0 at fixed temperature, in the double well x^4/4 - x^2/2
// at tau = 1/2 (noise of order one) by the one-step operator: no sampling. Six steps, five halvings. Interval of an
// order: least squares of log error on 1, log h, h, and as half width what the term h does to the slope
// (support/order_fit.hpp). It must hold the declared order and exclude the neighbours at a half; planted faults must
// not pass.
#include <gtest/gtest.h>

#include "solvers/markov/scheme_law.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "support/chains.hpp"
#include "support/order_fit.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr double kTau = 0.5;
constexpr int kLevels = 6;

struct Errors {
  Eigen::ArrayXd h = Eigen::ArrayXd(kLevels), square = h, quartic = h, gap = h, gap_bound = h;
};

/// `make(h, options)` gives the scheme and may set the smoothing.
template <class Make>
Errors errors_of(const Make& make) {
  static const test::DoubleWell f;
  static const Temperature tau(kTau);
  static const std::vector<LineFunction> moments{[](ValuesView x, ValuesOut h) { h = x.square(); },
                                                 [](ValuesView x, ValuesOut h) { h = x.square().square(); }};
  static const std::vector<Measurement> exact = gibbs_means(f, tau, moments).value();
  static const double gap = spectral_gap(f, tau, {1, 1e-10, {}, 1'500'000}).value().gap.value();
  Errors errors;
  for (int level = 0; level < kLevels; ++level) {
    errors.h(level) = 0.05 * std::ldexp(1.0, -level);
    SchemeLawOptions options;
    const std::unique_ptr<Scheme> scheme = make(errors.h(level), options);
    const Result<SchemeLaw> law = scheme_law(*scheme, f, tau, moments, options);
    EXPECT_TRUE(law.ok()) << law.why();
    errors.square(level) = std::abs(law->means[0].value() - exact[0].value());
    errors.quartic(level) = std::abs(law->means[1].value() - exact[1].value());
    errors.gap(level) = std::abs(law->gap.value() - gap);
    EXPECT_LT(law->means[0].discretisation_bound(), 1e-3 * errors.square(level));
    errors.gap_bound(level) = law->gap.discretisation_bound();
  }
  return errors;
}

Measurement order(const Errors& errors, const Eigen::ArrayXd& error) {
  return test::fitted_order(errors.h, error, Eigen::ArrayXd::Zero(kLevels));
}

bool is_order(const Measurement& fitted, double declared) {
  return fitted.lower() < declared && declared < fitted.upper() && fitted.lower() > declared - 0.5 &&
         fitted.upper() < declared + 0.5;
}

std::shared_ptr<const Drift> drift() { return test::minus_gradient(std::make_shared<test::DoubleWell>()); }

template <class Chain>
Errors errors_of_chain() {
  return errors_of(
      [](double h, SchemeLawOptions&) { return std::make_unique<Chain>(drift(), Temperature(kTau), h); });
}

void expect_orders(const Errors& errors, double measure, double rate) {
  for (const Eigen::ArrayXd* error : {&errors.square, &errors.quartic}) {
    const Measurement fitted = order(errors, *error);
    EXPECT_TRUE(is_order(fitted, measure)) << fitted.lower() << " " << fitted.upper();
  }
  EXPECT_TRUE((errors.gap_bound < 1e-3 * errors.gap).all());
  const Measurement fitted = order(errors, errors.gap);
  EXPECT_TRUE(is_order(fitted, rate)) << fitted.lower() << " " << fitted.upper();
}

TEST(MeasureOrder, OfEulerMaruyamaIsOneAndOfItsRate) {
  expect_orders(errors_of([](double h, SchemeLawOptions&) { return euler_maruyama(drift(), Temperature(kTau), h); }),
                1, 1);
}

TEST(MeasureOrder, OfHeunIsTwoAndOfItsRate) {
  expect_orders(errors_of([](double h, SchemeLawOptions&) { return heun(drift(), Temperature(kTau), h); }), 2, 2);
}

// Measure 2, rate 1: which is why the docs say not to take it for escape times.
TEST(MeasureOrder, OfLeimkuhlerMatthewsIsTwoAndOfItsRateOne) {
  expect_orders(errors_of([](double h, SchemeLawOptions& options) {
                  auto chain = std::make_unique<test::LeimkuhlerMatthewsChain>(drift(), Temperature(kTau), h);
                  options.smoothing = chain->smoothing();
                  return chain;
                }),
                2, 1);
}

class CatalogueMeasureOrder : public ::testing::TestWithParam<std::string> {};

// Every declared order of the catalogue whose chain steps by prescribed Gaussians. Fails at half an order off.
TEST_P(CatalogueMeasureOrder, IsTheDeclaredOne) {
  const auto problem = OverdampedProblem::of(std::make_shared<test::DoubleWell>(), Temperature(kTau));
  const Errors errors = errors_of([&](double h, SchemeLawOptions& options) {
    MarkovForm form = markov_form(GetParam(), problem, h);
    options.smoothing = form.smoothing;
    return std::move(form.chain);
  });
  const double declared = *scheme_record(GetParam()).additive_noise.invariant_measure;
  for (const Eigen::ArrayXd* error : {&errors.square, &errors.quartic}) {
    const Measurement fitted = order(errors, *error);
    EXPECT_TRUE(is_order(fitted, declared)) << fitted.lower() << " " << fitted.upper();
  }
}

std::vector<std::string> with_measure_order() {
  std::vector<std::string> names;
  for (const SchemeRecord& record : scheme_catalogue())
    if (record.takes_prescribed_normals && record.additive_noise.invariant_measure) names.push_back(record.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, CatalogueMeasureOrder, ::testing::ValuesIn(with_measure_order()),
                         [](const auto& scheme) {
                           std::string name = scheme.param;
                           std::erase(name, '-');
                           return name;
                         });

// The faults that the fits above must catch: none may pass as the scheme that it mimics.
TEST(MeasureOrder, CatchesPlantedFaults) {
  const Errors fresh = errors_of_chain<test::HeunWithFreshNoise>();
  EXPECT_FALSE(is_order(order(fresh, fresh.square), 2));
  EXPECT_TRUE(is_order(order(fresh, fresh.square), 1));
  const Errors half = errors_of_chain<test::HeunWithoutHalf>();
  EXPECT_FALSE(is_order(order(half, half.square), 2));
  const Errors root = errors_of_chain<test::EulerWithWrongRoot>();
  EXPECT_FALSE(is_order(order(root, root.square), 1));
  // Leimkuhler-Matthews seen at Y instead of X, which is its half step short
  const Errors unseen = errors_of_chain<test::LeimkuhlerMatthewsChain>();
  EXPECT_FALSE(is_order(order(unseen, unseen.square), 2));
}

}  // namespace
}  // namespace sgdlimits
