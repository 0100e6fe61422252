// Orders of the underdamped splittings on nonlinear problems with noise of order one, intervals two-sided.
#include <gtest/gtest.h>

#include <Eigen/Sparse>
#include <cmath>

#include "solvers/sde/brownian_path.hpp"
#include "solvers/sde/observers.hpp"
#include "solvers/sde/underdamped.hpp"
#include "support/order_fit.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

/// f = q^2/2 + cos(2q): two wells at +-1.24 with a barrier of 1.05, bounded curvature, so that coarse steps are
/// stable.
class CosineWell final : public Potential {
 public:
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = (0.5 * x.square() + (2 * x).cos()).col(0); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x - 2 * (2 * x).sin(); }
};

constexpr double kTau = 0.6;

UnderdampedProblem cosine_well() {
  return UnderdampedProblem::of(std::make_shared<CosineWell>(), Temperature(kTau), 1.2, 0.9);
}

/// Equidistant nodes with Lagrange weights on the eight nearest; outside, the end.
struct Axis {
  double end;
  Index nodes;
  double spacing() const { return 2 * end / static_cast<double>(nodes - 1); }
  double node(Index i) const { return -end + spacing() * static_cast<double>(i); }
  Index weights(double x, std::array<double, 8>& w) const {
    const double place = std::clamp((x + end) / spacing(), 0.0, static_cast<double>(nodes - 1));
    const Index first = std::clamp<Index>(static_cast<Index>(place) - 3, 0, nodes - 8);
    for (Index j = 0; j < 8; ++j) {
      w[static_cast<std::size_t>(j)] = 1;
      for (Index k = 0; k < 8; ++k)
        if (k != j)
          w[static_cast<std::size_t>(j)] *= (place - static_cast<double>(first + k)) / static_cast<double>(j - k);
    }
    return first;
  }
};

/// The stationary mean of h(q) of a scheme with one position: the one-step operator P on a grid in (q, p),
/// expectations over Gaussians by the trapezoidal rule, and u from (I - P + 1 e_c^T) u = h, whose value at node c is
/// the mean (multiply by the invariant law). The step is the scheme's own code; nothing is sampled.
class PhaseSpace {
 public:
  explicit PhaseSpace(const Scheme& scheme) {
    const Index count = kQ.nodes * kP.nodes, gaussians = scheme.normals_per_step();
    const std::vector<std::pair<double, double>> rule = gaussian_rule(gaussians == 1 ? 0.5 : 0.7);
    std::vector<Eigen::Triplet<double>> entries;
    Eigen::VectorXd row = Eigen::VectorXd::Zero(count);
    for (Index i = 0; i < kQ.nodes; ++i)
      for (Index j = 0; j < kP.nodes; ++j) {
        spread(scheme, rule, i, j, row);
        const Index here = i * kP.nodes + j;
        for (Index k = 0; k < count; ++k) {
          const double value = (k == here ? 1.0 : 0.0) - row(k) + (k == kCentre ? 1.0 : 0.0);
          if (value != 0) entries.emplace_back(static_cast<int>(here), static_cast<int>(k), value);
        }
      }
    matrix_.resize(count, count);
    matrix_.setFromTriplets(entries.begin(), entries.end());
  }

  double stationary_mean(double (*h)(double)) const {
    Eigen::VectorXd rhs(matrix_.rows());
    for (Index i = 0; i < kQ.nodes; ++i) rhs.segment(i * kP.nodes, kP.nodes).setConstant(h(kQ.node(i)));
    Eigen::BiCGSTAB<Eigen::SparseMatrix<double, Eigen::RowMajor>> solver(matrix_);
    solver.setTolerance(1e-11);
    solver.setMaxIterations(3000);
    const Eigen::VectorXd u = solver.solve(rhs);
    EXPECT_EQ(solver.info(), Eigen::Success) << solver.error();
    return u(kCentre);
  }

 private:
  static constexpr Axis kQ{4.4, 75}, kP{4.2, 47};
  static constexpr Index kCentre = 37 * 47 + 23;

  static std::vector<std::pair<double, double>> gaussian_rule(double spacing) {
    std::vector<std::pair<double, double>> rule;
    for (double g = -spacing * std::round(6.3 / spacing); g < 6.4; g += spacing)
      rule.emplace_back(g, spacing * std::exp(-0.5 * g * g) / std::sqrt(2 * M_PI));
    return rule;
  }

