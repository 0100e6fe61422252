// The one-step operator against exact facts: Gaussian transitions, reflecting walls, polynomials.
#include "solvers/markov/one_step_operator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "solvers/markov/lagrange.hpp"
#include "support/chains.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;

constexpr double kTau = 0.7, kStep = 0.2;

LineFunction gaussian_weight(double variance) {
  return [variance](ValuesView x, ValuesOut w) { w = -x.square() / (4 * variance); };
}

std::shared_ptr<const Drift> harmonic() { return minus_gradient(std::make_shared<test::Harmonic>(1.0)); }

// Degree 11 on 12 nodes is exact, between nodes, on nodes and one-sided at walls. Fails for a wrong weight or shift.
TEST(LagrangeStencil, ReproducesPolynomials) {
  for (const bool walls : {false, true}) {
    const LineLattice lattice{-1, 2, 40, walls, walls};
    for (const double x : {-0.97, 0.0, 0.3333, 1.99, lattice.points()(17)}) {
      if (!walls && (x < -0.5 || x > 1.5)) continue;
      const LagrangeStencil stencil(lattice, x);
      double value = 0, sum = 0;
      for (Index j = 0; j < LagrangeStencil::kSize; ++j) {
        const double share = stencil.shares[static_cast<std::size_t>(j)];
        sum += share;
        value += share * std::pow(lattice.points()(stencil.first + j) - 0.4, 11);
      }
      EXPECT_NEAR(sum, 1, 1e-13);
      EXPECT_NEAR(value, std::pow(x - 0.4, 11), 1e-11);
    }
  }
}

// Euler-Maruyama on x^2/2: E X_1 = (1 - h) x, E X_1^2 = (1 - h)^2 x^2 + 2 tau h. Fails for a wrong rule or weight.
TEST(OneStepOperator, HasTheGaussianMomentsOfOneStep) {
  const auto scheme = euler_maruyama(harmonic(), Temperature(kTau), kStep);
  const OneStepOperator plain(*scheme, {-8, 8, 201});
  const OneStepOperator weighted(*scheme, {-8, 8, 201}, gaussian_weight(kTau));
  const double keep = 1 - kStep;
  for (const OneStepOperator* step : {&plain, &weighted}) {
    const Values x = step->nodes(), mean = step->after(1, x), square = step->after(1, x.square());
    for (const double at : {-2.1, 0.0, 0.77, 3.0}) {
      EXPECT_NEAR(step->at(at, mean), keep * at, 1e-12);
      EXPECT_NEAR(step->at(at, square), keep * keep * at * at + 2 * kTau * kStep, 1e-12);
    }
  }
}

// n steps: E X_n^2 = keep^2n x^2 + variance (1 - keep^2n). 1000 steps take the path by squaring, 7 the plain one.
TEST(OneStepOperator, PowersAreLaterTimes) {
  const OneStepOperator step(*euler_maruyama(harmonic(), Temperature(kTau), kStep), {-9, 9, 221});
  const double keep2 = (1 - kStep) * (1 - kStep), variance = 2 * kTau * kStep / (1 - keep2);
  for (const std::int64_t n : {0, 1, 7, 1000}) {
    const double decay = std::pow(keep2, static_cast<double>(n));
    EXPECT_NEAR(step.at(1.5, step.after(n, step.nodes().square())), decay * 2.25 + variance * (1 - decay), 1e-10)
        << n;
  }
}

struct HarmonicCase {
  const char* name;
  std::unique_ptr<Scheme> (*make)(double z);
  double (*variance)(double z);  ///< times a/tau
};

