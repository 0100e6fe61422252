// Means at a finite time on lattices, of schemes and of equations, against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "solvers/markov/finite_time_means.hpp"
#include "solvers/markov/kolmogorov_means.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/underdamped.hpp"
#include "support/chains.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr double kTau = 0.7;

LatticeWeight gaussian(double variance) {
  return {[variance](PointsView x, ValuesOut w, Scratch&) { w = -x.square().rowwise().sum() / (4 * variance); },
          [variance](PointsView x, PointsOut g, Scratch&) { g = -x / (2 * variance); }};
}

Points powers(PointsView x) {
  Points h(x.rows(), 2);
  h << x.col(0), x.col(0).square();
  return h;
}

Points at(double x) { return Points::Constant(1, 1, x); }

// dX = -X dt + sqrt(2 tau) dB: E X = e^{-T} x, E X^2 = e^{-2T} x^2 + tau (1 - e^{-2T}). Fails for a wrong derivative,
// conjugation or series; rounding is amplified by the weight.
TEST(KolmogorovMeans, OfOrnsteinUhlenbeck) {
  const BackwardEquation equation{[](PointsView x, PointsOut b, Scratch&) { b = -x; },
                                  [](PointsView, PointsOut a, Scratch&) { a.setConstant(2 * kTau); }};
  const Lattice lattice({{-8, 8, 120}}, gaussian(kTau));
  for (const double x : {0.0, 0.77, -1.9}) {
    const Values means = kolmogorov_means(equation, lattice, at(x), 0.8, powers);
    EXPECT_NEAR(means(0), std::exp(-0.8) * x, 1e-9);
    EXPECT_NEAR(means(1), std::exp(-1.6) * x * x + kTau * (1 - std::exp(-1.6)), 1e-9);
  }
}

// Brownian motion with drift on the circle: E cos(X_T) = e^{-T/2} cos(x + b T), odd and even numbers of nodes.
TEST(KolmogorovMeans, OnTheCircle) {
  const BackwardEquation equation{[](PointsView, PointsOut b, Scratch&) { b.setConstant(0.4); },
                                  [](PointsView, PointsOut a, Scratch&) { a.setOnes(); }};
  const auto cosine = [](PointsView x) -> Points { return x.cos(); };
  for (const Index nodes : {31, 32}) {
    const Lattice lattice({{0, 2 * std::numbers::pi, nodes, true}});
    const double mean = kolmogorov_means(equation, lattice, at(0.7), 1.3, cosine)(0);
    EXPECT_NEAR(mean, std::exp(-0.65) * std::cos(0.7 + 0.52), 1e-13) << nodes;
  }
}

/// Mean and second moment matrix of the linear equation dz = M z dt + noise of covariance Q, from z, by Taylor
/// series.
struct Moments {
  Eigen::Vector2d mean;
  Eigen::Matrix2d second;
};
Moments linear_moments(const Eigen::Matrix2d& m, const Eigen::Matrix2d& q, const Eigen::Vector2d& z, double t) {
  Moments moments{z, z * z.transpose()};
  Eigen::Vector2d term = z;
  Eigen::Matrix2d second = moments.second;
  for (int k = 1; k < 60; ++k) {
    term = (m * term * (t / k)).eval();
    second = ((m * second + second * m.transpose() + (k == 1 ? q : Eigen::Matrix2d::Zero())) * (t / k)).eval();
    moments.mean += term;
    moments.second += second;
  }
  return moments;
}

Points moments_of_plane(PointsView x) {
  Points h(x.rows(), 5);
  h << x, x.col(0).square(), x.col(1).square(), x.col(0) * x.col(1);
  return h;
}

/// Underdamped motion in k q^2/2, m = 1: covariance tau of position (k = 1) and momentum.
Lattice phase_space() { return Lattice({{-8, 8, 80}, {-8, 8, 72}}, gaussian(kTau)); }

