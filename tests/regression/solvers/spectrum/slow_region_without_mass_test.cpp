// A plateau far above the minimum has no mass and slow modes of its own. The box used to end where exp(-f/tau) is
// 1e-12: it left the plateau out, growing it by 1.3 changed nothing, and 15.6 was given as the gap with a bound of
// 1e-9 where it is .70. Each test fails if the box does not reach the classically allowed region.
#include <gtest/gtest.h>

#include <cmath>

#include "solvers/spectrum/spectral_gap.hpp"
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

// A kink well at 3, 40 tau above the minimum: its lifetime is the gap, and f'' there is a point mass.
TEST(SpectralGapBox, HoldsAKinkWellWithoutMass) {
  const auto second = [](double x) { return 20 + 10 * std::abs(x - 3); };
  const Line f([&](double x) { return std::min(20 * x * x, second(x)); },
               [&](double x) { return 20 * x * x < second(x) ? 40 * x
                                      : x < 3                ? -10.0
                                                             : 10.0; });
  const double truth = gap(f, testing::interval(-2.5, 8));
  EXPECT_LT(truth, 1e-3);
  EXPECT_NEAR(gap(f) / truth, 1, 1e-6);
}

// The same plateau in the plane beside a stiff second coordinate (gap 20): the product's gap is the plateau's.
TEST(SpectralGapBox, HoldsAPlateauInThePlane) {
  const Plane f([](double x, double y) { return plateau(x) + 10 * y * y; },
                [](double x, double y, double* g) { g[0] = plateau_slope(x), g[1] = 20 * y; });
  EXPECT_NEAR(gap(f, {}, 2) / gap(Line(plateau, plateau_slope)), 1, 1e-5);
}

}  // namespace
}  // namespace sgdlimits
