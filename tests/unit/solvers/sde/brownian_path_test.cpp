// Brownian paths asked again at finer steps, by themselves and under every scheme of the catalogue.
#include "solvers/sde/brownian_path.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/errors.hpp"
#include "core/measurement.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/overdamped.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
const Noise kNoise(411, Stream::brownian, 3);

BrownianPath path(BrownianData data, Index dimension = 2) { return {kNoise, dimension, 0.3, data}; }

Points increments(const BrownianPath& w, int level, std::int64_t first, Index steps, Index paths = 24) {
  Points out(paths, steps * w.dimension());
  w.increments(5, level, first, out);
  return out;
}
Points integrals(const BrownianPath& w, int level, std::int64_t first, Index steps, Index paths = 24) {
  Points out(paths, steps * w.dimension());
  w.integrals(5, level, first, out);
  return out;
}

std::vector<std::shared_ptr<const Scheme>> schemes(double step) {
  std::vector<std::shared_ptr<const Scheme>> all;
  for (const std::string& name : scheme_names())
    all.push_back(
        make_scheme(name, OverdampedProblem::of(std::make_shared<test::Rippled>(), Temperature(0.5)), step));
  return all;
}

// The increment of a step is the sum of its halves', whatever the level, to 4 roundings of the Gaussians at hand.
// Fails if a level draws afresh, the halves are swapped in one place, or a bridge is not antisymmetric.
TEST(BrownianPath, IncrementsAreSumsOfFinerOnes) {
  for (const BrownianData data : {BrownianData::increments, BrownianData::increments_and_integrals}) {
    const BrownianPath w = path(data);
    for (int level = 0; level < 12; ++level) {
      const std::int64_t first = (std::int64_t{1} << level) + 3;
      const Points coarse = increments(w, level, first, 7), fine = increments(w, level + 1, 2 * first, 14);
      for (Index m = 0; m < 7; ++m) {
        const Points sum = fine.middleCols(4 * m, 2) + fine.middleCols(4 * m + 2, 2);
        const double scale = fine.middleCols(4 * m, 4).abs().maxCoeff();
        EXPECT_LE((sum - coarse.middleCols(2 * m, 2)).abs().maxCoeff(), 4 * kEpsilon * scale) << level;
      }
    }
  }
}

// I = I_1 + I_2 + (h/2) dW_1, to roundings of its terms. Fails for a wrong joint law of increment and integral.
TEST(BrownianPath, IntegralsAreSumsOfFinerOnes) {
  const BrownianPath w = path(BrownianData::increments_and_integrals);
  for (int level = 0; level < 12; ++level) {
    const double half = w.step(level + 1);
    const Points coarse = integrals(w, level, 9, 1), fine = integrals(w, level + 1, 18, 2),
                 first = half * increments(w, level + 1, 18, 1);
    const Points sum = fine.leftCols(2) + fine.rightCols(2) + first;
    EXPECT_LE((sum - coarse).abs().maxCoeff(), 8 * kEpsilon * std::max(first.abs().maxCoeff(), fine.abs().maxCoeff()))
        << level;
  }
}

// The integral is that of the path itself: the trapezoidal sum over 2^12 finer points misses it by what the bridges
// between them hold, a Gaussian of variance h d^2/12, d their distance; 6 of its deviations in 48 draws.
TEST(BrownianPath, IntegralIsThatOfTheFinePath) {
  const BrownianPath w = path(BrownianData::increments_and_integrals);
  constexpr int kLevel = 12;
  constexpr Index kSteps = Index{1} << kLevel;
  const double h = w.step(), d = w.step(kLevel);
  const Points coarse = integrals(w, 0, 2, 1), fine = increments(w, kLevel, 2 * kSteps, kSteps);
  Points at = Points::Zero(24, 2), sum = at;
  for (Index m = 0; m < kSteps; ++m) {
    sum += d * (at + 0.5 * fine.middleCols(2 * m, 2));
    at += fine.middleCols(2 * m, 2);
  }
  EXPECT_LT((sum - coarse).abs().maxCoeff(), 6 * std::sqrt(h * d * d / 12));
  EXPECT_GT((sum - coarse).abs().maxCoeff(), 0.1 * std::sqrt(h * d * d / 12));
}

