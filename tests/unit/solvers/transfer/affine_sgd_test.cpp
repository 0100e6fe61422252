// Exact moments and tail indices of affine SGD against closed forms.
#include "solvers/transfer/affine_sgd.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/sde_problems.hpp"
#include "support/sgd_sums.hpp"

namespace sgdlimits {
namespace {

using test::Parabolas;

/// f_i = a_i x^2/2 - b_i x
class Affine final : public test::SmallSum {
 public:
  Affine(Values a, Values b) : a_(std::move(a)), b_(std::move(b)) {}
  Index dimension() const override { return 1; }
  Index terms() const override { return a_.size(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = 0.5 * a_.mean() * x.col(0).square() - b_.mean() * x.col(0);
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override { return a_ * x(0) - b_; }

 private:
  Values a_, b_;
};

Values two(double first, double second) {
  Values pair(2);
  pair << first, second;
  return pair;
}

// a = 1 +- v, b = +-1 (together), batch 1: E x = m, and V = ((1-s)^2 + s^2 v^2) V + s^2 Var(b - a m) by hand.
TEST(QuadraticSgdMoments, MultiplicativeNoiseByHand) {
  const double s = 0.6, v = 0.7;
  const Affine sum(two(1 + v, 1 - v), two(1, -0.4));
  const Result<StationaryMoments> moments =
      quadratic_sgd_moments(sum, LearningRate(s), BatchLaw(2, 1, Replacement::with));
  ASSERT_TRUE(moments.ok()) << moments.why();
  const double m = 0.3, kick = 0.25 * std::pow(1.4 - 2 * v * m, 2);
  EXPECT_NEAR(moments->mean(0), m, 1e-14);
  const double contraction = (1 - s) * (1 - s) + s * s * v * v;
  EXPECT_NEAR(moments->radius, contraction, 1e-14);
  EXPECT_NEAR(moments->covariance(0, 0), s * s * kick / (1 - contraction), 1e-13);
  EXPECT_NEAR(moments->diffusion_covariance(0, 0), s * kick / 2, 1e-13);
}

// Additive noise in the plane: independent autoregressions with factor 1/B and (n-B)/((n-1)B).
TEST(QuadraticSgdMoments, ReplacementEntersByItsFactor) {
  Points centres(4, 2);
  centres << 1, 0.5, -1, 0.2, 0.3, -0.9, -0.3, 0.2;
  const Parabolas sum(two(1.0, 1.6), centres);
  const double s = 0.5;
  for (const Replacement replacement : {Replacement::with, Replacement::without}) {
    const BatchLaw law(4, 3, replacement);
    const Result<StationaryMoments> moments = quadratic_sgd_moments(sum, LearningRate(s), law);
    ASSERT_TRUE(moments.ok());
    const double factor = replacement == Replacement::with ? 1.0 / 3 : 1.0 / 9;
    const Points about = centres.rowwise() - centres.colwise().mean();
    for (Index j = 0; j < 2; ++j) {
      const double a = j == 0 ? 1.0 : 1.6;
      EXPECT_NEAR(moments->covariance(j, j), factor * s * a / (2 - s * a) * about.col(j).square().mean(), 1e-14);
    }
    const double cross = factor * s * s * 1.6 * (about.col(0) * about.col(1)).mean() / (1 - (1 - s) * (1 - s * 1.6));
    EXPECT_NEAR(moments->covariance(0, 1), cross, 1e-14);
  }
}

TEST(QuadraticSgdMoments, DeclinesWhatIsNotQuadraticOrNotStationary) {
  EXPECT_EQ(
      quadratic_sgd_moments(test::TiltedWells(1.0), LearningRate(0.1), BatchLaw(2, 1, Replacement::with)).status(),
      Status::out_of_reach);
  EXPECT_EQ(quadratic_sgd_moments(Affine(two(1, 5), two(1, -1)), LearningRate(0.8), BatchLaw(2, 1, Replacement::with))
                .status(),
            Status::not_converged);
}

// |1 - s a| = 2 or 1/4 with probability 1/2: 2^alpha + 4^-alpha = 2, so y = 2^alpha solves y^3 - 2 y^2 + 1 = 0:
// y = (1 + sqrt 5)/2, the golden ratio.
TEST(KestenTailIndex, GoldenRatio) {
  const Affine sum(two(3, 0.75), two(1, 0.2));
  const Result<TailIndex> tail = kesten_tail_index(sum, LearningRate(1), BatchLaw(2, 1, Replacement::with));
  ASSERT_TRUE(tail.ok()) << tail.why();
  EXPECT_NEAR(tail->alpha, std::log2((1 + std::sqrt(5)) / 2), 1e-13);
  EXPECT_NEAR(tail->lyapunov, 0.5 * std::log(0.5), 1e-14);
  // SME-1: 1 + 2 a/(s v^2) with a = 1.875, v = 1.125
  EXPECT_NEAR(tail->diffusion_alpha, 1 + 2 * 1.875 / (1.125 * 1.125), 1e-13);
}

// Contractions: |x| <= s |b|/(1 - |1 - s a|); with equal slopes the bound is attained by the fixed points.
TEST(KestenTailIndex, FiniteDataCutTheTailWhereTheMapContracts) {
  const Result<TailIndex> tail =
      kesten_tail_index(Affine(two(1, 1), two(1, -1)), LearningRate(0.5), BatchLaw(2, 1, Replacement::with));
  ASSERT_TRUE(tail.ok());
  EXPECT_TRUE(std::isinf(tail->alpha));
  EXPECT_TRUE(std::isinf(tail->diffusion_alpha));
  EXPECT_NEAR(tail->support, 1, 1e-14);
}

TEST(KestenTailIndex, DeclinesWithoutAStationaryLaw) {
  EXPECT_EQ(
      kesten_tail_index(Affine(two(4, 5), two(1, -1)), LearningRate(1), BatchLaw(2, 1, Replacement::with)).status(),
      Status::not_converged);
  EXPECT_EQ(kesten_tail_index(test::TiltedWells(1.0), LearningRate(0.1), BatchLaw(2, 1, Replacement::with)).status(),
            Status::out_of_reach);
}

}  // namespace
}  // namespace sgdlimits
