// Invariant laws and gaps of schemes against closed forms and an independent computation, and what their error bounds
// are worth.
#include "solvers/markov/scheme_law.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "support/chains.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;

const std::vector<LineFunction> kMoments{[](ValuesView x, ValuesOut h) { h = x.square(); },
                                         [](ValuesView x, ValuesOut h) { h = x.square().square(); }};

enum class Method { euler_maruyama, heun, leimkuhler_matthews };

Result<SchemeLaw> law_of(Method method, std::shared_ptr<const Potential> f, double tau, double h) {
  const auto drift = minus_gradient(f);
  const Temperature temperature(tau);
  if (method == Method::euler_maruyama)
    return scheme_law(*euler_maruyama(drift, temperature, h), *f, temperature, kMoments);
  if (method == Method::heun) return scheme_law(*heun(drift, temperature, h), *f, temperature, kMoments);
  const test::LeimkuhlerMatthewsChain chain(drift, temperature, h);
  SchemeLawOptions options;
  options.smoothing = chain.smoothing();
  return scheme_law(chain, *f, temperature, kMoments, options);
}

// f = x^4/4 - x^2/2, tau = 1/2. <x^2>, <x^4> in closed form by Bessel functions, to the digits of an independent
// quadrature; E x f' = tau gives <x^4> - <x^2> = tau exactly.
TEST(GibbsMeans, OfTheDoubleWell) {
  const auto means = gibbs_means(test::DoubleWell(), Temperature(0.5), kMoments);
  ASSERT_TRUE(means.ok());
  EXPECT_NEAR(means.value()[0].value(), 0.8934649696, 5e-11);
  EXPECT_NEAR(means.value()[1].value(), 1.3934649696, 5e-11);
  EXPECT_NEAR(means.value()[1].value() - means.value()[0].value(), 0.5, 1e-14);
  EXPECT_LT(means.value()[0].discretisation_bound(), 1e-13);
}

// A kink is integrated with a bound that is honest: E |x - .3| for N(0, 1).
TEST(GibbsMeans, BoundTheErrorAtAKink) {
  const auto means =
      gibbs_means(test::Harmonic(1.0), Temperature(1), {[](ValuesView x, ValuesOut h) { h = (x - 0.3).abs(); }});
  const double exact = 2 * std::exp(-0.045) / std::sqrt(2 * M_PI) + 0.3 * std::erf(0.3 / std::sqrt(2.0));
  EXPECT_NEAR(means.value()[0].value(), exact, means.value()[0].discretisation_bound());
  EXPECT_LT(means.value()[0].discretisation_bound(), 1e-6);
}

struct Row {
  Method method;
  double h, bias_square, bias_gap, half_digit_square, half_digit_gap;
};

// Biases of <x^2> and of the gap from an independent computation: transition densities on 701 points of |x| <= 2.9,
// against .8934649696 and .422945 (so half a digit of that is added to the gap's tolerance). To the printed digits.
TEST(SchemeLaw, ReproducesTheTableOfTheDoubleWell) {
  using enum Method;
  const std::vector<Row> table{{euler_maruyama, 0.1, -0.022517, 0.03732, 5e-7, 5e-6},
                               {euler_maruyama, 0.05, -0.0104, 0.01588, 5e-7, 5e-6},
                               {euler_maruyama, 0.025, -0.0050416, 0.007442, 5e-8, 5e-7},
                               {heun, 0.1, -0.012886, 0.0036, 5e-7, 5e-6},
                               {heun, 0.05, -0.0027077, 0.000639, 5e-8, 5e-7},
                               {heun, 0.025, -0.00060929, 0.000125, 5e-9, 5e-7},
                               {leimkuhler_matthews, 0.1, -0.00055578, -0.00593, 5e-9, 5e-6},
                               {leimkuhler_matthews, 0.05, -0.00012276, -0.002583, 5e-9, 5e-7},
                               {leimkuhler_matthews, 0.025, -2.9475e-05, -0.001197, 5e-10, 5e-7}};
  const auto f = std::make_shared<test::DoubleWell>();
  const double square = gibbs_means(*f, Temperature(0.5), kMoments).value()[0].value();
  for (const Row& row : table) {
    const Result<SchemeLaw> law = law_of(row.method, f, 0.5, row.h);
    ASSERT_TRUE(law.ok()) << law.why();
    EXPECT_NEAR(law->means[0].value() - square, row.bias_square, row.half_digit_square);
    EXPECT_NEAR(law->gap.value() - 0.422945, row.bias_gap, row.half_digit_gap + 5e-7);
    EXPECT_LT(law->means[0].discretisation_bound(), 1e-9);
    EXPECT_LT(law->gap.discretisation_bound(), 1e-9);
  }
}