// Stationary variances and eigenvalues of schemes on a x^2/2 in closed form, a = 1, z = h. For linear schemes
// X' = r X + noise the eigenvalues are 1, r, r^2, ...
TEST(OneStepOperator, HasTheStationaryVarianceAndEigenvaluesOfLinearSchemes) {
  const std::vector<HarmonicCase> cases{
      {"euler", [](double z) { return euler_maruyama(harmonic(), Temperature(kTau), z); },
       [](double z) { return 1 / (1 - z / 2); }},
      {"heun", [](double z) { return heun(harmonic(), Temperature(kTau), z); },
       [](double z) { return (1 - z / 2) / (1 - z / 2 + z * z / 4); }},
      {"two gaussians",
       [](double z) -> std::unique_ptr<Scheme> {
         return std::make_unique<test::TwoGaussianEuler>(harmonic(), Temperature(kTau), z);
       },
       [](double z) { return 1 / (1 - z / 2); }}};
  for (const HarmonicCase& c : cases) {
    for (const double z : {0.5, 0.1}) {
      const double sd = std::sqrt(kTau * c.variance(z));
      const OneStepOperator step(*c.make(z), {-9 * sd, 9 * sd, 144}, gaussian_weight(kTau));
      const SchemeStationaryLaw law = step.stationary_law();
      const double contraction = std::string(c.name) == "heun" ? 1 - z + z * z / 2 : 1 - z;
      EXPECT_NEAR((law.weights * step.nodes().square()).sum() / kTau, c.variance(z), 1e-11) << c.name << z;
      EXPECT_NEAR(law.kept, 1, 1e-12) << c.name;
      EXPECT_NEAR(law.second, contraction, 1e-12) << c.name;
    }
  }
}

// Folded free motion on [l, u]: cos(pi (x - l)/(u - l)) is an eigenfunction with exp(-tau h (pi/(u - l))^2), and the
// uniform law is invariant. Fails if walls lose mass or the one-sided stencils do not resolve them.
TEST(OneStepOperator, KeepsTheUniformLawBetweenWalls) {
  const Box box{Eigen::ArrayXd::Constant(1, -1.0), Eigen::ArrayXd::Constant(1, 2.0)};
  const auto free = minus_gradient(std::make_shared<test::Harmonic>(0.0, 1, box));
  const OneStepOperator step(*euler_maruyama(free, Temperature(kTau), kStep), {-1, 2, 200, true, true});
  const SchemeStationaryLaw law = step.stationary_law();
  EXPECT_NEAR(law.kept, 1, 1e-12);
  EXPECT_NEAR(law.second, std::exp(-kTau * kStep * std::pow(std::numbers::pi / 3, 2)), 1e-6);
  EXPECT_NEAR((law.weights * step.nodes()).sum(), 0.5, 1e-6);
  EXPECT_NEAR((law.weights * step.nodes().square()).sum(), 1, 1e-6);
}

// A path that leaves is lost: free motion started at the middle of (-1, 1) is inside after a step with probability
// erf(1/sqrt(4 tau h)). Fails if steps outside are held or folded.
TEST(OneStepOperator, LosesWhatLeavesAFreeEnd) {
  const auto free = minus_gradient(std::make_shared<test::Harmonic>(0.0));
  const OneStepOperator step(*euler_maruyama(free, Temperature(kTau), kStep), {-1, 1, 401});
  EXPECT_NEAR(step.at(0, step.after(1, Values::Ones(401))), std::erf(1 / std::sqrt(4 * kTau * kStep)), 1e-2);
  EXPECT_LT(step.stationary_law().kept, 0.9);
}

TEST(OneStepOperator, RefusesWhatIsNoFunctionOfTheGaussiansOfOneStep) {
  const LineLattice lattice{-3, 3, 96};
  const auto sum = std::make_shared<test::RandomCurvature>(Values::Ones(3));
  EXPECT_THROW(OneStepOperator(*mini_batch_sgd(sum, LearningRate(0.1), 1, Replacement::with), lattice),
               InvalidArgument);
  EXPECT_THROW(OneStepOperator(test::HiddenDraw(harmonic(), Temperature(1), 0.1), lattice), InvalidArgument);
  const auto plane = minus_gradient(std::make_shared<test::Rippled>());
  EXPECT_THROW(OneStepOperator(*heun(plane, Temperature(1), 0.1), lattice), InvalidArgument);
  const auto scheme = heun(harmonic(), Temperature(1), 0.1);
  EXPECT_THROW(OneStepOperator(*scheme, {-3, 3, 10}), InvalidArgument);
  EXPECT_THROW(OneStepOperator(*scheme, {3, -3, 96}), InvalidArgument);
  const OneStepOperator step(*scheme, lattice);
  EXPECT_THROW(step.after(-1, step.nodes()), InvalidArgument);
  EXPECT_THROW(step.after(1, Values::Ones(5)), InvalidArgument);
  EXPECT_THROW(step.at(3.1, step.nodes()), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
