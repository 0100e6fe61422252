// One step of each scheme for the overdamped equation against its formula, and what must hold exactly.
#include "solvers/sde/overdamped.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;

constexpr std::uint64_t kSeed = 78;
constexpr double kStep = 0.1, kTau = 0.3;

Ensemble points(Index paths, Index dimension) {
  Ensemble ensemble;
  ensemble.seed = kSeed;
  ensemble.points = Points(paths, dimension);
  Noise(9, Stream::test).normals(0, 0, ensemble.points);
  return ensemble;
}

/// The Gaussians of path i from the noise index on, read one by one.
Points gaussians(Index paths, std::int64_t index, Index columns) {
  Points g(paths, columns);
  for (Index i = 0; i < paths; ++i)
    for (Index j = 0; j < columns; ++j) g(i, j) = Noise(kSeed, Stream::brownian).normal(i, index + j);
  return g;
}

double distance(const Points& a, const Points& b) { return (a - b).abs().maxCoeff(); }

const double kKick = std::sqrt(2 * kTau * kStep);

// Fails if the noise of a step is not the mean of its own and the next Gaussian. Steps 3 and 4: an odd and an even
// start; 20 steps: also across the columns that the runner keeps.
TEST(LeimkuhlerMatthews, StepIsItsFormula) {
  const auto f = std::make_shared<test::Rippled>();
  const auto scheme = leimkuhler_matthews(minus_gradient(f), Temperature(kTau), kStep);
  for (const std::int64_t first : {3, 4}) {
    Ensemble e = points(13, 2);
    e.step = first;
    Points x = e.points;
    for (std::int64_t n = first; n < first + 20; ++n)
      x = (x - kStep * gradients(*f, x) + 0.5 * kKick * (gaussians(13, 2 * n, 2) + gaussians(13, 2 * n + 2, 2)))
              .eval();
    ASSERT_EQ(advance(e, *scheme, 20).status, Status::ok);
    EXPECT_LT(distance(e.points, x), 1e-12);
  }
}

// X_k = Y_k + sqrt(tau h/2) g_k on every path. Fails if the chain is not the scheme seen half a kick earlier.
TEST(LeimkuhlerMatthews, IsItsChainAndHalfAKick) {
  const auto f = std::make_shared<test::DoubleWell>();
  Ensemble x = points(50, 1), y = x;
  y.points -= 0.5 * kKick * gaussians(50, 0, 1);
  advance(x, *leimkuhler_matthews(minus_gradient(f), Temperature(kTau), kStep), 25);
  advance(y, *leimkuhler_matthews_chain(minus_gradient(f), Temperature(kTau), kStep), 25);
  EXPECT_LT(distance(x.points, y.points + 0.5 * kKick * gaussians(50, 25, 1)), 1e-12);
}

TEST(Sra1, StepIsItsFormula) {
  const auto f = std::make_shared<test::Rippled>();
  Ensemble e = points(13, 2);
  e.step = 5;
  const Points x = e.points, g = gaussians(13, 20, 4), here = gradients(*f, x);
  const Points integral = std::sqrt(kStep) / 2 * (g.leftCols(2) + g.rightCols(2) / std::sqrt(3.0));
  const Points there = gradients(*f, x - 0.75 * kStep * here + 1.5 * std::sqrt(2 * kTau) * integral);
  ASSERT_EQ(advance(e, *sra1(minus_gradient(f), Temperature(kTau), kStep), 1).status, Status::ok);
  EXPECT_LT(distance(e.points, x - kStep / 3 * (here + 2 * there) + kKick * g.leftCols(2)), 1e-14);
}

TEST(TamedEuler, StepIsItsFormula) {
  const auto f = std::make_shared<test::Rippled>();
  Ensemble e = points(13, 2);
  const Points x = e.points, gradient = gradients(*f, x);
  const Values norm = gradient.square().rowwise().sum().sqrt();
  const Points tamed = gradient.colwise() / (1 + kStep * norm);
  ASSERT_EQ(advance(e, *tamed_euler(minus_gradient(f), Temperature(kTau), kStep), 1).status, Status::ok);
  EXPECT_LT(distance(e.points, x - kStep * tamed + kKick * gaussians(13, 0, 2)), 1e-14);
}

// Where |b| h <= max(1, |x|)/2 nothing is cut: the bits of Euler-Maruyama.
TEST(AdaptiveEuler, IsEulerMaruyamaWhereItDoesNotCut) {
  const auto f = std::make_shared<test::Rippled>();
  Ensemble adaptive = points(100, 2), plain = adaptive;
  advance(adaptive, *adaptive_euler(minus_gradient(f), Temperature(kTau), 0.02), 30);
  advance(plain, *euler_maruyama(minus_gradient(f), Temperature(kTau), 0.02), 30);
  EXPECT_TRUE((adaptive.points == plain.points).all());
}