// a x^2/2 in closed form, from fine steps to some where the law is twice as wide as mu (another interval and weight
// are needed then). The truth lies inside of the bounds.
TEST(SchemeLaw, ContainsTheHarmonicLaws) {
  constexpr double a = 2, tau = 0.7;
  const auto f = std::make_shared<test::Harmonic>(a);
  for (const double z : {0.002, 0.2, 0.5, 1.5}) {
    const double variance[] = {1 / (1 - z / 2), (1 - z / 2) / (1 - z / 2 + z * z / 4), 1};
    const double contraction[] = {std::abs(1 - z), 1 - z + z * z / 2, std::abs(1 - z)};
    for (const Method method : {Method::euler_maruyama, Method::heun, Method::leimkuhler_matthews}) {
      const auto k = static_cast<std::size_t>(method);
      const Result<SchemeLaw> law = law_of(method, f, tau, z / a);
      ASSERT_TRUE(law.ok()) << law.why();
      const double square = tau / a * variance[k], gap = -std::log(contraction[k]) / (z / a);
      EXPECT_NEAR(law->means[0].value(), square, law->means[0].discretisation_bound()) << k << " " << z;
      EXPECT_NEAR(law->means[1].value(), 3 * square * square, law->means[1].discretisation_bound()) << k << " " << z;
      EXPECT_NEAR(law->gap.value(), gap, law->gap.discretisation_bound()) << k << " " << z;
      EXPECT_LE(law->exit_rate.value(), law->exit_rate.discretisation_bound());
      EXPECT_LT(law->gap.discretisation_bound(), 1e-8);
    }
  }
}

// At h = 0.5 steps from |x| > sqrt(1 + 2/h) overshoot for ever. Fails if a metastable law is passed off as invariant.
TEST(SchemeLaw, SaysWhereASchemeHasNoInvariantLaw) {
  const Result<SchemeLaw> law = law_of(Method::euler_maruyama, std::make_shared<test::DoubleWell>(), 0.5, 0.5);
  EXPECT_EQ(law.status(), Status::not_converged);
  EXPECT_NE(law.why().find("at step 0.5 the scheme has no invariant law: paths leave"), std::string::npos)
      << law.why();
}

/// f = |x| + x^2/2
class Kink final : public Potential {
 public:
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = (x.abs() + 0.5 * x.square()).col(0); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x.sign() + x; }
};

// A drift that jumps costs accuracy, and the bound must say so: contains the result of one finer lattice, centred on the kink.
TEST(SchemeLaw, BoundsTheErrorAtAJumpOfTheDrift) {
  const Kink f;
  const auto scheme = heun(minus_gradient(std::make_shared<Kink>()), Temperature(0.5), 0.1);
  const Result<SchemeLaw> coarse = scheme_law(*scheme, f, Temperature(0.5), kMoments);
  const OneStepOperator fine(*scheme, {-5, 5, 801},
                             [](ValuesView x, ValuesOut w) { w = -x.abs() - x.square() / 2; });
  ASSERT_TRUE(coarse.ok()) << coarse.why();
  const SchemeStationaryLaw law = fine.stationary_law();
  EXPECT_NEAR(coarse->means[0].value(), (law.weights * fine.nodes().square()).sum(),
              coarse->means[0].discretisation_bound() + 2e-5);
  EXPECT_LT(coarse->means[0].discretisation_bound(), 1e-3);
}

TEST(SchemeLaw, RefusesBadArguments) {
  const test::DoubleWell f;
  const auto scheme = heun(minus_gradient(std::make_shared<test::DoubleWell>()), Temperature(0.5), 0.1);
  SchemeLawOptions bad;
  bad.tolerance = 0;
  EXPECT_THROW(scheme_law(*scheme, f, Temperature(0.5), kMoments, bad), InvalidArgument);
  EXPECT_THROW(scheme_law(*scheme, test::Rippled(), Temperature(0.5), kMoments), InvalidArgument);
  EXPECT_THROW(gibbs_means(test::Rippled(), Temperature(0.5), kMoments), InvalidArgument);
  const std::vector<LineFunction> log{[](ValuesView x, ValuesOut h) { h = x.log(); }};
  EXPECT_THROW(scheme_law(*scheme, f, Temperature(0.5), log), InvalidArgument);
  EXPECT_THROW(gibbs_means(f, Temperature(0.5), log), InvalidArgument);
  // f = -x^2/2 has no Gibbs measure
  EXPECT_EQ(gibbs_means(test::Harmonic(-1.0), Temperature(0.5), kMoments).status(), Status::no_gibbs_measure);
}

}  // namespace
}  // namespace sgdlimits
