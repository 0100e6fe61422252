// Online SGD of the mean-field net against the mean-field limit: N = 800 and 400 neurons, isotropic Gaussians in d =
// 40, piecewise-linear neurons started from N(0, .8^2/d I), on the clock sum of s_k.
//
// Limit: R(t) of d_t rho = 2 div(rho grad Psi), radial, by the method of characteristics with 160 and 240 Gauss nodes
// in the initial radius, relative error of the integrator 1e-12 (differences below 1e-10). At t = 0, exactly,
// E R_N = R(rho_0) + (int U(t,t) rho_0 - int int U)/N. Later the bias is b/N + O(1/N^2), so 2 E R_800 - E R_400 is
// the limit up to O(1/N^2) and O(s). At s = 2e-6 the noise of SGD adds about
// 4 s t E (y - yhat)^2 sigma'^2 |x|^2 < 2e-3 to |theta|^2, which moves R by less than 1e-3 where its slope in the
// radius is that of the limit; so much is allowed for besides the statistical error.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "models/laws/gaussian.hpp"
#include "models/networks/gaussian_expectations.hpp"
#include "models/networks/sampled_two_layer_net.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/sgd.hpp"

namespace sgdlimits {
namespace {

constexpr Activation kRamp = Activation::piecewise_linear;
constexpr Index kDimension = 40, kReplicates = 16, kOrders = 20;

/// c_n(s) = E sigma(s G) He_n(G)/sqrt(n!), n < kOrders: by parts, s sum_i kappa_i He_{n-2}(a_i) phi(a_i) for n >= 2.
std::array<double, kOrders> hermite_coefficients(double s) {
  std::array<double, kOrders> c{};
  c[0] = gaussian_mean(kRamp, 0, s);
  for (const auto& [at, kappa] : {std::pair<double, double>{0.5, 10}, {1.5, -10}}) {
    const double a = at / s, phi = std::exp(-0.5 * a * a) / std::sqrt(2 * std::numbers::pi);
    c[1] += s * kappa * 0.5 * std::erfc(a / std::numbers::sqrt2);
    double before = 0, he = 1, factorial = 1;
    for (Index n = 2; n < kOrders; ++n) {
      factorial *= static_cast<double>(n);
      c[static_cast<std::size_t>(n)] += s * kappa * he * phi / std::sqrt(factorial);
      const double next = a * he - static_cast<double>(n - 2) * before;
      before = he;
      he = next;
    }
  }
  return c;
}

/// R_N by Mehler's series, E sigma(s G) sigma(s' G') = sum_n c_n(s) c_n(s') r^n, the diagonal in closed form: fast
/// for wide nets, whose correlations are of order d^{-1/2}. w: d x N.
double risk(const Eigen::MatrixXd& w, double delta) {
  const Index n = w.cols();
  const Eigen::VectorXd norm = w.colwise().norm();
  const Eigen::MatrixXd unit = w * norm.cwiseInverse().asDiagonal();
  const Eigen::ArrayXXd r = (unit.transpose() * unit).array();
  double total = 1;
  for (const double y : {1.0, -1.0}) {
    Eigen::ArrayXXd c(n, kOrders);
    double diagonal = 0;
    for (Index j = 0; j < n; ++j) {
      const double s = (1 + y * delta) * norm(j);
      const auto coefficients = hermite_coefficients(s);
      for (Index k = 0; k < kOrders; ++k) c(j, k) = coefficients[static_cast<std::size_t>(k)];
      diagonal += gaussian_product(kRamp, {0, s}, {0, s}, 1);
    }
    Eigen::ArrayXXd power = Eigen::ArrayXXd::Ones(n, n);
    double square = diagonal;
    for (Index k = 0; k < kOrders; ++k) {
      const Eigen::VectorXd ck = c.col(k).matrix();
      square += ck.dot(power.matrix() * ck) - ck.squaredNorm();  // r = 1 on the diagonal
      power *= r;
    }
    const double size = static_cast<double>(n);
    total += 0.5 * (-2 * y * c.col(0).mean() + square / (size * size));
  }
  return total;
}

Eigen::MatrixXd weights(const Ensemble& e, Index path, Index neurons) {
  const Eigen::VectorXd row = e.points.row(path).matrix();
  return Eigen::Map<const Eigen::MatrixXd>(row.data(), kDimension, neurons);
}

struct Sample {
  double mean, error;
};
Sample sample_of(const Values& v) {
  const double n = static_cast<double>(v.size()), mean = v.mean();
  return {mean, std::sqrt((v - mean).square().sum() / (n - 1) / n)};
}
/// Student's t with 15 degrees of freedom at two-sided level 1e-6 is 7.9; the combination of two widths has at least
/// 15 (Welch), so this level holds for it too.
constexpr double kQuantile = 7.9;

/// Risks of all replicates at the times.
std::vector<Values> risks(Index neurons, double delta, const std::vector<double>& times, double rate) {
  const auto net =
      sampled_two_layer_net(mean_field_net(kRamp, neurons), GaussianClasses::isotropic(kDimension, delta));
  const auto scheme = stochastic_gradient_descent(online_gradient(net, 1),
                                                  {LearningRateSchedule::constant(LearningRate(rate)), {}, {}});
  const GaussianLaw initial(Eigen::VectorXd::Zero(neurons * kDimension), 0.8 / std::sqrt(double{kDimension}));
  Ensemble e = Ensemble::from_law(initial, kReplicates, 2018, static_cast<std::uint32_t>(neurons));
  std::vector<Values> all;
  const auto look = [&] {
    Values now(kReplicates);
    for (Index m = 0; m < kReplicates; ++m) now(m) = risk(weights(e, m, neurons), delta);
    all.push_back(now);
  };
  look();
  const Report report = advance_through(e, *scheme, times, [&](double, PointsView) { look(); });
  EXPECT_EQ(report.status, Status::ok) << report.why;
  return all;
}

// The series above is the exact population risk (Price's formula), for a net as correlated as the tests' are.
TEST(MeanFieldSgd, TwoFormulasOfTheRiskAgree) {
  const Index neurons = 12;
  Points w(8, neurons * kDimension);
  Noise(3, Stream::test).normals(0, 0, w);
  w *= 0.8 / std::sqrt(double{kDimension});
  TwoLayerNetSpec spec = mean_field_net(kRamp, neurons);
  spec.loss_factor = 1;
  for (const double delta : {0.4, 0.8}) {
    const Values exact = population_risk(spec, *GaussianClasses::isotropic(kDimension, delta), w);
    for (Index i = 0; i < 8; ++i) {
      const Eigen::VectorXd row = w.row(i).matrix();
      EXPECT_NEAR(risk(Eigen::Map<const Eigen::MatrixXd>(row.data(), kDimension, neurons), delta), exact(i), 1e-9);
    }
  }
}

struct Limit {
  double delta, initial_800, at_001, at_01, other_at_01;
};

/// SGD at t = 0, .01, .1 against the limit; the limit of the other Delta at time .1 must be refuted at both times.
void compare(const Limit& limit) {
  const std::vector<double> times = {0.01, 0.1};
  const std::vector<Values> wide = risks(800, limit.delta, times, 2e-6),
                            narrow = risks(400, limit.delta, times, 2e-6);
  const Sample start = sample_of(wide[0]);
  EXPECT_LT(std::abs(start.mean - limit.initial_800), kQuantile * start.error);
  const double exact[] = {limit.at_001, limit.at_01};
  for (std::size_t k = 0; k < 2; ++k) {
    const Sample a = sample_of(wide[k + 1]), b = sample_of(narrow[k + 1]);
    const double extrapolated = 2 * a.mean - b.mean, error = std::sqrt(4 * a.error * a.error + b.error * b.error);
    EXPECT_LT(std::abs(extrapolated - exact[k]), kQuantile * error + 1e-3) << "t = " << times[k];
    EXPECT_GT(std::abs(extrapolated - limit.other_at_01), kQuantile * error + 1e-3) << "t = " << times[k];
  }
}

TEST(MeanFieldSgd, RiskFollowsTheLimitSmallDelta) {
  compare({0.4, 1.9538792353436087, 1.633606705793286, 0.5253072706751091, 1.3389795644527505});
}

TEST(MeanFieldSgd, RiskFollowsTheLimitLargeDelta) {
  compare({0.8, 1.713746410507229, 1.6318815502501252, 1.3389795644527505, 0.5253072706751091});
}

}  // namespace
}  // namespace sgdlimits
