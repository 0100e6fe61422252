// A plateau far above the minimum has no mass and slow modes of its own. The box used to end where exp(-f/tau) is
// 1e-12: it left the plateau out, growing it by 1.3 changed nothing, and 15.6 was given as the gap with a bound of
// 1e-9 where it is .70. Each test fails if the box does not reach the classically allowed region.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "solvers/spectrum/spectral_gap.hpp"
#include "solvers/spectrum/witten_potential.hpp"
#include "support/spectral_potentials.hpp"

namespace sgdlimits {
namespace {

using testing::Line;
using testing::Plane;

double plateau(double x) { return 0.065 * x * x + 32 * std::pow(std::tanh(x / 2), 2); }
double plateau_slope(double x) {
  const double t = std::tanh(x / 2);
  return 0.13 * x + 32 * t * (1 - t * t);
}

double gap(const Potential& f, std::optional<Box> box = {}, Index modes = 5) {
  SpectralGapOptions options;
  options.modes = modes;
  options.box = std::move(box);
  const auto found = spectral_gap(f, Temperature(0.5), options);
  EXPECT_TRUE(found.ok()) << found.report().why;
  return found.ok() ? found.value().eigenvalues[0].value() : 0;
}

// Against a box given by hand, so large that the answer does not depend on it.
TEST(SpectralGapBox, HoldsAPlateauWithoutMass) {
  const Line f(plateau, plateau_slope);
  const double truth = gap(f, testing::interval(-25, 25));
  EXPECT_LT(truth, 1);
  EXPECT_NEAR(gap(f) / truth, 1, 1e-6);
  EXPECT_NEAR(gap(f, {}, 1) / truth, 1, 1e-6);
}

// A kink well at 3, 40 tau above the minimum, where f'' is a point mass. Its lifetime is the gap: 3.988825396943e-13
// by Gauss quadrature between the kinks of one inverse iteration from the indicator of x > 1.35, whose error is
// (lambda_1/lambda_2)^2. The kink at 3 used to be no cell edge, and the bound was passed fifteenfold.
TEST(SpectralGapBox, HoldsAKinkWellWithoutMass) {
  const auto second = [](double x) { return 20 + 10 * std::abs(x - 3); };
  const Line f([&](double x) { return std::min(20 * x * x, second(x)); },
               [&](double x) {
                 return 20 * x * x < second(x) ? 40 * x : x < 3 ? -10.0 : x > 3 ? 10.0 : 0.0;
               });
  const double truth = 3.988825396943e-13;
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    SpectralGapOptions options;
    options.modes = 2;
    options.tolerance = tolerance;
    const auto found = spectral_gap(f, Temperature(0.5), options);
    ASSERT_TRUE(found.ok()) << found.report().why;
    const double error = std::abs(found.value().gap.value() - truth), bound = found.value().error_bound;
    EXPECT_LE(error, bound + 1e-11 * truth);
    EXPECT_LE(bound, tolerance * truth);
    EXPECT_NEAR(found.value().eigenvalues[1].value(), 40, 40 * tolerance);
  }
}

// The same plateau in the plane beside a stiff second coordinate (gap 20): the product's gap is the plateau's.
TEST(SpectralGapBox, HoldsAPlateauInThePlane) {
  const Plane f([](double x, double y) { return plateau(x) + 10 * y * y; },
                [](double x, double y, double* g) { g[0] = plateau_slope(x), g[1] = 20 * y; });
  EXPECT_NEAR(gap(f, {}, 2) / gap(Line(plateau, plateau_slope)), 1, 1e-5);
}

/// Eigenvalues below `energy` of -tau u'' + V u = lambda u, u = 0 at |x| = length, by Sturm's sequence on three-point
/// differences: no Gibbs measure, no generator, no box of the method's.
Index sturm_count(const std::function<double(double)>& v, double tau, double length, Index cells, double energy) {
  const double h = 2 * length / static_cast<double>(cells), off = std::pow(tau / (h * h), 2);
  Index below = 0;
  double d = std::numeric_limits<double>::infinity();
  for (Index i = 1; i < cells; ++i) {
    d = 2 * tau / (h * h) + v(-length + static_cast<double>(i) * h) - energy - off / d;
    below += d < 0;
  }
  return below;
}

// (x + 2 sin x)^2 + 1.25 x^2 at tau = 1: shelves near |x| = 9.5, where the density is e^-200, carry a pair of modes
// between the fourth and the next in the middle, 18.19. Fails if a mode is missed or invented below 18, or on one
// side of any of the seven values by a thousandth.
TEST(SpectralGapBox, CountsAsSturmsSequenceDoes) {
  const Line f = testing::sine_neuron(2.5);
  const auto v = [](double x) {
    const double z = x + 2 * std::sin(x), dz = 1 + 2 * std::cos(x), slope = 2 * z * dz + 2.5 * x;
    return slope * slope / 4 - 0.5 * (2 * dz * dz - 4 * z * std::sin(x) + 2.5);
  };
  SpectralGapOptions options;
  options.modes = 7;
  const auto found = spectral_gap(f, Temperature(1), options);
  ASSERT_TRUE(found.ok()) << found.report().why;
  const auto count = [&](double energy) { return sturm_count(v, 1, 20, 40000, energy); };
  EXPECT_EQ(count(18), 7);
  for (std::size_t k = 0; k < 7; ++k) {
    const double value = found.value().eigenvalues[k].value();
    EXPECT_LE(count(value * 0.999), static_cast<Index>(k + 1)) << value;
    EXPECT_GE(count(value * 1.001), static_cast<Index>(k + 2)) << value;
  }
}

// x^2/2: V = x^2/(4 tau) - 1/2, so that {V < E} ends at sqrt(4 tau (E + 1/2)). Fails if the region is cut short, or
// passes its end by more than two steps of the search, 1.01 of the distance each.
TEST(ClassicallyAllowedBox, OfAQuadratic) {
  const double tau = 0.5, energy = 7.5, end = 4;
  const Line line([](double x) { return x * x / 2; }, [](double x) { return x; });
  const Box found =
      classically_allowed_box(line, Temperature(tau), energy, testing::interval(-1, 1), Box::everywhere(1));
  EXPECT_GE(found.upper(0), end);
  EXPECT_LT(found.upper(0), 1.03 * end);
  EXPECT_NEAR(found.lower(0), -found.upper(0), 1e-12);
  // inside: nothing to add; at a wall: no farther than the wall
  const Box wide = testing::interval(-9, 9);
  EXPECT_EQ(classically_allowed_box(line, Temperature(tau), energy, wide, Box::everywhere(1)).upper(0), 9);
  EXPECT_EQ(
      classically_allowed_box(line, Temperature(tau), energy, testing::interval(-1, 1), testing::interval(-9, 2))
          .upper(0),
      2);
}

}  // namespace
}  // namespace sgdlimits
