#include "models/networks/activation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

// Names go both ways; a misspelt one is refused with the nearest.
TEST(Activation, NamesGoBothWays) {
  for (const Activation a : all_activations()) EXPECT_EQ(activation_from_name(to_string(a)), a);
  try {
    activation_from_name("sigmod");
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(),
                 "activation is \"sigmod\" but must be one of sigmoid, tanh, softplus, relu, gelu, "
                 "piecewise-linear; did you mean \"sigmoid\"?");
  }
}

// sigma' and sigma'' are the derivatives: fourth-order differences.
TEST(Activation, DerivativesAgreeWithDifferences) {
  for (const Activation a : all_activations())
    for (double z = -6.03; z < 6; z += 0.1) {
      const double h = 1e-3;
      const auto difference = [&](auto member) {
        const auto at = [&](double x) { return evaluate(a, x).*member; };
        return (8 * (at(z + h) - at(z - h)) - (at(z + 2 * h) - at(z - 2 * h))) / (12 * h);
      };
      EXPECT_NEAR(difference(&ActivationValues::value), evaluate(a, z).first, 1e-11) << to_string(a) << z;
      EXPECT_NEAR(difference(&ActivationValues::first), evaluate(a, z).second, 1e-11) << to_string(a) << z;
    }
}

// Symmetries in the tails, where a naive formula overflows or cancels: relative accuracy of the small side.
TEST(Activation, TailsKeepRelativeAccuracy) {
  for (const double z : {20.0, 100.0, 700.0}) {
    const double e = std::exp(-z);
    EXPECT_NEAR(evaluate(Activation::sigmoid, -z).value / e, 1, 1e-8);
    EXPECT_NEAR(evaluate(Activation::sigmoid, z).first / e, 1, 1e-8);
    EXPECT_NEAR(evaluate(Activation::sigmoid, z).second / -e, 1, 1e-8);
    EXPECT_NEAR(evaluate(Activation::softplus, -z).value / e, 1, 1e-8);
    EXPECT_EQ(evaluate(Activation::softplus, z).value, z + std::log1p(e));
  }
  EXPECT_NEAR(evaluate(Activation::tanh, 300).first / (4 * std::exp(-600.0)), 1, 1e-8);
  for (const Activation a : all_activations())
    for (const double z : {-1e3, 1e3}) {
      const ActivationValues v = evaluate(a, z);
      EXPECT_TRUE(std::isfinite(v.value) && std::isfinite(v.first) && std::isfinite(v.second)) << to_string(a);
    }
}

// The stated suprema are bounds and are nearly attained on a fine grid (step 1e-3): a wrong constant fails either
// way.
TEST(Activation, ConstantsAreTheSuprema) {
  for (const Activation a : all_activations()) {
    double bound = 0, lipschitz = 0, curvature = 0, defect = 0;
    for (double z = -40; z <= 40; z += 1e-3) {
      const ActivationValues v = evaluate(a, z);
      bound = std::max(bound, std::abs(v.value));
      lipschitz = std::max(lipschitz, std::abs(v.first));
      curvature = std::max(curvature, std::abs(v.second));
      defect = std::max(defect, std::abs(z * v.first - v.value));
    }
    const ActivationConstants c = activation_constants(a);
    const auto expect_supremum = [&](double measured, double stated) {
      if (std::isinf(stated)) return;
      EXPECT_LE(measured, stated * (1 + 1e-14)) << to_string(a);
      EXPECT_GE(measured, stated - 1e-6) << to_string(a);
    };
    expect_supremum(bound, c.bound);
    expect_supremum(lipschitz, c.lipschitz);
    expect_supremum(curvature, c.curvature);
    expect_supremum(defect, c.homogeneity_defect);
  }
}

}  // namespace
}  // namespace sgdlimits