/// b = 40 in every coordinate.
class Wind final : public Drift {
 public:
  Index dimension() const override { return 2; }
  void evaluate(double, PointsView, PointsOut out, Scratch&) const override { out.setConstant(40); }
};

// A constant drift is cut into dozens of pieces, whose increments must add up to the one of the whole step. Fails if
// a bridge forgets what it has used.
TEST(AdaptiveEuler, CutsAddUpToTheIncrement) {
  Ensemble e = points(200, 2);
  const Points x = e.points;
  ASSERT_EQ(advance(e, *adaptive_euler(std::make_shared<Wind>(), Temperature(kTau), 0.5), 1).status, Status::ok);
  EXPECT_LT(distance(e.points, x + 0.5 * 40 + std::sqrt(2 * kTau * 0.5) * gaussians(200, 0, 2)), 1e-12);
}

/// b = 40, and the places where it was asked.
class RecordingWind final : public Drift {
 public:
  Index dimension() const override { return 1; }
  void evaluate(double, PointsView x, PointsOut out, Scratch&) const override {
    asked.push_back(x);
    out.setConstant(40);
  }
  mutable std::vector<Points> asked;
};

// The first cut, of length c = h/64 <= 1/80 as |x| < 1, must be Brownian given the past and jointly with the whole
// increment W: E dW^2 = 2 tau c, E dW (W - dW) = 0, at level 1e-6 with 4096 paths. Without the bridges' own noise
// E dW^2 would be c/h = 1/64 of that, 44 standard errors away.
TEST(AdaptiveEuler, CutsAreBrownian) {
  const double h = 0.5, c = 1.0 / 128;
  const auto wind = std::make_shared<RecordingWind>();
  Ensemble e;
  e.seed = kSeed;
  e.points = Points::Zero(4096, 1);
  Execution execution;
  execution.block = 4096;
  advance(e, *adaptive_euler(wind, Temperature(kTau), h), 1, execution);
  double square = 0, cross = 0;
  Index row = 0;
  // asked: places of each tile of 1024 in turn, in order of time; the first one is at 0
  for (std::size_t k = 0; k + 1 < wind->asked.size(); ++k) {
    if ((wind->asked[k] != 0).any()) continue;
    const Values first = wind->asked[k + 1].col(0) - 40 * c;
    const Values whole = e.points.col(0).segment(row, first.size()) - 40 * h;
    square += first.square().sum() / (2 * kTau * c);
    cross += (first * (whole - first)).sum() / (2 * kTau * std::sqrt(c * (h - c)));
    row += first.size();
  }
  ASSERT_EQ(row, 4096);
  EXPECT_LT(std::abs(square / 4096 - 1), 4.9 * std::sqrt(2.0 / 4096));
  EXPECT_LT(std::abs(cross / 4096), 4.9 / std::sqrt(4096.0));
}

// The implicit equation holds at the result. Fails for a wrong Hessian, weight or right side.
TEST(ThetaScheme, StepSolvesItsEquation) {
  const auto f = std::make_shared<test::Rippled>();
  for (const double theta : {0.5, 0.8, 1.0}) {
    Ensemble e = points(40, 2);
    const Points x = e.points;
    ASSERT_EQ(advance(e, *theta_scheme(f, Temperature(kTau), kStep, theta), 1).status, Status::ok);
    const Points drift = -(1 - theta) * gradients(*f, x) - theta * gradients(*f, e.points);
    EXPECT_LT(distance(e.points, x + kStep * drift + kKick * gaussians(40, 0, 2)), 1e-11);
  }
}

// From 10^4 in a quartic well with h = .9 (unique below 1): Newton must come down thirteen powers of ten in the
// residual.
TEST(ThetaScheme, ComesDownFromAfar) {
  const auto f = std::make_shared<test::DoubleWell>();
  Ensemble e = points(64, 1);
  e.points = 1e4 * e.points;
  const Points x = e.points;
  ASSERT_EQ(advance(e, *theta_scheme(f, Temperature(kTau), 0.9, 1.0), 1).status, Status::ok);
  const Points residual =
      e.points + 0.9 * gradients(*f, e.points) - x - std::sqrt(2 * kTau * 0.9) * gaussians(64, 0, 1);
  EXPECT_LT((residual / (1 + x.abs())).abs().maxCoeff(), 1e-11);
  EXPECT_LT((e.points.abs() / (1 + x.abs().pow(1.0 / 3))).maxCoeff(), 1.5);
}

// x' - x' = x + noise has no solution (f = -x^2/2, h = 1): the path is lost, and the report says why.
TEST(ThetaScheme, SaysThatThereIsNoSolution) {
  Ensemble e = points(5, 1);
  const Points x = e.points;
  const Report report =
      advance(e, *theta_scheme(std::make_shared<test::Harmonic>(-1.0), Temperature(kTau), 1.0, 1.0), 3);
  EXPECT_EQ(report.status, Status::blew_up);
  EXPECT_NE(report.why.find("no solution by Newton"), std::string::npos) << report.why;
  EXPECT_TRUE((e.points == x).all());
}