TEST(KolmogorovMeans, OfUnderdampedMotionInAHarmonicWell) {
  const double friction = 1.2;
  const BackwardEquation equation{[=](PointsView x, PointsOut b, Scratch&) {
                                    b.col(0) = x.col(1);
                                    b.col(1) = -x.col(0) - friction * x.col(1);
                                  },
                                  [=](PointsView, PointsOut a, Scratch&) {
                                    a.setZero();
                                    a.col(3).setConstant(2 * friction * kTau);
                                  }};
  Eigen::Matrix2d m, q;
  m << 0, 1, -1, -friction;
  q << 0, 0, 0, 2 * friction * kTau;
  const Moments exact = linear_moments(m, q, {0.6, -0.4}, 0.9);
  const Points start = (Points(1, 2) << 0.6, -0.4).finished();
  const Values means = kolmogorov_means(equation, phase_space(), start, 0.9, moments_of_plane);
  EXPECT_NEAR(means(0), exact.mean(0), 1e-9);
  EXPECT_NEAR(means(1), exact.mean(1), 1e-9);
  EXPECT_NEAR(means(2), exact.second(0, 0), 1e-9);
  EXPECT_NEAR(means(3), exact.second(1, 1), 1e-9);
  EXPECT_NEAR(means(4), exact.second(0, 1), 1e-9);
}

std::shared_ptr<const Potential> harmonic() { return std::make_shared<test::Harmonic>(1.0); }

// Schemes on x^2/2: linear maps with Gaussian noise, so both moments are those of their recursion.
TEST(FiniteTimeMeans, OfLinearSchemes) {
  const auto problem = OverdampedProblem::of(harmonic(), Temperature(kTau));
  const Lattice lattice({{-8, 8, 200}}, gaussian(kTau));
  const double h = 0.1, x = 0.8;
  const auto expect = [&](const Scheme& scheme, double keep, double variance) {
    double mean = x, square = x * x;
    for (int k = 0; k < 7; ++k) {
      mean *= keep;
      square = keep * keep * square + variance;
    }
    const Values means = FiniteTimeMeans(scheme, lattice).means(at(x), 7, powers);
    EXPECT_NEAR(means(0), mean, 1e-9) << scheme.name();
    EXPECT_NEAR(means(1), square, 1e-9) << scheme.name();
  };
  expect(*make_scheme("euler-maruyama", problem, h), 1 - h, 2 * kTau * h);
  expect(*make_scheme("heun", problem, h), 1 - h + h * h / 2, 2 * kTau * h * (1 - h / 2) * (1 - h / 2));
  expect(*make_scheme("exponential-euler", problem, h), std::exp(-h), kTau * (1 - std::exp(-2 * h)));
}

// Leimkuhler-Matthews by its Markov form: X_1 = (1 - h) x + sqrt(2 tau h)(g + g')/2, so var X_1 = tau h.
TEST(FiniteTimeMeans, SeesTheFormOfAChain) {
  const auto problem = OverdampedProblem::of(harmonic(), Temperature(kTau));
  const Lattice lattice({{-8, 8, 200}}, gaussian(kTau));
  const MarkovForm form = markov_form("leimkuhler-matthews", problem, 0.1);
  const Values means = FiniteTimeMeans(*form.chain, lattice, {form.smoothing}).means(at(0.8), 1, powers);
  EXPECT_NEAR(means(0), 0.72, 1e-10);
  EXPECT_NEAR(means(1), 0.72 * 0.72 + 0.1 * kTau, 1e-10);
}

