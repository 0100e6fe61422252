// SGD's own law beside the diffusions: closed forms, the two sides of the critical tilt, published figures.
#include "solvers/transfer/sgd_laws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/errors.hpp"
#include "support/sgd_sums.hpp"

namespace sgdlimits {
namespace {

using test::Parabolas;
using test::TiltedWells;

SgdLawsOptions with_cells(Index cells) {
  SgdLawsOptions options;
  options.cells = cells;
  return options;
}

Parabolas coin(double a) {
  Points centres(2, 1);
  centres << 1, -1;
  return {Values::Constant(1, a), centres};
}

// f_g = a (x - g)^2/2, g = +-1: x' = (1 - s a) x + s a g. Variance s a/(2 - s a), eigenvalue 1 - s a. Richardson's
// rule removes h^2/4 altogether, so the answers are exact. Fails for a wrong deposit, weight, clock or extrapolation.
TEST(SgdLaws, AutoregressionHasItsExactVarianceAndRate) {
  const double s = 0.3, a = 1.7, z = s * a;
  const Result<SgdLaws> laws = sgd_laws(coin(a), LearningRate(s), with_cells(256));
  ASSERT_TRUE(laws.ok()) << laws.why();
  const MotionLaws& sgd = laws->sgd();
  ASSERT_EQ(sgd.measures.size(), 1u);
  EXPECT_NEAR(sgd.measures[0].mean[0].value(), 0, 1e-12);
  EXPECT_NEAR(sgd.measures[0].variance[0].value(), z / (2 - z), 1e-12);
  EXPECT_NEAR(sgd.gap->value(), -std::log(1 - z) / s, 1e-9);
  EXPECT_NEAR(sgd.measures[0].weight, 1, 1e-12);
  EXPECT_FALSE(sgd.escape_time.has_value());
  EXPECT_TRUE(laws->enclosed());
}

// The same terms: SME-1 is an Ornstein-Uhlenbeck process of variance s a/2 and gap a; SME-2 has drift -a(1 + s a/2)
// x; Gibbs at s/2 has variance s/(2 a). Fails for a lost factor in the drift or the noise. Order 2: 1e-4 at 512
// cells.
TEST(SgdLaws, DiffusionsOfAnAutoregressionAreTheirClosedForms) {
  const double s = 0.3, a = 1.7;
  const Result<SgdLaws> laws = sgd_laws(coin(a), LearningRate(s), with_cells(512));
  ASSERT_TRUE(laws.ok()) << laws.why();
  struct Row {
    const char* name;
    double variance, gap;
  };
  const double stiff = a * (1 + s * a / 2);
  for (const Row& row : {Row{"SME-1", s * a / 2, a}, Row{"SME-2", s * a * a / (2 * stiff), stiff},
                         Row{"Gibbs at s/2", s / (2 * a), a}}) {
    const MotionLaws* motion = laws->find(row.name);
    ASSERT_NE(motion, nullptr) << row.name;
    ASSERT_TRUE(motion->gap) << motion->remark;
    EXPECT_NEAR(motion->measures[0].variance[0].value(), row.variance, 1e-4 * row.variance) << row.name;
    EXPECT_NEAR(motion->gap->value(), row.gap, 1e-4 * row.gap) << row.name;
  }
}

// Two invariant measures if and only if c < 8/(3 sqrt 3) = 1.5396 (Shirokoff, Zaleski 2409.12243). Fails if the
// grid's own diffusion joins the classes, or a class is split.
TEST(SgdLaws, CountsInvariantMeasuresOnBothSidesOfTheCriticalTilt) {
  for (const double c : {1.0, 1.3, 1.5}) {
    const Result<SgdLaws> laws = sgd_laws(TiltedWells(c), LearningRate(0.1), with_cells(4000));
    ASSERT_TRUE(laws.ok()) << laws.why();
    EXPECT_EQ(laws->sgd().measures.size(), 2u) << c;
    EXPECT_EQ(laws->coarse_measures, 2) << c;
    EXPECT_EQ(laws->sgd().gap->value(), 0);
    EXPECT_EQ(laws->sgd().gap->grade(), Grade::bound);
    EXPECT_TRUE(laws->enclosed());
    EXPECT_TRUE(laws->sgd().never_escapes);
    EXPECT_NEAR(laws->sgd().measures[0].mean[0].value(), -laws->sgd().measures[1].mean[0].value(), 1e-9);
    EXPECT_NEAR(laws->sgd().measures[0].weight + laws->sgd().measures[1].weight, 1, 1e-9);
  }
  for (const double c : {1.55, 1.7, 2.5}) {
    const Result<SgdLaws> laws = sgd_laws(TiltedWells(c), LearningRate(0.1), with_cells(2000));
    ASSERT_TRUE(laws.ok()) << laws.why();
    EXPECT_EQ(laws->sgd().measures.size(), 1u) << c;
    EXPECT_EQ(laws->coarse_measures, 1) << c;
    EXPECT_FALSE(laws->sgd().never_escapes);
    ASSERT_TRUE(laws->sgd().escape_time) << c;
  }
}

// The support of the right measure is between the right minima of f_+ and f_- (monotone maps, so end points map to
// end points): roots of 4x^3 - 4x = -+c, up to a few cells.
TEST(SgdLaws, SupportLiesBetweenTheMinimaOfTheTerms) {
  const double c = 1.3;
  const Result<SgdLaws> laws = sgd_laws(TiltedWells(c), LearningRate(0.1), with_cells(2000));
  ASSERT_TRUE(laws.ok());
  const auto root = [](double tilt, double x) {
    for (int i = 0; i < 50; ++i) x -= (4 * x * x * x - 4 * x + tilt) / (12 * x * x - 4);
    return x;
  };
  const Box& right = laws->sgd().measures[1].support;
  const double h = laws->grid->axis(0).widths()(0);
  EXPECT_LE(right.lower(0), root(c, 0.9));
  EXPECT_GE(right.upper(0), root(-c, 1.2));
  EXPECT_NEAR(right.lower(0), root(c, 0.9), 30 * h);
  EXPECT_NEAR(right.upper(0), root(-c, 1.2), 30 * h);
}

// Published figures at s = 0.1: the diffusion's gap against SGD's own. Two digits as printed.
TEST(SgdLaws, ReproducesTheFiguresOfTheLiterature) {
  const Result<SgdLaws> low = sgd_laws(TiltedWells(1.3), LearningRate(0.1), {});
  ASSERT_TRUE(low.ok());
  EXPECT_EQ(low->sgd().gap->value(), 0);
  EXPECT_NEAR(low->find("SME-1")->gap->value(), 1.26e-5, 0.005e-5);
  const Result<SgdLaws> high = sgd_laws(TiltedWells(2.5), LearningRate(0.1), {});
  ASSERT_TRUE(high.ok());
  EXPECT_NEAR(high->find("SME-1")->gap->value(), 6.6e-2, 0.05e-2);
  EXPECT_NEAR(high->sgd().gap->value(), 4.56e-2, 0.005e-2);
}

// Independent coordinates: the variance of each, and the slowest rate, by power iteration and Arnoldi (the band of a
// plane is too wide for elimination here).
TEST(SgdLaws, PlaneOfTwoAutoregressions) {
  Values a(2);
  a << 1.0, 2.0;
  Points centres(4, 2);
  centres << 1, 1, 1, -1, -1, 1, -1, -1;
  const double s = 0.2;
  const Result<SgdLaws> laws = sgd_laws(Parabolas(a, centres), LearningRate(s), with_cells(64));
  ASSERT_TRUE(laws.ok()) << laws.why();
  const MotionLaws& sgd = laws->sgd();
  ASSERT_EQ(sgd.measures.size(), 1u);
  for (Index j = 0; j < 2; ++j)
    EXPECT_NEAR(sgd.measures[0].variance[static_cast<std::size_t>(j)].value(), s * a(j) / (2 - s * a(j)), 1e-10);
  EXPECT_NEAR(sgd.gap->value(), -std::log(1 - s * a(0)) / s, 1e-6);
  EXPECT_NEAR(laws->find("Gibbs at s/2")->gap->value(), a(0), 1e-3);
}

// With replacement the variance falls by B, without by (n - B)/((n - 1) B) too; the quadrature has the same moments.
TEST(SgdLaws, BatchesDivideTheVariance) {
  Points centres(6, 1);
  centres << -1.5, -0.7, -0.3, 0.2, 0.9, 1.4;
  const Parabolas sum(Values::Constant(1, 1.0), centres);
  const double s = 0.4, sigma = (centres - centres.mean()).square().mean();
  for (const Replacement replacement : {Replacement::with, Replacement::without})
    for (const Index max_atoms : {4096, 4}) {
      SgdLawsOptions options = with_cells(128);
      options.batch = 3;
      options.replacement = replacement;
      options.max_atoms = max_atoms;
      const Result<SgdLaws> laws = sgd_laws(sum, LearningRate(s), options);
      ASSERT_TRUE(laws.ok()) << laws.why();
      EXPECT_EQ(laws->batches_exact, max_atoms > 4);
      const double factor = replacement == Replacement::with ? 1.0 / 3 : 1.0 / 3 * 3 / 5;
      EXPECT_NEAR(laws->sgd().measures[0].variance[0].value(), s * sigma * factor / (2 - s), 1e-11);
    }
}

TEST(SgdLaws, SameBitsForAnyNumberOfThreads) {
  const TiltedWells wells(2.0);
  const Result<SgdLaws> one = sgd_laws(wells, LearningRate(0.1), with_cells(3000));
  const Result<SgdLaws> three = sgd_laws(wells, LearningRate(0.1), with_cells(3000), Execution::with_threads(3));
  ASSERT_TRUE(one.ok() && three.ok());
  const Values& a = one->sgd().measures[0].density->averages();
  const Values& b = three->sgd().measures[0].density->averages();
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)), 0);
  EXPECT_EQ(one->sgd().gap->value(), three->sgd().gap->value());
  EXPECT_EQ(one->sgd().escape_time->value(), three->sgd().escape_time->value());
}

