// Growth at infinity on drifts whose exponent is known.
#include "solvers/sde/drift_growth.hpp"

#include <gtest/gtest.h>

#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;

double growth(std::shared_ptr<const Potential> f) { return growth_exponent(*minus_gradient(std::move(f))); }

TEST(GrowthExponent, IsThatOfTheDrift) {
  EXPECT_NEAR(growth(std::make_shared<test::Harmonic>(2.0, 3)), 1, 1e-6);
  EXPECT_NEAR(growth(std::make_shared<test::Rippled>()), 1, 1e-3);
  EXPECT_NEAR(growth(std::make_shared<test::DoubleWell>()), 3, 1e-6);
  EXPECT_TRUE(std::isinf(growth(std::make_shared<test::HyperbolicSine>())));
}

// In a box nothing runs away.
TEST(GrowthExponent, IsZeroInABox) {
  const Box box{Eigen::ArrayXd::Constant(1, -1.0), Eigen::ArrayXd::Constant(1, 1.0)};
  EXPECT_EQ(growth(std::make_shared<test::Harmonic>(1.0, 1, box)), 0);
}

/// b = -sinh x/cosh x: bounded, but NaN where both overflow.
class Quotient final : public Drift {
 public:
  Index dimension() const override { return 1; }
  void evaluate(double, PointsView x, PointsOut out, Scratch&) const override { out = -x.sinh() / x.cosh(); }
};

TEST(GrowthExponent, IsNotFooledByIndefiniteQuotients) { EXPECT_LT(growth_exponent(Quotient()), kSuperlinear); }

}  // namespace
}  // namespace sgdlimits
