// Gibbs means by quadrature against closed forms in one to three dimensions.
#include "solvers/markov/gibbs_averages.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

/// x^T A x/2, A = I + (coupling off the diagonal), on a box.
class Coupled final : public Potential {
 public:
  Coupled(Index d, double coupling, Box box) : d_(d), coupling_(coupling), box_(std::move(box)) {}
  Index dimension() const override { return d_; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = 0.5 * (1 - coupling_) * x.square().rowwise().sum() + 0.5 * coupling_ * x.rowwise().sum().square();
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g = (1 - coupling_) * x;
    g.colwise() += coupling_ * x.rowwise().sum();
  }
  Box domain() const override { return box_; }

 private:
  Index d_;
  double coupling_;
  Box box_;
};

PointFunction power(Index j, int p) {
  return [=](PointsView x, ValuesOut h, Scratch&) { h = x.col(j).pow(p); };
}
const PointFunction kProduct = [](PointsView x, ValuesOut h, Scratch&) { h = x.col(0) * x.rightCols(1).col(0); };

// Covariance tau A^-1, A = (1-c) I + c 1 1^T: A^-1 = (I - c/(1 - c + c d) 1 1^T)/(1-c); fourth moment 3 sigma^4,
// sd(x^2) = sqrt(2) sigma^2. Fails for a wrong weight, box, axis order or a bound that does not hold.
TEST(GibbsAverages, OfCoupledGaussians) {
  for (const Index d : {1, 2, 3}) {
    const double c = 0.4, tau = 0.3, shrink = c / (1 - c + c * static_cast<double>(d));
    const double variance = tau * (1 - shrink) / (1 - c), covariance = d == 1 ? variance : -tau * shrink / (1 - c);
    const Coupled potential(d, c, Box::everywhere(d));
    const Result<GibbsAverages> found =
        gibbs_averages(potential, Temperature(tau), {power(d - 1, 2), kProduct, power(0, 4), power(0, 1)});
    ASSERT_TRUE(found.ok()) << found.why();
    const double exact[] = {variance, covariance, 3 * variance * variance, 0};
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(found->means[k].value(), exact[k], found->means[k].discretisation_bound() + 1e-12) << d << ' ' << k;
      EXPECT_LT(found->means[k].discretisation_bound(), 1e-10);
    }
    EXPECT_NEAR(found->standard_deviations(0), std::sqrt(2.0) * variance, 1e-10);
    EXPECT_NEAR(found->standard_deviations(3), std::sqrt(variance), 1e-10);
  }
}

// Between walls the rule is of second order: uniform law on [-1, 1]^2 in the limit of a flat well, <x^2> = 1/3,
// inside a bound that is not zero.
TEST(GibbsAverages, BoundHoldsBetweenWalls) {
  Box box = Box::everywhere(2);
  box.lower << -1, -1;
  box.upper << 1, 1;
  const Coupled potential(2, 0, box);
  const Result<GibbsAverages> found = gibbs_averages(potential, Temperature(1e9), {power(0, 2)});
  ASSERT_TRUE(found.ok()) << found.why();
  EXPECT_NEAR(found->means[0].value(), 1.0 / 3, found->means[0].discretisation_bound());
  EXPECT_LT(found->means[0].discretisation_bound(), 1e-5);
}

TEST(GibbsAverages, RefusesWhatItCannotDo) {
  const Coupled four(4, 0, Box::everywhere(4));
  EXPECT_EQ(gibbs_averages(four, Temperature(1), {}).status(), Status::out_of_reach);
  const Coupled two(2, 0, Box::everywhere(2));
  const PointFunction logarithm = [](PointsView x, ValuesOut h, Scratch&) { h = x.col(0).log(); };
  EXPECT_THROW((void)gibbs_averages(two, Temperature(1), {power(0, 2), logarithm}), InvalidArgument);
}

// The same bits for one and for three threads.
TEST(GibbsAverages, DoNotDependOnThreads) {
  const Coupled potential(2, 0.3, Box::everywhere(2));
  const auto value = [&](int threads) {
    return gibbs_averages(potential, Temperature(0.7), {power(0, 4)}, Execution::with_threads(threads))
        ->means[0]
        .value();
  };
  EXPECT_EQ(value(1), value(3));
}

}  // namespace
}  // namespace sgdlimits