// Whole batches are gradient descent: no noise, the modified equations degenerate and say so.
TEST(SgdLaws, SaysWhereTheNoiseVanishes) {
  SgdLawsOptions options = with_cells(200);
  options.batch = 2;
  options.replacement = Replacement::without;
  const Result<SgdLaws> laws = sgd_laws(coin(1), LearningRate(0.3), options);
  ASSERT_TRUE(laws.ok()) << laws.why();
  EXPECT_FALSE(laws->find("SME-1")->gap.has_value());
  EXPECT_NE(laws->find("SME-1")->remark.find("vanishes"), std::string::npos);
  EXPECT_TRUE(laws->find("Gibbs at s/2")->gap.has_value());
}

TEST(SgdLaws, RefusesWhatItCannotDo) {
  EXPECT_THROW((void)sgd_laws(coin(1), LearningRate(0.1), with_cells(8)), InvalidArgument);
  SgdLawsOptions options;
  options.batch = 0;
  EXPECT_THROW((void)sgd_laws(coin(1), LearningRate(0.1), options), InvalidArgument);
  // |1 - s a| > 1: SGD leaves every box
  const Result<SgdLaws> wild = sgd_laws(coin(1), LearningRate(2.5), with_cells(64));
  EXPECT_EQ(wild.status(), Status::not_converged);
  EXPECT_NE(wild.why().find("learning rate"), std::string::npos);
}

}  // namespace
}  // namespace sgdlimits
