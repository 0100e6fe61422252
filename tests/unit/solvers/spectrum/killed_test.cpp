// Rates of leaving a set: closed forms, exact facts of the chain, relative accuracy of tiny rates.
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "core/errors.hpp"
#include "solvers/spectrum/killed_rate.hpp"
#include "solvers/spectrum/offset_extrapolation.hpp"
#include "support/random_generators.hpp"
#include "support/spectral_potentials.hpp"

namespace sgdlimits {
namespace {

using testing::interval;
using testing::Line;
using testing::Plane;
using Mask = Eigen::Array<bool, Eigen::Dynamic, 1>;

/// Flat in d dimensions.
class Flat : public Potential {
 public:
  explicit Flat(Index dimension) : dimension_(dimension) {}
  Index dimension() const override { return dimension_; }
  void value(PointsView, ValuesOut f, Scratch&) const override { f.setZero(); }
  void gradient(PointsView, PointsOut g, Scratch&) const override { g.setZero(); }

 private:
  Index dimension_;
};

Line parabola(double a) {
  return {[a](double x) { return 0.5 * a * x * x; }, [a](double x) { return a * x; }};
}

/// phi = c - n.x
LevelFunction half_space(Eigen::VectorXd n, double c) {
  return [n, c](PointsView x, ValuesOut phi) { phi = c - (x.matrix() * n).array(); };
}

LevelFunction ball(double radius) {
  return [radius](PointsView x, ValuesOut phi) { phi = radius * radius - x.square().rowwise().sum(); };
}

Eigen::VectorXd point(std::initializer_list<double> x) {
  return Eigen::Map<const Eigen::VectorXd>(x.begin(), static_cast<Index>(x.size()));
}

/// The lowest rate of leaving r < radius in the plane, f depending on r alone: the generator in r with weight
/// r exp(-f/tau), rates at cell faces, killed half a cell beyond the last centre; inverse iteration; extrapolated
/// from 2000 and 4000 cells.
double radial_rate(const std::function<double(double)>& f, double tau, double radius) {
  const auto on = [&](Index n) {
    const double h = radius / static_cast<double>(n);
    const Values faces = Values::LinSpaced(n, h, radius), centres = faces - h / 2;
    const auto gibbs = [&](double r) { return r * std::exp(-f(r) / tau); };
    const Values weight = centres.unaryExpr(gibbs);
    Values flux = faces.unaryExpr(gibbs) * tau / (h * h), u = Values::Ones(n), next(n);
    flux(n - 1) *= 2;
    double rate = 0;
    for (int iteration = 0; iteration < 60; ++iteration) {
      // flux_i (next_i - next_{i+1}) = sum of weight u up to i; next = 0 beyond the boundary
      double sum = 0;
      for (Index i = 0; i < n; ++i) {
        sum += weight(i) * u(i);
        next(i) = sum / flux(i);
      }
      for (Index i = n - 2; i >= 0; --i) next(i) += next(i + 1);
      rate = u(0) / next(0);
      u = next * rate;
    }
    return rate;
  };
  return (4 * on(4000) - on(2000)) / 3;
}

/// Within the bound, which is at most `tolerance` relative.
void expect_rate(const Result<DirichletEigenvalue>& found, double truth, double tolerance) {
  ASSERT_TRUE(found.ok()) << found.why();
  const Measurement& rate = found->rate;
  EXPECT_LE(std::abs(rate.value() - truth), rate.discretisation_bound()) << rate.value() << " " << rate.how();
  EXPECT_LE(rate.discretisation_bound(), tolerance * truth) << rate.how();
}

DirichletOptions within(double tolerance, std::optional<Box> box = std::nullopt) {
  DirichletOptions options;
  options.tolerance = tolerance;
  options.box = std::move(box);
  return options;
}

Box cube(Index dimension, double lower, double upper) {
  return {Eigen::ArrayXd::Constant(dimension, lower), Eigen::ArrayXd::Constant(dimension, upper)};
}

// f = a x^2/2 killed at 0: the lowest odd Hermite function, rate exactly a at any temperature, and the
// quasi-stationary density |x| exp(-a x^2/(2 tau)) a/tau. A boundary misplaced by a cell, or u for rho, fails.
TEST(DirichletEigenvalue, OrnsteinUhlenbeckKilledAtItsMean) {
  const double tau = 0.7;
  for (const double a : {0.3, 1.0, 7.0}) {
    const Line f = parabola(a);
    const auto found =
        principal_dirichlet_eigenvalue(f, Temperature(tau), half_space(point({1}), 0), point({-0.5}), within(1e-8));
    expect_rate(found, a, 1e-8);
    const Density& rho = *found->quasi_stationary;
    const Values x = rho.grid().centers().col(0);
    const Values exact = -x * (-a * x.square() / (2 * tau)).exp() * (a / tau);
    EXPECT_LE(((rho.averages() - exact).abs() * rho.grid().volumes()).sum(), 1e-4);
    // the next odd eigenvalue is 3 a
    EXPECT_NEAR(found->finest.next_rate, 3 * a, 0.03 * a);
  }
}

// One reflecting, one killed end: a quarter wave. A boundary at a centre instead of at its place fails.
TEST(DirichletEigenvalue, FlatBoxWithOneKilledEnd) {
  const double tau = 0.3, length = 2.7, wave = std::numbers::pi / (2 * length);
  expect_rate(principal_dirichlet_eigenvalue(Flat(1), Temperature(tau), half_space(point({1}), length - 1),
                                             point({0.2}), within(1e-8, interval(-1, 5))),
              tau * wave * wave, 1e-8);
  // both ends killed
  const LevelFunction both = [](PointsView x, ValuesOut phi) { phi = 0.49 - (x.col(0) - 0.2).square(); };
  const double half_wave = std::numbers::pi / 1.4;
  expect_rate(
      principal_dirichlet_eigenvalue(Flat(1), Temperature(tau), both, point({0.2}), within(1e-8, interval(-1, 5))),
      tau * half_wave * half_wave, 1e-8);
}

// Half planes through the mean of an isotropic process, along the axes and across the grid: rate exactly 1. Rates to
// dead centres without the sub-cell boundary are several per cent off.
TEST(DirichletEigenvalue, HalfPlaneThroughTheMeanOfAnOrnsteinUhlenbeckProcess) {
  const Plane f([](double x, double y) { return 0.5 * (x * x + y * y); },
                [](double x, double y, double* g) { g[0] = x, g[1] = y; });
  for (const double angle : {0.0, 0.3, 0.785398, 1.2}) {
    const Eigen::VectorXd normal = point({std::cos(angle), std::sin(angle)});
    expect_rate(principal_dirichlet_eigenvalue(f, Temperature(0.5), half_space(normal, 0), -normal, within(2e-3)), 1,
                2e-3);
  }
}

// The bound against the truth where it is known: half planes across the grid, the disc in boxes that lie differently,
// the octant of the ball, and a radial double well f = 2 (r^2 - 1)^2 in the disc of radius 1.4, against the same
// equation in r. In each the bound holds the truth.
TEST(DirichletEigenvalue, BoundsInThePlaneAndInSpaceHoldTheTruth) {
  const Plane ou([](double x, double y) { return 0.5 * (x * x + y * y); },
                 [](double x, double y, double* g) { g[0] = x, g[1] = y; });
  for (const double angle : {0.0, 0.2, 0.6, 1.0, 1.4}) {
    const Eigen::VectorXd normal = point({std::cos(angle), std::sin(angle)});
    expect_rate(principal_dirichlet_eigenvalue(ou, Temperature(0.5), half_space(normal, 0), -normal, within(1e-3)), 1,
                1e-3);
  }
  const double bessel_zero = 2.404825557695773, tau = 0.4;
  for (const Box& box : {cube(2, -1.3, 1.5), cube(2, 0, 1.7), cube(2, -5, 4)})
    expect_rate(
        principal_dirichlet_eigenvalue(Flat(2), Temperature(tau), ball(1), point({0.1, 0.2}), within(1e-4, box)),
        tau * bessel_zero * bessel_zero, 1e-4);
  expect_rate(principal_dirichlet_eigenvalue(Flat(3), Temperature(tau), ball(1), point({0.1, 0.2, 0.3}),
                                             within(2e-3, cube(3, 0, 1.7))),
              tau * std::numbers::pi * std::numbers::pi, 2e-3);
  const Plane well([](double x, double y) { return 2 * std::pow(x * x + y * y - 1, 2); },
                   [](double x, double y, double* g) {
                     const double slope = 8 * (x * x + y * y - 1);
                     g[0] = slope * x, g[1] = slope * y;
                   });
  expect_rate(
      principal_dirichlet_eigenvalue(well, Temperature(tau), ball(1.4), point({1, 0}), within(1e-3, cube(2, -2, 2))),
      radial_rate([](double r) { return 2 * std::pow(r * r - 1, 2); }, tau, 1.4), 1e-3);
}

// Exact, with a bound of rounding, on the powers it knows; with scatter of the third order and a fourth power the
// bound holds the limit in all of 300 repetitions, and is no more than 30 times the error in the median. Fails if
// weights, degrees or the fourth power are wrong; the larger of the two parts alone does not hold it.
TEST(OffsetExtrapolation, HoldsTheLimitOfScatteredSequences) {
  std::mt19937_64 random(5);
  const auto values = [&](double scatter) {
    std::vector<GridValue> v;
    for (const double factor : {1.0, 1.5, 2.0, 3.0})
      for (int k = 0; k < 4; ++k) {
        const double h = 0.3 / factor, xi = std::uniform_real_distribution<>(-1, 1)(random);
        v.push_back({h, 2 + 0.7 * h * h - 1.1 * h * h * h + scatter * (xi + 0.5 * h) * h * h * h});
      }
    return v;
  };
  const OffsetExtrapolation exact = extrapolate_offsets(values(0));
  EXPECT_NEAR(exact.value, 2, 1e-13);
  EXPECT_LE(exact.error_bound, 1e-12);
  std::vector<double> ratios;
  for (int repetition = 0; repetition < 300; ++repetition) {
    const OffsetExtrapolation e = extrapolate_offsets(values(0.5));
    EXPECT_LE(std::abs(e.value - 2), e.error_bound);
    ratios.push_back(e.error_bound / std::abs(e.value - 2));
  }
  std::nth_element(ratios.begin(), ratios.begin() + 150, ratios.end());
  EXPECT_LE(ratios[150], 30);
  EXPECT_THROW(extrapolate_offsets({{1, 1}, {1, 1}, {1, 1}, {0.5, 1}, {0.5, 1}, {0.5, 1}}), InvalidArgument);
}

// Mean exit time of Brownian motion from the unit disc, (1 - r^2)/(4 tau): errors at R/h = 36 and 73 below h^2, which
// a boundary of cell faces, of first order, misses by far.
TEST(KilledGenerator, MeanExitTimeFromTheDiscIsOfSecondOrder) {
  const auto error = [](Index n) {
    const double tau = 0.4, h = 2.2 / static_cast<double>(n), u = 0.37;
    const auto grid =
        std::make_shared<Grid>(std::vector<Axis>(2, Axis::uniform(-1.1 - u * h, 1.1 + (1 - u) * h, n + 1)));
    const Points x = grid->centers();
    Index centre = 0;
    x.square().rowwise().sum().minCoeff(&centre);
    const Generator generator(Values::Zero(grid->size()), grid, Temperature(tau));
    const KilledGenerator killed = killed_on_level_set(generator, Flat(2), ball(1), centre);
    Values mass = Values::Zero(grid->size());
    mass(centre) = 1;
    DissectionFactor(*grid, killed.rates).solve(mass.data());
    return killed.alive.select(mass, 0.0).sum() * 4 * tau / (1 - x.row(centre).square().sum()) - 1;
  };
  for (const Index n : {80, 160}) EXPECT_LT(std::abs(error(n)), std::pow(2.2 / static_cast<double>(n), 2));
}

// Killed in x alone: the y direction, a double well, must not matter.
TEST(DirichletEigenvalue, ProductKilledInOneCoordinate) {
  const Plane f([](double x, double y) { return x * x + std::pow(y * y - 1, 2); },
                [](double x, double y, double* g) { g[0] = 2 * x, g[1] = 4 * y * (y * y - 1); });
  expect_rate(principal_dirichlet_eigenvalue(f, Temperature(0.5), half_space(point({-1, 0}), 0), point({0.6, 1}),
                                             within(2e-3)),
              2, 2e-3);
}

// Zeros of Bessel functions, on the whole disc and on a quadrant and an octant with reflecting walls.
TEST(DirichletEigenvalue, DiscAndBallWithReflectingWalls) {
  const double bessel_zero = 2.404825557695773, tau = 0.4;
  for (const Box& box : {cube(2, -1.3, 1.5), cube(2, 0, 1.7)})
    expect_rate(
        principal_dirichlet_eigenvalue(Flat(2), Temperature(tau), ball(1), point({0.1, 0.2}), within(1e-3, box)),
        tau * bessel_zero * bessel_zero, 1e-3);
  expect_rate(principal_dirichlet_eigenvalue(Flat(3), Temperature(tau), ball(1), point({0.1, 0.2, 0.3}),
                                             within(1e-2, cube(3, 0, 1.7))),
              tau * std::numbers::pi * std::numbers::pi, 1e-2);
}

/// E T of leaving (-inf, b) from a: (1/tau) int_a^b exp(f(y)/tau) int_-inf^y exp(-f(z)/tau) dz dy, trapezoid rule.
double mean_first_passage(const Line::Function& f, double tau, double a, double b) {
  constexpr int n = 200000;
  const double low = -2.5, h = (b - low) / n;
  double inner = 0, outer = 0, before = 0;
  for (int i = 0; i <= n; ++i) {
    const double y = low + i * h, weight = std::exp(-f(y) / tau);
    if (i > 0) inner += 0.5 * h * (before + weight);
    before = weight;
    if (y >= a) outer += (i == n || y < a + h ? 0.5 : 1.0) * h * inner / weight;
  }
  return outer / tau;
}

// 1/rate is the mean of E_x T over the quasi-stationary law, hence E_a T up to the time of relaxing inside the well:
// relative O(rate). Down to 1e-7: what loses digits to subtraction fails.
TEST(DirichletEigenvalue, MeanFirstPassageOverAHighBarrier) {
  const auto f = [](double x) { return std::pow(x * x - 1, 2) - 0.1 * x; };
  const Line line(f, [](double x) { return 4 * x * (x * x - 1) - 0.1; });
  for (const double tau : {0.12, 0.08, 0.06}) {
    const double mean = mean_first_passage(f, tau, -1, 0.5);
    const auto found = principal_dirichlet_eigenvalue(line, Temperature(tau), half_space(point({1}), 0.5),
                                                      point({-1}), within(1e-7));
    ASSERT_TRUE(found.ok()) << found.why();
    EXPECT_NEAR(found->rate.value() * mean, 1, 1e-6 + 2 * found->rate.value());
    EXPECT_LT(found->rate.value(), tau == 0.06 ? 1e-6 : 1);
  }
}

// A product grid killed in x alone has exactly the rate of its x factor: barriers of 60 tau in two dimensions, where
// a symmetric eigen-solver would lose every digit.
TEST(KilledGenerator, TinyRatesOfProductsAreRelativelyAccurate) {
  const auto line = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1.6, 1.7, 40)});
  const auto plane =
      std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1.6, 1.7, 40), Axis::uniform(-2, 2.2, 31)});
  const auto fx = [](const Values& x) { return Values(60 * (x.square() - 1).square() - 2 * x); };
  const Points x1 = line->centers(), x2 = plane->centers();
  const Generator one(fx(x1.col(0)), line, Temperature(1));
  const Generator two(fx(x2.col(0)) + 3 * x2.col(1).square() + x2.col(1).sin(), plane, Temperature(1));
  const auto a = quasi_stationary_state(killed_on_cells(one, x1.col(0) < 0.4));
  const auto b = quasi_stationary_state(killed_on_cells(two, x2.col(0) < 0.4));
  ASSERT_TRUE(a.ok() && b.ok()) << a.why() << b.why();
  EXPECT_LT(a->rate, 1e-20);
  EXPECT_NEAR(b->rate / a->rate, 1, 1e-11);
}