// A step of a splitting in a harmonic well: q and p are linear in (q, p, g); one and two Gaussians a step.
TEST(FiniteTimeMeans, OfSplittingsInAHarmonicWell) {
  const UnderdampedProblem motion = UnderdampedProblem::of(harmonic(), Temperature(kTau), 1.2, 1);
  for (const std::string name : {"baoab", "obabo"}) {
    const auto scheme = underdamped_scheme(name, motion, 0.25);
    const Points start = (Points(1, 2) << 0.6, -0.4).finished();
    // the linear map, column by column, from the scheme's own step
    Points x = Points::Zero(8, 2), g = Points::Zero(8, scheme->normals_per_step());
    x(0, 0) = x(1, 1) = 1;
    for (Index j = 0; j < g.cols(); ++j) g(2 + j, j) = 1;
    Scratch scratch;
    PathBlock block{{x.data(), 8, 2}, {g.data(), 8, g.cols()}, 0, 0, scratch};
    scheme->advance(block, 0, Noise(1, scheme->stream()));
    const Eigen::Matrix2d map = x.topRows(2).transpose().matrix();
    const Eigen::MatrixXd spread = x.middleRows(2, g.cols()).transpose().matrix();
    Eigen::Vector2d mean(0.6, -0.4);
    Eigen::Matrix2d second = mean * mean.transpose();
    for (int k = 0; k < 4; ++k) {
      mean = (map * mean).eval();
      second = (map * second * map.transpose() + spread * spread.transpose()).eval();
    }
    const Values means =
        FiniteTimeMeans(*scheme, phase_space(), {}, Execution::with_threads(2)).means(start, 4, moments_of_plane);
    EXPECT_NEAR(means(0), mean(0), 1e-7) << name;
    EXPECT_NEAR(means(1), mean(1), 1e-7) << name;
    EXPECT_NEAR(means(2), second(0, 0), 1e-7) << name;
    EXPECT_NEAR(means(3), second(1, 1), 1e-7) << name;
    EXPECT_NEAR(means(4), second(0, 1), 1e-7) << name;
  }
}

// Stationary moments in a harmonic well are the closed forms of the catalogue (which hold the discrete Lyapunov
// equation to 1e-12 in underdamped_test.cpp), one and two Gaussians a step. Fails for a wrong equation of the left
// eigenvector, its normalisation, or a law of the wrong step.
TEST(FiniteTimeMeans, StationaryLawOfSplittingsInAHarmonicWell) {
  const UnderdampedProblem motion = UnderdampedProblem::of(harmonic(), Temperature(kTau), 1.2, 1);
  for (const std::string name : {"baoab", "oabao"}) {
    const auto scheme = underdamped_scheme(name, motion, 0.5);
    const HarmonicVariances exact = find_underdamped(name)->harmonic_variances(0.5);
    const Result<Values> means = FiniteTimeMeans(*scheme, phase_space()).stationary_means(moments_of_plane);
    ASSERT_TRUE(means.ok()) << means.why();
    EXPECT_NEAR(means.value()(0), 0, 1e-7) << name;
    EXPECT_NEAR(means.value()(1), 0, 1e-7) << name;
    EXPECT_NEAR(means.value()(2), kTau * exact.position, 1e-7) << name;
    EXPECT_NEAR(means.value()(3), kTau * exact.momentum, 1e-7) << name;
    EXPECT_LT(means.report().counters.at("exit_rate"), 1e-7);
  }
}

TEST(FiniteTimeMeans, RefusesWhatItCannotExamine) {
  const auto drift = test::minus_gradient(harmonic());
  const Lattice line({{-8, 8, 40}}, gaussian(kTau)), plane({{-8, 8, 24}, {-8, 8, 24}}, gaussian(kTau));
  EXPECT_THROW(FiniteTimeMeans(*heun(drift, Temperature(kTau), 0.1), plane), InvalidArgument);
  EXPECT_THROW(FiniteTimeMeans(test::HiddenDraw(drift, Temperature(kTau), 0.1), line), InvalidArgument);
  EXPECT_THROW(Lattice({{1, -1, 40}}), InvalidArgument);
  EXPECT_THROW(Lattice({{-1, 1, 12}}), InvalidArgument);
  EXPECT_THROW(Lattice({}), InvalidArgument);
  const FiniteTimeMeans means(*heun(drift, Temperature(kTau), 0.1), line);
  EXPECT_THROW(means.means(at(0), 0, powers), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