// Bits do not depend on what was asked before, on neighbours asked together, or on how paths are split. Level 0 is
// what a scheme of the coarse step draws.
TEST(BrownianPath, IsAPureFunction) {
  for (const BrownianData data : {BrownianData::increments, BrownianData::increments_and_integrals}) {
    const BrownianPath w = path(data, 3);
    const Points before = increments(w, 2, 4, 5);
    const Points together = increments(w, 5, 32, 40), again = increments(w, 2, 4, 5);
    EXPECT_TRUE((before == again).all());
    for (Index m = 39; m >= 0; --m)
      EXPECT_TRUE((increments(w, 5, 32 + m, 1) == together.middleCols(3 * m, 3)).all()) << m;
    Points alone(1, 3);
    for (Index i = 0; i < 24; ++i) {
      w.increments(5 + i, 5, 32, alone);
      EXPECT_TRUE((alone == together.row(i).leftCols(3)).all()) << i;
    }
    Points own(24, 3);
    kNoise.normals(5, 8 * w.normals_per_step(), own);
    EXPECT_TRUE((increments(w, 0, 8, 1) == std::sqrt(0.3) * own).all());
  }
}

/// Largest of |C_ij - delta_ij| over its standard error, C the empirical second moments of the columns of g.
double worst_moment(const Points& g) {
  const auto n = static_cast<double>(g.rows());
  const Eigen::MatrixXd c = g.matrix().transpose() * g.matrix() / n;
  double worst = 0;
  for (Index i = 0; i < c.rows(); ++i)
    for (Index j = 0; j <= i; ++j)
      worst = std::max(worst, std::abs(c(i, j) - (i == j)) / std::sqrt((i == j ? 2 : 1) / n));
  return worst;
}

/// Level 3, the 8 parts of a step, with a halving of one's own.
Points parts(Index k, const Halving& halve) {
  Points g(1 << 15, 8 * k);
  Scratch scratch;
  refined_normals(kNoise, k, 1.0, halve, 3, 0, 16 * k, g, scratch);
  return g;
}

// All parts have standard, uncorrelated Gaussians: variances and covariances of increments and integrals, at level
// 1e-6 over 136 moments (5.9 deviations). The plants must be rejected: bridges whose variance is 10 per cent too
// large, 11 deviations on the first level alone; halves that get the same bridge; an integral's bridge with the
// weights of an increment's in one place.
TEST(BrownianPath, PartsAreStandardGaussians) {
  const double bound = 5.9;
  const Halving plain = [](double, PointsView g, PointsView z, PointsOut out) { halve_increments(g, z, out); };
  const Halving both = [](double, PointsView g, PointsView z, PointsOut out) {
    halve_increments_and_integrals(g, z, out);
  };
  EXPECT_LT(worst_moment(parts(1, plain)), bound);
  EXPECT_LT(worst_moment(parts(2, both)), bound);
  EXPECT_GT(worst_moment(parts(1, [](double, PointsView g, PointsView z,
                                     PointsOut out) { halve_increments(g, std::sqrt(1.1) * z, out); })),
            bound);
  EXPECT_GT(worst_moment(parts(2, [](double, PointsView g, PointsView z,
                                     PointsOut out) { halve_increments_and_integrals(g, std::sqrt(1.1) * z, out); })),
            bound);
  EXPECT_GT(worst_moment(parts(1,
                               [](double, PointsView g, PointsView z, PointsOut out) {
                                 out.leftCols(1) = std::sqrt(0.5) * (g + z);
                                 out.rightCols(1) = std::sqrt(0.5) * (g + z);
                               })),
            bound);
  EXPECT_GT(worst_moment(parts(2,
                               [](double, PointsView g, PointsView z, PointsOut out) {
                                 halve_increments_and_integrals(g, z, out);
                                 out.col(1) = std::sqrt(0.5) * (g.col(1) + z.col(1));
                               })),
            bound);
}

/// `halve` as a matrix on (own, fresh): row i is what the i-th unit Gaussian becomes.
Eigen::MatrixXd matrix_of(const Scheme& scheme, double step) {
  const Index k = scheme.normals_per_step();
  const Points unit = Eigen::MatrixXd::Identity(2 * k, 2 * k).array();
  Points halves(2 * k, 2 * k);
  scheme.halve(step, unit.leftCols(k), unit.rightCols(k), halves);
  return halves.matrix();
}

// Every scheme halves its Gaussians orthogonally: those of the halves are again independent and standard.
TEST(RefinedPath, HalvingsAreOrthogonal) {
  for (const auto& scheme : schemes(0.3))
    for (const double step : {0.3, 2.4}) {
      const Eigen::MatrixXd map = matrix_of(*scheme, step);
      EXPECT_LT((map.transpose() * map - Eigen::MatrixXd::Identity(map.cols(), map.cols())).cwiseAbs().maxCoeff(),
                1e-14)
          << scheme->name();
    }
}