/// -L of the killed chain on its living cells.
Eigen::MatrixXd dense(const Generator& generator, const Mask& alive) {
  const Eigen::MatrixXd all = Eigen::MatrixXd(generator.symmetrised_matrix());
  std::vector<Index> kept;
  for (Index i = 0; i < alive.size(); ++i)
    if (alive(i)) kept.push_back(i);
  return all(kept, kept);
}

// Against a dense symmetric solver, on random potentials and random connected sets; the enclosure holds the rate; a
// larger set to live in has a smaller rate (strictly, by more than rounding).
TEST(KilledGenerator, RandomSetsAgainstDenseAndMonotone) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20; ++i) {
    const auto grid = test::random_grid(2, 12, i % 2 == 1, random);
    const auto generator = test::random_generator(grid, 5, random);
    const Points x = grid->centers();
    const double radius = std::uniform_real_distribution<>(0.4, 0.9)(random);
    const Mask small = x.square().rowwise().sum().sqrt() < radius;
    const Mask large = small || (x.col(0).abs() < 0.95 && x.col(1) > -0.1 && x.col(1) < radius);
    const auto a = quasi_stationary_state(killed_on_cells(*generator, small));
    const auto b = quasi_stationary_state(killed_on_cells(*generator, large));
    ASSERT_TRUE(a.ok() && b.ok()) << a.why() << b.why();
    const Eigen::MatrixXd h = dense(*generator, small);
    const double truth = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(h, Eigen::EigenvaluesOnly).eigenvalues()(0);
    EXPECT_NEAR(a->rate, truth, 1e-10 * truth + 1e-14 * h.norm());
    EXPECT_LE(a->lower, a->rate * (1 + 1e-11));
    EXPECT_GE(a->upper, a->rate * (1 - 1e-11));
    EXPECT_LT(b->rate, a->rate * (1 - 1e-6));
    EXPECT_NEAR(a->mass.sum(), 1, 1e-13);
    EXPECT_GE(a->mass.minCoeff(), 0);
  }
}

