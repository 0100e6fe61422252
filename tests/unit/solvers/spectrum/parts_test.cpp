// Interpolant, critical points, barrier, count proof, extrapolation, boxes.
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "solvers/spectrum/extrapolation.hpp"
#include "solvers/spectrum/kinks.hpp"
#include "solvers/spectrum/lowest_modes.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "support/spectral_potentials.hpp"

namespace sgdlimits {
namespace {

using testing::interval;
using testing::Line;
using testing::Plane;

TEST(GridInterpolant, ReproducesMultilinearFunctionsAndClamps) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{
      Axis::uniform(-1, 2, 7), Axis(Eigen::ArrayXd((Eigen::ArrayXd(5) << 0, .1, .5, .6, 1).finished())),
      Axis::uniform(0, 1, 3)});
  const auto f = [](double x, double y, double z) { return 1 + x - 2 * y + x * y * z + 3 * y * z; };
  const Points c = grid->centers();
  Values cells(grid->size());
  for (Index i = 0; i < cells.size(); ++i) cells(i) = f(c(i, 0), c(i, 1), c(i, 2));
  const GridInterpolant h(grid, cells);
  Points x(3, 3);
  x << 0.3, 0.4, 0.6, -0.2, 0.06, 0.2, 99, -99, 99;  // the last far outside
  Values out(3);
  h.evaluate(x, out);
  EXPECT_NEAR(out(0), f(.3, .4, .6), 1e-14);
  EXPECT_NEAR(out(1), f(-.2, .06, .2), 1e-14);
  EXPECT_NEAR(out(2), f(2 - 1.5 / 7, .05, 5.0 / 6), 1e-14);
  x(0, 0) = std::nan("");
  EXPECT_THROW(h.evaluate(x, out), InvalidArgument);
  EXPECT_THROW(GridInterpolant(grid, Values::Zero(3)), InvalidArgument);
}

TEST(CriticalPoints, TiltedDoubleWellInThePlane) {
  const Plane f([](double x, double y) { return std::pow(x * x - 1, 2) + .3 * x + y * y; },
                [](double x, double y, double* g) { g[0] = 4 * x * (x * x - 1) + .3, g[1] = 2 * y; });
  const Grid grid({Axis::uniform(-2, 2, 51), Axis::uniform(-2, 2, 50)});
  const auto points = critical_points(f, grid);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].index(), 0);
  EXPECT_EQ(points[1].index(), 0);
  EXPECT_EQ(points[2].index(), 1);
  EXPECT_LT(points[0].x(0), -1.0);
  for (const auto& p : points) {
    EXPECT_LT(std::abs(4 * p.x(0) * (p.x(0) * p.x(0) - 1) + .3), 1e-12);
    EXPECT_NEAR(p.hessian_eigenvalues.minCoeff(), std::min(2.0, 12 * p.x(0) * p.x(0) - 4), 1e-7);
  }
  const auto barrier = largest_barrier(f, grid);
  ASSERT_TRUE(barrier);
  EXPECT_NEAR(barrier->other.x(0), points[1].x(0), 1e-10);
  EXPECT_NEAR(barrier->height, points[2].value - points[1].value, 1e-10);
}

TEST(CriticalPoints, OneBasinHasNoBarrier) {
  const Line f([](double x) { return x * x; }, [](double x) { return 2 * x; });
  EXPECT_FALSE(largest_barrier(f, Grid({Axis::uniform(-2, 2, 40)})));
}

// exact/asymptotic = 1 - (3/16) s + O(s^2): a wrong prefactor or a single escape rate fails
TEST(EyringKramers, LeadingCorrectionOfTheDoubleWell) {
  const Line f = testing::double_well();
  const auto barrier = largest_barrier(f, Grid({Axis::uniform(-2, 2, 101)}));
  ASSERT_TRUE(barrier);
  EXPECT_NEAR(barrier->height, 1.0, 1e-12);
  EXPECT_NEAR(eyring_kramers(*barrier, Temperature(1)), 0.6624157265308156, 1e-8);  // (8/(2 pi)) sqrt 2 e^-1
  SpectralGapOptions options;
  options.modes = 1;
  for (const double s : {0.04, 0.02, 0.01}) {
    const Temperature tau = LearningRate(s).temperature();
    const auto gap = spectral_gap(f, tau, options);
    ASSERT_TRUE(gap.ok()) << gap.why();
    const double slope = (gap->gap.value() / eyring_kramers(*barrier, tau) - 1) / s;
    EXPECT_NEAR(slope, -3.0 / 16, 0.6 * s) << s;
  }
}

