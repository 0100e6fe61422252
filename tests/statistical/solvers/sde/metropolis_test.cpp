// MALA and Hamiltonian Monte Carlo keep exp(-f/tau)/Z at steps where Euler-Maruyama is far off: moments at level 1e-6
// from an exact start, and planted faults that must be rejected.
#include "solvers/sde/metropolis.hpp"

#include <gtest/gtest.h>

#include "core/measurement.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr double kTau = 0.5, kStep = 0.2;
constexpr Index kPaths = 100000;
constexpr double kLevel = Measurement::kLevelOneInAMillion;

/// The Gibbs law of the double well on a table: distribution function and moments by midpoints of width 1e-3.
struct GibbsTable {
  std::vector<double> ends, below;
  double square = 0, fourth = 0;

  GibbsTable() {
    double mass = 0;
    for (int i = -4000; i < 4000; ++i) {
      const double x = 1e-3 * (i + 0.5), weight = std::exp(-(0.25 * x * x * x * x - 0.5 * x * x) / kTau);
      ends.push_back(1e-3 * i);
      below.push_back(mass);
      mass += weight;
      square += weight * x * x;
      fourth += weight * x * x * x * x;
    }
    square /= mass;
    fourth /= mass;
    for (double& b : below) b /= mass;
    ends.push_back(4);
    below.push_back(1);
  }

  double quantile(double u) const {
    const auto k = static_cast<std::size_t>(std::upper_bound(below.begin(), below.end(), u) - below.begin());
    return ends[k - 1] + 1e-3 * (u - below[k - 1]) / (below[k] - below[k - 1]);
  }
};

struct Distances {
  double square, fourth;
  double largest() const { return std::max(std::abs(square), std::abs(fourth)); }
};

/// Distances in standard errors of <x^2> and <x^4> after 30 steps from an exact sample.
Distances after_thirty_steps(const Scheme& scheme) {
  const GibbsTable gibbs;
  Ensemble e;
  e.seed = 404;
  e.points = Points(kPaths, 1);
  Noise(404, Stream::initial).uniforms(0, 0, e.points);
  e.points = e.points.unaryExpr([&](double u) { return gibbs.quantile(u); });
  EXPECT_EQ(advance(e, scheme, 30, Execution::with_threads(2)).status, Status::ok);
  Points h(kPaths, 2);
  h << e.points.square(), e.points.square().square();
  const MeanAndError mean = ensemble_mean(h);
  return {(mean.mean(0) - gibbs.square) / mean.standard_error(0),
          (mean.mean(1) - gibbs.fourth) / mean.standard_error(1)};
}

std::shared_ptr<const test::DoubleWell> well() { return std::make_shared<test::DoubleWell>(); }

TEST(GibbsMeasure, IsKeptByMetropolisSchemes) {
  EXPECT_LT(after_thirty_steps(*mala(well(), Temperature(kTau), kStep)).largest(), kLevel);
  EXPECT_LT(after_thirty_steps(*mala(well(), Temperature(kTau), 0.5)).largest(), kLevel);
  EXPECT_LT(after_thirty_steps(*hamiltonian_monte_carlo(well(), Temperature(kTau), 0.05, 5)).largest(), kLevel);
}

/// A Metropolis test that forgets the ratio of the proposals: min(1, mu(y)/mu(x)).
class WithoutProposalRatio final : public Scheme {
 public:
  std::string name() const override { return "spoiled"; }
  Index dimension() const override { return 1; }
  double step_size() const override { return kStep; }
  Index normals_per_step() const override { return 1; }
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const test::DoubleWell f;
    const Points x = block.x, y = x - kStep * gradients(f, x) + std::sqrt(2 * kTau * kStep) * block.normals;
    Points u(x.rows(), 1);
    Noise(noise.seed(), Stream::proposal).uniforms(block.first_path, step, u);
    const Values accept = ((values(f, x) - values(f, y)) / kTau).exp();
    for (Index i = 0; i < x.rows(); ++i)
      if (u(i, 0) < accept(i)) block.x.row(i) = y.row(i);
  }
};

// The planted faults: a wrong acceptance rule, no rule at all (at a step where Euler-Maruyama survives its
// tails), and a temperature wrong by 5 per cent.
TEST(GibbsMeasure, IsNotKeptByWrongRules) {
  EXPECT_GT(after_thirty_steps(WithoutProposalRatio()).largest(), kLevel);
  EXPECT_GT(after_thirty_steps(*euler_maruyama(test::minus_gradient(well()), Temperature(kTau), 0.1)).largest(),
            kLevel);
  EXPECT_GT(after_thirty_steps(*mala(well(), Temperature(1.05 * kTau), kStep)).largest(), kLevel);
}

}  // namespace
}  // namespace sgdlimits