// Level sets on random potentials: moved outwards by a little, the rate falls.
TEST(KilledGenerator, LevelSetsAreMonotone) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 5; ++i) {
    const double a = std::uniform_real_distribution<>(-1, 1)(random),
                 b = std::uniform_real_distribution<>(1, 4)(random);
    const Plane f([=](double x, double y) { return x * x + y * y + std::sin(b * x + a) * std::cos(b * y - a * x); },
                  [](double, double, double* g) { g[0] = g[1] = 0; });
    double before = 1e300;
    for (const double radius : {0.8, 0.81, 0.9, 1.0, 1.2}) {
      const auto found = principal_dirichlet_eigenvalue(f, Temperature(0.3), ball(radius), point({0.1, 0}),
                                                        within(2e-3, cube(2, -1.5, 1.5)));
      ASSERT_TRUE(found.ok()) << found.why();
      EXPECT_LT(found->rate.value(), before);
      before = found->rate.value();
    }
  }
}

TEST(DirichletEigenvalue, OutcomesAndMistakes) {
  const Line f = parabola(1);
  const Temperature tau(1);
  EXPECT_THROW((void)principal_dirichlet_eigenvalue(f, tau, half_space(point({1}), 0), point({0.5})),
               InvalidArgument);
  EXPECT_THROW((void)principal_dirichlet_eigenvalue(f, tau, half_space(point({1}), 0), point({-1, 0})),
               InvalidArgument);
  EXPECT_THROW((void)principal_dirichlet_eigenvalue(f, tau, half_space(point({1}), 0), point({-1}), within(0)),
               InvalidArgument);
  EXPECT_EQ(principal_dirichlet_eigenvalue(f, tau, half_space(point({1}), 100), point({0})).status(),
            Status::out_of_reach);
  EXPECT_EQ(principal_dirichlet_eigenvalue(Flat(4), tau, ball(1), point({0, 0, 0, 0})).status(),
            Status::out_of_reach);
  // parts that no start leads to do not count: the half line on the other side has a smaller rate
  const LevelFunction two = [](PointsView x, ValuesOut phi) { phi = (x.col(0) - 1) * (x.col(0) - 2); };
  const auto right = principal_dirichlet_eigenvalue(f, tau, two, point({3}), within(1e-6));
  const auto left = principal_dirichlet_eigenvalue(f, tau, two, point({-3}), within(1e-6));
  ASSERT_TRUE(left.ok() && right.ok());
  EXPECT_GT(right->rate.value(), 2 * left->rate.value());
}

}  // namespace
}  // namespace sgdlimits
