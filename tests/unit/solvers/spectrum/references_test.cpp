// Eigenvalues against closed forms and ten-digit values, at default settings. A wrong discretisation, box, order of
// extrapolation, missed mode or dishonest bound makes these fail.
#include <gtest/gtest.h>

#include "solvers/spectrum/spectral_gap.hpp"
#include "support/spectral_potentials.hpp"

namespace sgdlimits {
namespace {

using testing::interval;
using testing::Line;
using testing::Plane;

/// Every value to 1e-6; the bound contains the truth (known to `trust` relative) and is at most a hundred times the
/// larger of the true error and the tolerance.
void expect_eigenvalues(const Potential& potential, double learning_rate, const std::vector<double>& truth,
                        std::optional<Box> box = {}, double trust = 1e-11) {
  SpectralGapOptions options;
  options.box = std::move(box);
  options.modes = static_cast<Index>(std::max<std::size_t>(truth.size(), 1));
  const auto result = spectral_gap(potential, LearningRate(learning_rate).temperature(), options);
  ASSERT_TRUE(result.ok()) << result.why();
  ASSERT_EQ(result->eigenvalues.size(), truth.size());
  for (std::size_t k = 0; k < truth.size(); ++k) {
    const Measurement& m = result->eigenvalues[k];
    const double error = std::abs(m.value() - truth[k]);
    EXPECT_LE(error, 1e-6 * truth[k]) << "mode " << k + 1;
    EXPECT_LE(error, m.discretisation_bound() + trust * truth[k]) << "mode " << k + 1;
    EXPECT_LE(m.discretisation_bound(), 100 * std::max(error, options.tolerance * truth[k])) << "mode " << k + 1;
  }
  EXPECT_TRUE(result->count_proof.done) << result->count_proof.why_not;
  EXPECT_DOUBLE_EQ(result->gap.value(), result->eigenvalues[0].value());
  EXPECT_DOUBLE_EQ(result->error_bound, result->eigenvalues[0].discretisation_bound());
}

// Spectral elements and sinc collocation of the symmetrised operator agree to 1e-11 in these.
TEST(SpectralReferences, Quadratic) {
  expect_eigenvalues(Line([](double x) { return x * x / 2; }, [](double x) { return x; }), 0.5, {1, 2, 3, 4, 5});
}

TEST(SpectralReferences, UniformOnAnInterval) {
  expect_eigenvalues(
      Line([](double) { return 0.0; }, [](double) { return 0.0; }), 1.0,
      {4.934802200544679, 19.739208802178716, 44.41321980490211, 78.95683520871486, 123.37005501361698},
      interval(0, 1));
}

TEST(SpectralReferences, TruncatedExponential) {
  expect_eigenvalues(
      Line([](double x) { return x; }, [](double) { return 1.0; }), 1.0,
      {5.434802200544679, 20.239208802178716, 44.91321980490211, 79.45683520871486, 123.87005501361698},
      interval(0, 1));
}

TEST(SpectralReferences, TruncatedNormalHasGapThree) {
  expect_eigenvalues(Line([](double x) { return x * x / 2; }, [](double x) { return x; }), 2.0,
                     {3.0, 10.440202892191266, 22.784328829340076, 40.058603971722654, 62.26635031182571},
                     interval(-1, 1));
}

TEST(SpectralReferences, TriangularDensityHasBesselZeros) {
  expect_eigenvalues(
      Line([](double x) { return -std::log(1 - std::abs(x)); },
           [](double x) { return (x > 0 ? 1 : -1) / (1 - std::abs(x)); }, interval(-1, 1)),
      2.0, {5.783185962946784, 14.681970642123893, 30.471262343662087, 49.2184563216946, 74.88700679069518});
}

TEST(SpectralReferences, Quartic) {
  expect_eigenvalues(
      Line([](double x) { return x * x * x * x / 4; }, [](double x) { return x * x * x; }), 1.0,
      {0.967741052264185, 3.149247950741802, 5.840485443015471, 9.021317481607575, 12.627302441805092});
}

TEST(SpectralReferences, DoubleWell) {
  const Line f = testing::double_well();
  expect_eigenvalues(
      f, 2.0, {0.7486816723483941, 6.0041136708509075, 11.66069555767126, 18.6431467814082, 26.87045526882478});
  expect_eigenvalues(
      f, 1.0, {0.22727330100864968, 4.078279891768595, 7.604028342382014, 11.951442255544785, 17.246288691683716});
  expect_eigenvalues(
      f, 0.5, {0.029779593309437365, 3.3103940641197322, 5.512240297890042, 7.9114783436023055, 11.145930302443693});
  expect_eigenvalues(
      f, 0.25, {0.0005718688888685657, 3.4909119708113665, 5.421739836336587, 6.336334170149358, 7.95830644641358});
}

TEST(SpectralReferences, TripleWell) {
  const auto f = [](double x) { return x * x * (x * x - 2) * (x * x - 2) / 2; };
  const auto slope = [](double x) { return x * (x * x - 2) * (x * x - 2) + 2 * x * x * x * (x * x - 2); };
  expect_eigenvalues(
      Line(f, slope), 0.5,
      {0.11125718688962623, 0.24997487192597193, 3.2995558174499418, 5.2979874467124155, 7.67633424814563});
}

// pairs that agree to 5e-10 and 3e-9 relative
TEST(SpectralReferences, SineNeuron) {
  expect_eigenvalues(testing::sine_neuron(4), 2.0,
                     {10.73379062915059, 10.73379063414003, 20.8236084549452, 21.24282312057594, 21.24283965098973});
  // The fifth belongs to shelves near |x| = 9.5, where exp(-f/tau) is e^-200: a table made on a box that holds the
  // measure has 18.1894517 there. By Sturm bisection on -tau u'' + V u = lambda u, |x| <= 20, three-point differences
  // with 8, 16 and 32 thousand cells, extrapolated twice: 11.40245151858; 7 eigenvalues below 11.5 for |x| <= 15, 30.
  expect_eigenvalues(testing::sine_neuron(2.5), 2.0,
                     {2.1962514287440404, 2.1962514354800806, 9.923921163506817, 9.923921525882148, 11.40245151858},
                     {}, 1e-10);
}

// f = x - 2 log x on (0, inf), tau = 1/4: H is the Coulomb problem, lambda_n = 1 - 16/(n + 4)^2 below the bottom 1
TEST(SpectralReferences, GammaLawOnTheHalfLine) {
  std::vector<double> exact;
  for (int n = 1; n <= 5; ++n) exact.push_back(1 - 16.0 / ((n + 4) * (n + 4)));
  const Box half = interval(0, std::numeric_limits<double>::infinity());
  expect_eigenvalues(Line([](double x) { return x - 2 * std::log(x); }, [](double x) { return 1 - 2 / x; }, half),
                     0.5, exact);
}

TEST(SpectralReferences, TwoDimensionalGaussian) {
  expect_eigenvalues(
      Plane([](double x, double y) { return x * x + .8 * x * y + y * y / 2; },
            [](double x, double y, double* g) { g[0] = 2 * x + .8 * y, g[1] = .8 * x + y; }),
      0.5, {0.5566018867943398, 1.1132037735886795, 1.669805660383019, 2.2264075471773586, 2.4433981132056606});
}

// exact pairs l = 1, and l = 2 which the lattice splits
TEST(SpectralReferences, RadialQuartic) {
  expect_eigenvalues(
      Plane([](double x, double y) { return std::pow(x * x + y * y, 2) / 4; },
            [](double x, double y, double* g) { g[0] = x * (x * x + y * y), g[1] = y * (x * x + y * y); }),
      1.0, {1.1793021117871734, 1.1793021117871734, 2.935441833532425, 2.935441833532425, 3.9786142105810836});
}

TEST(SpectralReferences, MexicanHat) {
  expect_eigenvalues(
      Plane([](double x, double y) { return std::pow(x * x + y * y - 1, 2); },
            [](double x, double y, double* g) {
              const double r = 4 * (x * x + y * y - 1);
              g[0] = x * r, g[1] = y * r;
            }),
      0.5, {0.30029773633857615, 0.30029773633857615, 1.1358558076427672, 1.1358558076427672, 2.4482510114053535});
}

// one sigmoid neuron with two inputs on five data: two wells
TEST(SpectralReferences, NetB) {
  const Plane f = testing::net_b();
  expect_eigenvalues(
      f, 0.5,
      {0.031107890089693124, 0.14250343207060404, 0.24382502773075715, 0.3273890095577255, 0.35852467471303434});
  expect_eigenvalues(
      f, 0.1,
      {0.0032842063495522682, 0.06940250697269278, 0.11849812012760806, 0.17633717601780644, 0.2473973279637874});
  expect_eigenvalues(
      f, 0.05,
      {0.0004044514098350867, 0.06062699976989546, 0.09578073127235372, 0.12838905474068255, 0.17451448618062923}, {},
      1e-10);
}

TEST(SpectralReferences, NetC) {
  expect_eigenvalues(
      testing::net_c(), 0.5,
      {0.12408414993566727, 0.16637949406614883, 0.25327761373134905, 0.27266612552804265, 0.31097035019803054});
}

Plane well_and_parabola() {
  return {[](double x, double y) { return std::pow(x * x - 1, 2) + y * y; },
          [](double x, double y, double* g) { g[0] = 4 * x * (x * x - 1), g[1] = 2 * y; }};
}

TEST(SpectralReferences, ProductOfWellAndParabola) {
  const double a = 0.029779593309437365;
  expect_eigenvalues(well_and_parabola(), 0.5, {a, 2.0, 2 + a, 3.3103940641197322, 4.0});
}

// A gap of 6e-15, below the rounding of H itself: the one-dimensional solver answers for the two-dimensional one.
TEST(SpectralReferences, TinyGapInTwoDimensions) {
  SpectralGapOptions options;
  options.modes = 2;
  const Temperature tau = LearningRate(0.06).temperature();
  const auto line = spectral_gap(testing::double_well(), tau, options);
  const auto plane = spectral_gap(well_and_parabola(), tau, options);
  ASSERT_TRUE(line.ok() && plane.ok()) << plane.why();
  EXPECT_LT(line->gap.value(), 1e-14);
  EXPECT_NEAR(plane->gap.value() / line->gap.value(), 1.0, 1e-6);
  EXPECT_NEAR(plane->eigenvalues[1].value(), 2.0, 2e-6);
}

}  // namespace
}  // namespace sgdlimits