/// b = -A (x - c).
class Linear final : public Drift {
 public:
  Linear(Eigen::MatrixXd a, Eigen::RowVectorXd c) : a_(std::move(a)), c_(std::move(c)) {}
  Index dimension() const override { return a_.rows(); }
  void evaluate(double, PointsView x, PointsOut out, Scratch&) const override {
    out = -((x.matrix().rowwise() - c_) * a_).array();
  }

 private:
  Eigen::MatrixXd a_;
  Eigen::RowVectorXd c_;
};

/// e^{-tA} by the Taylor series of e^{-tA/1024}, squared ten times.
Eigen::MatrixXd exponential(const Eigen::MatrixXd& a, double t) {
  const Index d = a.rows();
  Eigen::MatrixXd term = Eigen::MatrixXd::Identity(d, d), sum = term;
  for (int k = 1; k <= 12; ++k) sum += (term = (term * a * (-t / 1024 / k)).eval());
  for (int k = 0; k < 10; ++k) sum = (sum * sum).eval();
  return sum;
}

/// Result of one step from x with prescribed Gaussians.
Points one_step(const Scheme& scheme, Points x, const Points& g) {
  Scratch scratch;
  PathBlock block{{x.data(), x.rows(), x.cols()}, {g.data(), g.rows(), g.cols()}, 0, 0.0, scratch};
  scheme.advance(block, 0, Noise(1, scheme.stream()));
  return x;
}

// Mean and covariance of one step of the Ornstein-Uhlenbeck process at a step far beyond Euler's stability, A
// indefinite and not diagonal: m = c + e^{-hA}(x - c); C C^T + e^{-hA} S e^{-hA} = S for S = tau A^{-1}.
TEST(ExponentialEuler, IsExactOnOrnsteinUhlenbeck) {
  Eigen::MatrixXd a(3, 3);
  a << 4, 1, 0.5, 1, -0.3, 0.2, 0.5, 0.2, 2;
  const Eigen::RowVectorXd c(Eigen::RowVector3d(1, -2, 0.5));
  const double h = 1.5;
  const auto scheme = exponential_euler(std::make_shared<Linear>(a, c), a, Temperature(kTau), h);
  const Points x = points(8, 3).points;
  const Eigen::MatrixXd flow = exponential(a, h);
  const Points mean = (((x.matrix().rowwise() - c) * flow).rowwise() + c).array();
  EXPECT_LT(distance(one_step(*scheme, x, Points::Zero(8, 3)), mean), 1e-12);
  Points unit = Points::Zero(8, 3);
  unit.topRows(3) = Eigen::MatrixXd::Identity(3, 3).array();
  const Eigen::MatrixXd noise = (one_step(*scheme, x, unit) - mean).topRows(3).matrix();
  const Eigen::MatrixXd s = kTau * a.inverse();
  EXPECT_LT((noise.transpose() * noise + flow * s * flow - s).cwiseAbs().maxCoeff(), 1e-12);
}

// A = 0 leaves Euler-Maruyama; phi at 0 must be its limit.
TEST(ExponentialEuler, WithoutLinearPartIsEulerMaruyama) {
  const auto drift = minus_gradient(std::make_shared<test::Rippled>());
  Ensemble exponential = points(30, 2), plain = exponential;
  advance(exponential, *exponential_euler(drift, Eigen::MatrixXd::Zero(2, 2), Temperature(kTau), kStep), 10);
  advance(plain, *euler_maruyama(drift, Temperature(kTau), kStep), 10);
  EXPECT_LT(distance(exponential.points, plain.points), 1e-13);
}

TEST(OverdampedSchemes, RefuseWhatTheyCannotDo) {
  const auto f = std::make_shared<test::Rippled>();
  const Box box{Eigen::ArrayXd::Constant(1, -1.0), Eigen::ArrayXd::Constant(1, 1.0)};
  const auto walled = std::make_shared<test::Harmonic>(1.0, 1, box);
  EXPECT_THROW(theta_scheme(f, Temperature(1), 0.1, 0.4), InvalidArgument);
  EXPECT_THROW(theta_scheme(nullptr, Temperature(1), 0.1, 1), InvalidArgument);
  EXPECT_THROW(theta_scheme(walled, Temperature(1), 0.1, 1), InvalidArgument);
  EXPECT_THROW(leimkuhler_matthews_chain(minus_gradient(walled), Temperature(1), 0.1), InvalidArgument);
  EXPECT_THROW(sra1(nullptr, Temperature(1), 0.1), InvalidArgument);
  Eigen::MatrixXd skew(2, 2);
  skew << 1, 0.5, 0, 1;
  EXPECT_THROW(exponential_euler(minus_gradient(f), skew, Temperature(1), 0.1), InvalidArgument);
  EXPECT_THROW(exponential_euler(minus_gradient(f), Eigen::MatrixXd::Identity(3, 3), Temperature(1), 0.1),
               InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