// a planted missed eigenvalue: the proof must refuse, and say how many there are
TEST(CountProof, CatchesAMissedEigenvalue) {
  const Plane f(
      [](double x, double y) { return std::pow(x * x + y * y - 1, 2); },
      [](double x, double y, double* g) { g[0] = 4 * x * (x * x + y * y - 1), g[1] = 4 * y * (x * x + y * y - 1); });
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-2, 2, 40), Axis::uniform(-2, 2, 40)});
  const auto line = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-2, 2, 200)});
  const Generator plane(f, grid, Temperature(0.25)), one(testing::double_well(), line, Temperature(0.25));
  for (const Generator* generator : {&plane, &one}) {
    const auto modes = lowest_modes(*generator, 4, Points(), Execution{});
    ASSERT_TRUE(modes.ok()) << modes.why();
    const CountProof whole = prove_count(*generator, modes->eigenvalues, modes->further_ritz);
    EXPECT_TRUE(whole.done) << whole.why_not;
    EXPECT_GE(whole.eigenvalues_below, 5);
    EXPECT_GT(whole.nearest_ritz_distance, 0);
    EXPECT_GT(whole.pivot_growth, 0);
    Values missed(3);
    missed << modes->eigenvalues(0), modes->eigenvalues(2), modes->eigenvalues(3);
    const CountProof proof = prove_count(*generator, missed, modes->further_ritz);
    EXPECT_FALSE(proof.done);
    EXPECT_NE(proof.why_not.find("were computed"), std::string::npos);
  }
}

TEST(Extrapolation, EvenExpansionAndOtherOrders) {
  const std::vector<double> n{1, 1.5, 2, 3, 4, 6};
  for (const double order : {2.0, 1.3, 3.0}) {
    std::vector<double> v;
    for (const double k : n) v.push_back(1 + std::pow(k * 8, -order) + 0.3 * std::pow(k * 8, -2 * order));
    const Extrapolation e = extrapolate(n, v);
    EXPECT_NEAR(e.observed_order, order, 0.1);
    EXPECT_LE(std::abs(e.value - 1), e.error_bound);
    EXPECT_LT(std::abs(e.value - 1), 0.1 * (v.back() - 1));
  }
  // differences that change sign have no order: no extrapolation, the last difference twice
  const Extrapolation e = extrapolate({1, 2, 4}, {1.0, 1.1, 1.05});
  EXPECT_EQ(e.value, 1.05);
  EXPECT_NEAR(e.error_bound, 0.1, 1e-15);
}

// A kink at a cell edge leaves h^3: the tableau in every power is within its bound and ten times nearer than that in
// h^2, h^4, ..., which the cube spoils.
TEST(Extrapolation, EveryPower) {
  const std::vector<double> n{1, 1.5, 2, 3, 4, 6};
  std::vector<double> v;
  for (const double k : n) {
    const double h = 1 / (8 * k);
    v.push_back(1 + h * h * (1 + 3 * h - 2 * h * h) / (1 + h));
  }
  const Extrapolation every = extrapolate(n, v, ErrorExpansion::all_powers), even = extrapolate(n, v);
  EXPECT_LE(std::abs(every.value - 1), every.error_bound);
  EXPECT_LT(std::abs(every.value - 1), 0.1 * std::abs(even.value - 1));
  EXPECT_LT(every.error_bound, 0.1 * even.error_bound);
}

// The bisection meets 3 itself, where the slope of abs is the mean of both sides: the kink used to be dropped, half
// of its jump being all that was left.
TEST(Kinks, FoundWhereTheSlopeIsTheMeanOfBothSides) {
  const Line f([](double x) { return 10 * std::abs(x - 3); },
               [](double x) { return x > 3   ? 10.0
                                     : x < 3 ? -10.0
                                             : 0.0; });
  for (const double end : {7.0, 8.0, 9.0, 4.05}) {
    const auto found = kinks(f, -2.5, end);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0], 3, 1e-12);
  }
}

TEST(Kinks, FoundExactlyAndOnlyWhereTheSlopeJumps) {
  const Line f([](double x) { return x * x + std::abs(x - .3) + std::max(0.0, x + 1); },
               [](double x) { return 2 * x + (x > .3 ? 1 : -1) + (x > -1 ? 1 : 0); });
  const auto found = kinks(f, -4, 4);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(found[0], -1, 1e-14);
  EXPECT_NEAR(found[1], .3, 1e-14);
  const Line steep([](double x) { return x * x + .1 * std::log(std::cosh(30 * x)); },
                   [](double x) { return 2 * x + 3 * std::tanh(30 * x); });
  EXPECT_TRUE(kinks(steep, -4, 4).empty());
}

TEST(GibbsBox, HoldsTheLevelSet) {
  const Temperature tau(0.1);
  const Line wide([](double x) { return std::pow((x - 3000) / 100, 2); }, [](double x) { return (x - 3000) / 5000; });
  const auto box = gibbs_box(wide, tau, 1e-16);
  ASSERT_TRUE(box.ok()) << box.why();
  const double reach = 100 * std::sqrt(0.1 * 16 * std::log(10.0));
  EXPECT_LE(box->lower(0), 3000 - reach);
  EXPECT_GE(box->upper(0), 3000 + reach);
  EXPECT_LE(box->upper(0) - box->lower(0), 2 * reach * 1.2);
  // a second well far outside the first box
  const Line far([](double x) { return std::min(x * x, (x - 40) * (x - 40)); },
                 [](double x) { return x < 20 ? 2 * x : 2 * (x - 40); });
  const auto both = gibbs_box(far, tau);
  ASSERT_TRUE(both.ok()) << both.why();
  EXPECT_GT(both->upper(0), 40);
}

}  // namespace
}  // namespace sgdlimits