  /// row(k) = weight of node k in E u(X_1 | X_0 = node (i, j))
  static void spread(const Scheme& scheme, const std::vector<std::pair<double, double>>& rule, Index i, Index j,
                     Eigen::VectorXd& row) {
    const auto m = static_cast<Index>(rule.size()), k = scheme.normals_per_step();
    const Index count = k == 1 ? m : m * m;
    Points x(count, 2), g(count, k);
    Values weight(count);
    x.col(0).setConstant(kQ.node(i));
    x.col(1).setConstant(kP.node(j));
    for (Index a = 0; a < count; ++a) {
      const auto& first = rule[static_cast<std::size_t>(a % m)];
      g(a, 0) = first.first;
      weight(a) = first.second;
      if (k == 1) continue;
      g(a, 1) = rule[static_cast<std::size_t>(a / m)].first;
      weight(a) *= rule[static_cast<std::size_t>(a / m)].second;
    }
    Scratch scratch;
    PathBlock block{{x.data(), count, 2}, {g.data(), count, k}, 0, 0.0, scratch};
    scheme.advance(block, 0, Noise(0, scheme.stream()));
    row.setZero();
    std::array<double, 8> wq, wp;
    for (Index a = 0; a < count; ++a) {
      const Index fq = kQ.weights(x(a, 0), wq), fp = kP.weights(x(a, 1), wp);
      for (Index s = 0; s < 8; ++s)
        for (Index t = 0; t < 8; ++t)
          row((fq + s) * kP.nodes + fp + t) +=
              weight(a) * wq[static_cast<std::size_t>(s)] * wp[static_cast<std::size_t>(t)];
    }
  }

  Eigen::SparseMatrix<double, Eigen::RowMajor> matrix_;
};

double square(double q) { return q * q; }

double gibbs_square() {
  double mass = 0, sum = 0;
  for (int i = -9000; i <= 9000; ++i) {
    const double q = i * 1e-3, weight = std::exp(-(0.5 * q * q + std::cos(2 * q)) / kTau);
    mass += weight;
    sum += weight * q * q;
  }
  return sum / mass;
}

void expect_order(const Measurement& fitted, double declared) {
  EXPECT_LT(fitted.lower(), declared);
  EXPECT_GT(fitted.upper(), declared);
  EXPECT_GT(fitted.lower(), declared - 0.5);
  EXPECT_LT(fitted.upper(), declared + 0.5);
}

class UnderdampedOrders : public ::testing::TestWithParam<std::string> {};

// Bias of <q^2> by the one-step operator. Fails if a half step, a sign or the palindrome's symmetry is lost: order 1.
TEST_P(UnderdampedOrders, InvariantMeasure) {
  constexpr int kLevels = 5;
  Eigen::ArrayXd h(kLevels), bias(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    h(level) = 0.4 * std::ldexp(1.0, -level);
    const PhaseSpace operator_(*underdamped_scheme(GetParam(), cosine_well(), h(level)));
    bias(level) = std::abs(operator_.stationary_mean(square) - gibbs_square());
  }
  expect_order(test::fitted_order(h, bias, Eigen::ArrayXd::Zero(kLevels)), 2);
}

// Root mean square of q and p of steps h and h/2 at T = 1 on one Brownian path, non-separable in the plane. Fails if
// O misses the path that it is handed, or if the order is .5 or 1.5. Levels have independent paths.
TEST_P(UnderdampedOrders, Strong) {
  const UnderdampedProblem problem =
      UnderdampedProblem::of(std::make_shared<test::Rippled>(), Temperature(0.5), 1.1, 0.8);
  constexpr int kLevels = 6;
  Eigen::ArrayXd h(kLevels), error(kLevels), sd(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    h(level) = std::ldexp(1.0, -3 - level);
    Ensemble coarse;
    coarse.seed = 311;
    coarse.replicate = static_cast<std::uint32_t>(level);
    coarse.points = Points::Constant(20000, 4, 0.3);
    Ensemble fine = coarse;
    advance(coarse, *underdamped_scheme(GetParam(), problem, h(level)), std::int64_t{8} << level);
    advance(fine, *on_refined_path(underdamped_scheme(GetParam(), problem, h(level) / 2), 1),
            std::int64_t{16} << level);
    const MeanAndError mean = ensemble_mean((coarse.points - fine.points).square().rowwise().sum());
    error(level) = std::sqrt(mean.mean(0));
    sd(level) = 0.5 * mean.standard_error(0) / error(level);
  }
  expect_order(test::fitted_order(h, error, sd), 1);
}

INSTANTIATE_TEST_SUITE_P(Splittings, UnderdampedOrders, ::testing::ValuesIn(underdamped_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace sgdlimits