// Exponential Euler is exact on a quadratic, so coarse and fine steps are the same points. Fails unless the halves
// see the stochastic convolution of the whole.
TEST(RefinedPath, KeepsStochasticConvolutions) {
  Eigen::MatrixXd a(2, 2);
  a << 2, 0.7, 0.7, 1;
  class Linear final : public Drift {
   public:
    explicit Linear(Eigen::MatrixXd a) : a_(std::move(a)) {}
    Index dimension() const override { return 2; }
    void evaluate(double, PointsView x, PointsOut out, Scratch&) const override { out = -(x.matrix() * a_).array(); }

   private:
    Eigen::MatrixXd a_;
  };
  const auto drift = std::make_shared<Linear>(a);
  Ensemble coarse;
  coarse.points = Points::Constant(16, 2, 0.4);
  Ensemble fine = coarse;
  advance(coarse, *exponential_euler(drift, a, Temperature(0.3), 0.8), 5);
  advance(fine, *on_refined_path(exponential_euler(drift, a, Temperature(0.3), 0.1), 3), 40);
  EXPECT_LT((coarse.points - fine.points).abs().maxCoeff(), 1e-13);
}

// The runner's own ways with columns (Gaussians of steps ahead, several steps at once, odd starts) arrive at the
// path: X_n = sqrt(2 tau h) sum (g_k + g_{k+1})/2 without drift. Fails if a column is taken from the wrong level or
// place.
TEST(RefinedPath, ServesStepsAhead) {
  for (const Index d : {1, 3}) {
    const auto flat = test::minus_gradient(std::make_shared<test::Harmonic>(0.0, d));
    Ensemble e;
    e.seed = kNoise.seed();
    e.replicate = 3;
    e.points = Points::Zero(30, d);
    const auto scheme = on_refined_path(leimkuhler_matthews(flat, Temperature(0.5), 0.05), 2);
    for (const std::int64_t steps : {5, 1, 31, 400}) advance(e, *scheme, steps);
    const BrownianPath w(kNoise, d, 0.2);
    Points dw(30, d * 438), sum = Points::Zero(30, d);
    w.increments(0, 2, 0, dw);
    for (Index k = 0; k < 437; ++k) sum += 0.5 * (dw.middleCols(d * k, d) + dw.middleCols(d * (k + 1), d));
    EXPECT_LT((e.points - sum).abs().maxCoeff(), 1e-12);
  }
}

/// b = +-40 (1 + t), turning 64 times in a unit of time: near the origin steps are at most max(1, |x|)/80, so both
/// clocks below must cut as long as |x| < 10.
class Gust final : public Drift {
 public:
  Index dimension() const override { return 2; }
  void evaluate(double t, PointsView, PointsOut out, Scratch&) const override {
    out.setConstant((static_cast<int>(64 * t) % 2 == 0 ? 40 : -40) * (1 + t));
  }
};

// Where every clock cuts, an adaptive path does not depend on the clock. Fails if cuts have bridges of their own, not
// those of the finer path, or the drift is read at the last tick.
TEST(RefinedPath, AdaptiveStepsShareIt) {
  Ensemble coarse;
  coarse.seed = 5;
  coarse.points = Points::Zero(40, 2);
  Ensemble fine = coarse;
  advance(coarse, *adaptive_euler(std::make_shared<Gust>(), Temperature(0.5), 0.5), 4);
  advance(fine, *on_refined_path(adaptive_euler(std::make_shared<Gust>(), Temperature(0.5), 0.125), 2), 16);
  EXPECT_LT(coarse.points.abs().maxCoeff(), 10);
  EXPECT_LT((coarse.points - fine.points).abs().maxCoeff(), 1e-12);
}

TEST(BrownianPath, RefusesWhatCannotBeAsked) {
  const BrownianPath plain = path(BrownianData::increments);
  Points out(8, 2), odd(8, 3);
  EXPECT_THROW(BrownianPath(kNoise, 0, 0.1), InvalidArgument);
  EXPECT_THROW(BrownianPath(kNoise, 1, 0), InvalidArgument);
  EXPECT_THROW(plain.increments(0, -1, 0, out), InvalidArgument);
  EXPECT_THROW(plain.increments(0, 49, 0, out), InvalidArgument);
  EXPECT_THROW(plain.increments(0, 1, -1, out), InvalidArgument);
  EXPECT_THROW(plain.increments(0, 1, std::int64_t{1} << 49, out), InvalidArgument);
  EXPECT_THROW(plain.increments(0, 1, 0, odd), InvalidArgument);
  EXPECT_THROW(plain.integrals(0, 1, 0, out), InvalidArgument);
  EXPECT_THROW((void)kNoise.at_level(256), InvalidArgument);
  EXPECT_THROW((void)kNoise.at_level(200).at_level(56), InvalidArgument);
  EXPECT_THROW((void)on_refined_path(nullptr, 1), InvalidArgument);
  EXPECT_THROW((void)on_refined_path(schemes(0.1).front(), 49), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
