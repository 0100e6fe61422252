// Gaussian expectations of piecewise-linear neurons: closed forms, known values and plain quadrature.
#include "models/networks/gaussian_expectations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "models/networks/sampled_two_layer_net.hpp"
#include "unit/models/differences.hpp"

namespace sgdlimits {
namespace {

constexpr Activation kRamp = Activation::piecewise_linear;

// E sigma(t G) of the closed form s1 + (s2-s1)/(t2-t1) [t phi(t1/t) - t1 Phi(-t1/t) - t phi(t2/t) + t2 Phi(-t2/t)],
// to all digits.
TEST(GaussianMean, PiecewiseLinear) {
  EXPECT_NEAR(gaussian_mean(kRamp, 0, 0.5), -2.0853334186468073, 1e-14);
  EXPECT_NEAR(gaussian_mean(kRamp, 0, 0.8), -1.2989846769751168, 1e-14);
  EXPECT_NEAR(gaussian_mean(kRamp, 0, 1), -0.8151023636129862, 1e-14);
  EXPECT_NEAR(gaussian_mean(kRamp, 0, 2), 0.6035556070285386, 1e-14);
  EXPECT_NEAR(gaussian_mean(kRamp, 0, 5), 1.7087044543752423, 1e-14);
  EXPECT_EQ(gaussian_mean(kRamp, 1, 0), 2.5);
  EXPECT_NEAR(gaussian_mean(Activation::relu, 0, 3), 3 / std::sqrt(2 * std::numbers::pi), 1e-15);
}

// The arc-cosine kernel of order 1 (Cho, Saul 2009): E max(G1, 0) max(G2, 0) = (sqrt(1 - r^2) + r (pi - arccos
// r))/(2 pi), to the ends r = +-1.
TEST(GaussianProduct, ArcCosineKernel) {
  for (const double r : {-1.0, -0.99, -0.6, -0.1, 0.0, 0.3, 0.59, 0.61, 0.999, 1.0}) {
    const double exact = (std::sqrt(1 - r * r) + r * (std::numbers::pi - std::acos(r))) / (2 * std::numbers::pi);
    EXPECT_NEAR(gaussian_product(Activation::relu, {0, 2}, {0, 3}, r), 6 * exact, 1e-12) << r;
  }
}

/// E sigma(z1) sigma(z2) by Simpson's rule in G1 with the inner expectation in closed form: another formula.
double by_quadrature(Activation a, Preactivation z, Preactivation v, double r) {
  const int n = 40000;
  const double h = 20.0 / n, rest = v.sd * std::sqrt(1 - r * r);
  double sum = 0;
  for (int i = 0; i <= n; ++i) {
    const double g = -10 + h * i, weight = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * std::exp(-0.5 * g * g) * evaluate(a, z.mean + z.sd * g).value *
           gaussian_mean(a, v.mean + v.sd * r * g, rest);
  }
  return sum * h / 3 / std::sqrt(2 * std::numbers::pi);
}

// A wrong kink, sign or factor in Price's formula fails; means and sds differ, correlations on both sides of the
// change of rule. The plain rule is good to 1e-6 where it meets kinks between its nodes.
TEST(GaussianProduct, AgreesWithPlainQuadrature) {
  for (const Activation a : {Activation::relu, kRamp})
    for (const double r : {-0.95, -0.5, 0.2, 0.59, 0.61, 0.9})
      for (const auto& [z, v] : {std::pair<Preactivation, Preactivation>{{0, 1.4}, {0, 0.6}}, {{0.3, 0.2}, {-1, 2}}})
        EXPECT_NEAR(gaussian_product(a, z, v, r), by_quadrature(a, z, v, r), 2e-6) << to_string(a) << r;
}

// At correlation 1 the product is a one-dimensional mean of a square, known in closed form for the ramp: with equal
// pre-activations, E sigma^2 = 56.25 P(z > 3/2) + 6.25 P(z < 1/2) + E (10 z - 7.5)^2 between.
TEST(GaussianProduct, SquareOfOneNeuron) {
  const auto phi = [](double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); };
  const auto below = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
  for (const auto& [m, s] : {std::pair<double, double>{0, 1.3}, {0.7, 0.4}, {-2, 1}, {0, 0.1}}) {
    const double a = (0.5 - m) / s, b = (1.5 - m) / s, mass = below(b) - below(a);
    const double first = m * mass + s * (phi(a) - phi(b));
    const double second = (m * m + s * s) * mass + 2 * m * s * (phi(a) - phi(b)) + s * s * (a * phi(a) - b * phi(b));
    const double exact = 56.25 * (1 - below(b)) + 6.25 * below(a) + 100 * second - 150 * first + 56.25 * mass;
    EXPECT_NEAR(gaussian_product(kRamp, {m, s}, {m, s}, 1), exact, 1e-11) << m << " " << s;
  }
}

// Mean-field diagonal of the isotropic Gaussians: int U(theta, theta) rho_0 for rho_0 = N(0, .8^2/40 I_40), U(t, t) =
// (E sigma(1.4 r G)^2 + E sigma(.6 r G)^2)/2, r = |t|, by Simpson's rule in r, whose density is that of chi_40; and
// int V rho_0 + (int int U)/2 = (R(rho_0) - 1)/2. The values 8.932442398770995 (Delta = .4) and 10.564133007815204
// (.8) come from Gauss-Legendre quadrature over chi_40 with 500 nodes and the angle-averaged activation.
TEST(GaussianProduct, DiagonalOfTheMeanFieldKernel) {
  for (const auto& [delta, exact] : {std::pair<double, double>{0.4, 8.932442398770995}, {0.8, 10.564133007815204}}) {
    const int n = 400;
    const double end = 2.0, h = end / n, scale = 0.8 / std::sqrt(40.0);
    double sum = 0, mass = 0;
    for (int i = 1; i < n; ++i) {
      const double r = h * i, t = r / scale, weight = i % 2 == 1 ? 4 : 2;
      const double density = weight * std::exp(39 * std::log(t) - 0.5 * t * t - 19 * std::log(2.0) - std::lgamma(20));
      const double up = (1 + delta) * r, down = (1 - delta) * r;
      sum += density * 0.5 *
             (gaussian_product(kRamp, {0, up}, {0, up}, 1) + gaussian_product(kRamp, {0, down}, {0, down}, 1));
      mass += density;
    }
    EXPECT_NEAR(mass * h / 3 / scale, 1, 1e-12);
    EXPECT_NEAR(sum * h / 3 / scale, exact, 1e-9);
  }
}

// One neuron is one formula: f = c (1/2)[(1 - 2 b q(1.4 r) + b^2 E sigma^2) + (1 + 2 b q(.6 r) + b^2 E sigma^2)] +
// ridge.
TEST(PopulationRisk, OneNeuronIsItsFormula) {
  TwoLayerNetSpec spec;
  spec.activation = kRamp;
  spec.outer_weights = Eigen::VectorXd::Constant(1, 0.6);
  spec.loss_factor = 1.7;
  spec.ridge = 0.2;
  const Points w = testing::random_points(8, 3, 1, 2);
  const Values risk = population_risk(spec, *GaussianClasses::isotropic(3, 0.4), w);
  for (Index i = 0; i < 8; ++i) {
    const double r = std::sqrt(w.row(i).square().sum());
    double sum = 0;
    for (const double y : {1.0, -1.0}) {
      const double s = (1 + 0.4 * y) * r;
      sum += 0.5 * (1 - 1.2 * y * gaussian_mean(kRamp, 0, s) + 0.36 * gaussian_product(kRamp, {0, s}, {0, s}, 1));
    }
    EXPECT_NEAR(risk(i), 1.7 * sum + 0.1 * r * r, 1e-13);
  }
}

// The empirical risk of 4e5 fresh samples is the population risk within its statistical error (level 1e-6), for
// unequal classes with means, and not that of a slightly different law.
TEST(PopulationRisk, IsTheLimitOfTheEmpiricalRisk) {
  for (const Activation activation : {Activation::relu, kRamp}) {
    TwoLayerNetSpec spec;
    spec.activation = activation;
    spec.outer_weights = Eigen::Vector3d(1, -0.5, 2);
    spec.scale = OutputScale::inverse_width;
    const auto classes = [](double mean) {
      return GaussianClasses({{0.3, Eigen::Vector2d(mean, 0), Eigen::Vector2d(0.5, 1), 2},
                              {0.7, Eigen::Vector2d(0, -1), Eigen::Vector2d(1, 0.25), -1}});
    };
    const Points w = testing::random_points(8, 6, 1, 6);
    const Index n = 400000;
    Points x(2, n);
    Values y(n);
    Scratch scratch;
    draw_samples(classes(1), Noise(8, Stream::sample), 0, 0, x, y, scratch);
    const Points prediction = two_layer_prediction(spec, w, x.matrix().transpose());
    const Values exact = population_risk(spec, classes(1), w), planted = population_risk(spec, classes(1.1), w);
    double largest_planted = 0;
    for (Index i = 0; i < 8; ++i) {
      const Values loss = (prediction.row(i).transpose() - y).square();
      const double error = std::sqrt((loss - loss.mean()).square().mean() / static_cast<double>(n));
      EXPECT_LT(std::abs(loss.mean() - exact(i)), 5.3 * error) << i;  // 8 tests at level 1e-7
      largest_planted = std::max(largest_planted, std::abs(loss.mean() - planted(i)) / error);
    }
    EXPECT_GT(largest_planted, 5.3);
  }
}

// Stein's identity for the gradient against differences of the risk, which shares only the product: means that do not
// vanish, unequal sds, several neurons, ridge. A lost class, factor or exchanged pair fails.
TEST(PopulationRisk, GradientAgreesWithDifferences) {
  for (const Activation activation : {Activation::relu, kRamp})
    for (const Index width : {1, 2, 4}) {
      TwoLayerNetSpec spec;
      spec.activation = activation;
      spec.outer_weights = testing::random_points(8, 1, 1, 4).col(0).head(width).matrix();
      spec.scale = OutputScale::inverse_root_width;
      spec.loss_factor = 1.3;
      spec.ridge = 0.2;
      const GaussianClasses law({{0.3, Eigen::Vector2d(0.7, 0), Eigen::Vector2d(0.5, 1), 2},
                                 {0.7, Eigen::Vector2d(0, -1), Eigen::Vector2d(1, 0.25), -1}});
      const Points w = testing::random_points(8, 2 * width, 1, 6);
      const Points g = population_risk_gradient(spec, law, w);
      for (Index j = 0; j < w.cols(); ++j) {
        const double h = 1e-3;
        const auto at = [&](double shift) {
          Points shifted = w;
          shifted.col(j) += shift;
          return population_risk(spec, law, shifted);
        };
        const Values difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        EXPECT_LT((difference - g.col(j)).abs().maxCoeff(), 1e-8 * (1 + g.abs().maxCoeff()))
            << to_string(activation) << width << " " << j;
      }
    }
}

TEST(GaussianExpectations, RefusesWhatIsNone) {
  EXPECT_THROW(gaussian_mean(Activation::tanh, 0, 1), InvalidArgument);
  EXPECT_THROW(gaussian_mean(kRamp, 0, -1), InvalidArgument);
  EXPECT_THROW(gaussian_product(kRamp, {0, 1}, {0, 1}, 1.1), InvalidArgument);
  EXPECT_THROW(gaussian_product(kRamp, {0, 1}, {NAN, 1}, 0), InvalidArgument);
  TwoLayerNetSpec spec = mean_field_net(kRamp, 2);
  EXPECT_THROW(population_risk(spec, *GaussianClasses::isotropic(3, 0.4), Points::Zero(1, 5)), InvalidArgument);
  spec.loss = Loss::logistic;
  EXPECT_THROW(population_risk(spec, *GaussianClasses::isotropic(3, 0.4), Points::Zero(1, 6)), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
