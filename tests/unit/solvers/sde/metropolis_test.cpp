// MALA and Hamiltonian Monte Carlo: the acceptance is its formula, and leaves exp(-f/tau)/Z alone.
#include "solvers/sde/metropolis.hpp"

#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr double kTau = 0.5;

Points normals(Index rows, Index columns, std::int64_t index) {
  Points g(rows, columns);
  Noise(3, Stream::test).normals(0, index, g);
  return g;
}

Values acceptance(const MetropolisScheme& scheme, Points x, const Points& g) {
  Scratch scratch;
  PathBlock block{{x.data(), x.rows(), x.cols()}, {g.data(), g.rows(), g.cols()}, 0, 0.0, scratch};
  Values probability(x.rows());
  scheme.acceptance(block, probability);
  return probability;
}

// min(1, mu(y) q(y, x)/(mu(x) q(x, y))), q the density of an Euler step, written out. Fails for a wrong sign, a
// missing half, or the proposal's ratio left out.
TEST(Mala, AcceptanceIsTheMetropolisRatio) {
  const test::Rippled f;
  const double h = 0.4;
  const Points x = 2 * normals(64, 2, 0), g = normals(64, 2, 7);
  const Points y = x - h * gradients(f, x) + std::sqrt(2 * kTau * h) * g;
  const Values back = (x - y + h * gradients(f, y)).square().rowwise().sum() / (4 * kTau * h);
  const Values there = 0.5 * g.square().rowwise().sum();
  const Values expected = (-(values(f, y) - values(f, x)) / kTau - back + there).exp().min(1.0);
  const auto scheme = mala(std::make_shared<test::Rippled>(), Temperature(kTau), h);
  EXPECT_LT((acceptance(*scheme, x, g) - expected).abs().maxCoeff(), 1e-12);
  EXPECT_LT(expected.minCoeff(), 0.7);  // some are really at stake
}

TEST(Mala, IsHamiltonianMonteCarloWithOneLeapfrogStep) {
  const auto f = std::make_shared<test::Rippled>();
  Ensemble a;
  a.points = normals(100, 2, 0);
  Ensemble b = a;
  advance(a, *mala(f, Temperature(kTau), 0.3), 20);
  advance(b, *hamiltonian_monte_carlo(f, Temperature(kTau), 0.3, 1), 20);
  EXPECT_TRUE((a.points == b.points).all());
}

/// int phi dmu after one step over int phi dmu before, mu ~ exp(-f/tau) in the double well, by midpoint rules in the
/// start and the Gaussian; accepted with `rule`(probability, f(y) - f(x)).
template <class Rule>
double ratio_after_a_step(const MetropolisScheme& scheme, double h, Rule rule) {
  const auto f = std::make_shared<test::DoubleWell>();
  constexpr Index kGaussians = 2000;
  Points g(kGaussians, 1);
  for (Index k = 0; k < kGaussians; ++k) g(k, 0) = -8 + 16 * (static_cast<double>(k) + 0.5) / kGaussians;
  const Values weight = (-0.5 * g.col(0).square()).exp() / (-0.5 * g.col(0).square()).exp().sum();
  const auto phi = [](const Points& x) -> Values { return (1 + x.col(0) + x.col(0).square()).eval(); };
  double before = 0, after = 0;
  for (int i = 0; i < 600; ++i) {
    const Points x = Points::Constant(kGaussians, 1, -3 + 0.01 * (i + 0.5));
    const double mass = std::exp(-values(*f, x)(0) / kTau);
    const Points y = x - h * gradients(*f, x) + std::sqrt(2 * kTau * h) * g;
    const Values p = rule(acceptance(scheme, x, g), Values(values(*f, y) - values(*f, x)));
    before += mass * phi(x)(0);
    after += mass * (weight * (p * phi(y) + (1 - p) * phi(x))).sum();
  }
  return after / before;
}

// mu is invariant at a step where one of eight proposals is refused; the kink of min(1, .) costs the rule 1e-6. The
// planted faults: the test without the proposal's ratio, and no test at all (Euler-Maruyama).
TEST(Mala, LeavesTheGibbsMeasureAlone) {
  const double h = 0.2;
  const auto scheme = mala(std::make_shared<test::DoubleWell>(), Temperature(kTau), h);
  const auto right = [](const Values& p, const Values&) { return p; };
  const auto without_proposal = [](const Values&, const Values& df) -> Values { return (-df / kTau).exp().min(1.0); };
  const auto no_test = [](const Values& p, const Values&) -> Values { return Values::Ones(p.size()); };
  EXPECT_NEAR(ratio_after_a_step(*scheme, h, right), 1, 1e-5);
  EXPECT_GT(std::abs(ratio_after_a_step(*scheme, h, without_proposal) - 1), 1e-3);
  EXPECT_GT(std::abs(ratio_after_a_step(*scheme, h, no_test) - 1), 1e-3);
}

// The mean of the next step's acceptance is the share of paths that the next step moves: a binomial, level 1e-6.
TEST(AcceptanceRate, IsTheShareOfPathsThatMove) {
  const auto scheme = hamiltonian_monte_carlo(std::make_shared<test::DoubleWell>(), Temperature(kTau), 0.1, 4);
  Ensemble e;
  e.points = normals(50001, 1, 0);
  const MeanAndError rate = acceptance_rate(e, *scheme, Execution::with_threads(2));
  const MeanAndError again = acceptance_rate(e, *scheme);
  EXPECT_EQ(rate.mean(0), again.mean(0));
  const Points before = e.points;
  advance(e, *scheme, 1);
  const double moved = (e.points != before).cast<double>().mean();
  const double sd = std::sqrt(rate.mean(0) * (1 - rate.mean(0)) / 50001);
  EXPECT_LT(std::abs(moved - rate.mean(0)), 4.9 * sd);
  EXPECT_GT(rate.mean(0), 0.3);
  EXPECT_LT(rate.mean(0), 0.99);
}

// Outside the domain is refused: no path leaves [-1, 1], although half of the proposals would.
TEST(Mala, StaysInTheDomain) {
  const Box box{Eigen::ArrayXd::Constant(1, -1.0), Eigen::ArrayXd::Constant(1, 1.0)};
  const auto f = std::make_shared<test::Harmonic>(1.0, 1, box);
  Ensemble e;
  e.points = normals(500, 1, 0).max(-0.9).min(0.9);
  const auto scheme = mala(f, Temperature(2.0), 0.5);
  EXPECT_LT(acceptance_rate(e, *scheme).mean(0), 0.7);
  ASSERT_EQ(advance(e, *scheme, 30).status, Status::ok);
  EXPECT_LE(e.points.abs().maxCoeff(), 1.0);
}

TEST(Metropolis, RefusesWhatItCannotDo) {
  const auto f = std::make_shared<test::DoubleWell>();
  EXPECT_THROW(mala(nullptr, Temperature(1), 0.1), InvalidArgument);
  EXPECT_THROW(mala(f, Temperature(1), -0.1), InvalidArgument);
  EXPECT_THROW(hamiltonian_monte_carlo(f, Temperature(1), 0.1, 0), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
