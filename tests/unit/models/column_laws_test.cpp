// Laws of one number: quadrature rules against closed moments, samples against the rules.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "models/data/column_laws.hpp"
#include "models/data/gauss_rules.hpp"

namespace {

using namespace sgdlimits;

double moment(const WeightedNodes& rule, int p) { return (rule.weights * rule.nodes.pow(p)).sum(); }

/// E Z^p of N(0, 1), of the uniform law on [-1, 1], of the exponential of mean 1.
double gaussian_moment(int p) {
  return p % 2 == 1 ? 0 : std::exp(std::lgamma(p + 1) - std::lgamma(p / 2 + 1)) / std::pow(2, p / 2);
}
double uniform_moment(int p) { return p % 2 == 1 ? 0 : 1.0 / (p + 1); }
double exponential_moment(int p) { return std::exp(std::lgamma(p + 1)); }

// m nodes are exact to degree 2 m - 1 and not at 2 m: a wrong recurrence, or weights of another rule, fails. Errors
// are relative to the moment's size E|Z|^p.
TEST(GaussRules, AreExactToTheirDegreeAndNotBeyond) {
  struct Family {
    WeightedNodes (*rule)(Index);
    double (*moment)(int);
  };
  for (const Family family : {Family{gauss_legendre, uniform_moment}, Family{gauss_hermite, gaussian_moment},
                              Family{gauss_laguerre, exponential_moment}}) {
    for (const Index m : {1, 2, 5, 12}) {
      const WeightedNodes rule = family.rule(m);
      for (int p = 0; p < 2 * m; ++p) {
        const double size = (rule.weights * rule.nodes.abs().pow(p)).sum();
        EXPECT_NEAR(moment(rule, p), family.moment(p), 1e-12 * size) << m << " nodes, degree " << p;
      }
      const int p = static_cast<int>(2 * m);
      EXPECT_LT(moment(rule, p), family.moment(p) * (1 - 1e-8)) << m;
    }
  }
}

// Large rules keep the relative accuracy of small weights: E exp(Z) for N(0, 3^2) is half carried by Z near 9. Nodes
// whose weight underflows are gone.
TEST(GaussRules, LargeRulesIntegrateTails) {
  for (const Index m : {64, 256}) {
    const WeightedNodes rule = gauss_hermite(m);
    EXPECT_NEAR((rule.weights * (3 * rule.nodes).exp()).sum(), std::exp(4.5), 1e-11 * std::exp(4.5));
  }
  const WeightedNodes rule = gauss_laguerre(256);
  EXPECT_LT(rule.nodes.size(), 256);
  EXPECT_NEAR((rule.weights * (-rule.nodes).exp()).sum(), 0.5, 1e-13);
  EXPECT_THROW(gauss_hermite(0), InvalidArgument);
}

struct Known {
  std::shared_ptr<const ColumnLaw> law;
  double mean, square;
};

std::vector<Known> known_laws() {
  const auto mixture = mixture_column({{0.25, gaussian_column(-2, 0.5)}, {0.75, uniform_column(0, 2)}});
  return {{gaussian_column(1, 2), 1, 5},
          {gaussian_column(3, 0), 3, 9},
          {uniform_column(-1, 3), 1, 1 + 4.0 / 3},
          {rademacher_column(0.5), 0, 0.25},
          {exponential_column(2), 2, 8},
          {lognormal_column(0.2, 0.5), std::exp(0.2 + 0.125), std::exp(0.4 + 0.5)},
          {mixture, 0.25, 0.25 * 4.25 + 0.75 * 4 / 3}};
}

// A variance read as standard deviation, or a mixture's weights exchanged, fails.
TEST(ColumnLaws, RulesHaveTheClosedMoments) {
  for (const Known& known : known_laws()) {
    const WeightedNodes rule = known.law->rule(16);
    EXPECT_NEAR(rule.weights.sum(), 1, 1e-14) << known.law->description();
    EXPECT_NEAR(moment(rule, 1), known.mean, 1e-13) << known.law->description();
    EXPECT_NEAR(moment(rule, 2), known.square, 1e-12) << known.law->description();
  }
}

// Means over 200000 samples of z, z^2 and cos z against the rule, at the level 1e-6 for all together (|t| < 5.5); the
// same samples shifted by a fiftieth of their standard deviation, or of another law, are told apart (|t| > 5.5).
TEST(ColumnLaws, SamplesHaveTheLawOfTheRule) {
  constexpr Index kSamples = 200'000;
  constexpr double kLevel = 5.5;  // 21 tests of 2.6e-8 each
  const auto t_values = [&](const ColumnLaw& law, const ColumnLaw& expected) {
    Points z(kSamples, law.normals_per_sample());
    Noise(5, Stream::test).normals(0, 0, z);
    Values samples(kSamples);
    law.transform(z, samples);
    const WeightedNodes rule = expected.rule(32);
    double worst = 0;
    for (const auto& h : {std::function<double(double)>([](double x) { return x; }),
                          std::function<double(double)>([](double x) { return x * x; }),
                          std::function<double(double)>([](double x) { return std::cos(x); })}) {
      const Values seen = samples.unaryExpr(h);
      const double mean = seen.mean(), sd = std::sqrt((seen - mean).square().mean()),
                   exact = (rule.weights * rule.nodes.unaryExpr(h)).sum();
      const double error = std::abs(mean - exact);
      if (error > 1e-12) worst = std::max(worst, error / (sd / std::sqrt(static_cast<double>(kSamples))));
    }
    return worst;
  };
  for (const Known& known : known_laws()) EXPECT_LT(t_values(*known.law, *known.law), kLevel);
  EXPECT_GT(t_values(*gaussian_column(0.02, 1), *gaussian_column(0, 1)), kLevel);
  EXPECT_GT(t_values(*exponential_column(1), *exponential_column(1.02)), kLevel);
  EXPECT_GT(t_values(*mixture_column({{0.5, gaussian_column(-1, 0)}, {0.5, gaussian_column(1, 0)}}),
                     *mixture_column({{0.52, gaussian_column(-1, 0)}, {0.48, gaussian_column(1, 0)}})),
            kLevel);
}

// The maps are the laws' quantiles at Phi(z), also far out, where 1 - Phi(z) would be rounded away.
TEST(ColumnLaws, SamplesAreQuantiles) {
  Points z(3, 1);
  z << -1, 0, 9;
  Values out(3);
  exponential_column(2)->transform(z, out);
  const double tail = 0.5 * std::erfc(9 / std::numbers::sqrt2);
  EXPECT_NEAR(out(1), 2 * std::log(2), 1e-15);
  EXPECT_NEAR(out(2), -2 * std::log(tail), 1e-12);
  uniform_column(-1, 1)->transform(z, out);
  EXPECT_NEAR(out(0), -std::erf(1 / std::numbers::sqrt2), 1e-15);
  EXPECT_EQ(out(1), 0);
}

TEST(ColumnLaws, RefuseWhatIsNoLaw) {
  EXPECT_THROW(gaussian_column(0, -1), InvalidArgument);
  EXPECT_THROW(uniform_column(1, 1), InvalidArgument);
  EXPECT_THROW(rademacher_column(0), InvalidArgument);
  EXPECT_THROW(exponential_column(INFINITY), InvalidArgument);
  EXPECT_THROW(lognormal_column(NAN, 1), InvalidArgument);
  EXPECT_THROW(mixture_column({}), InvalidArgument);
  EXPECT_THROW(mixture_column({{0.5, gaussian_column(0, 1)}}), InvalidArgument);
  EXPECT_THROW(mixture_column({{1, nullptr}}), InvalidArgument);
}

}  // namespace
