// The discrete eigenvalues are of second order, no more, no less: two-sided, on nonlinear potentials. A first-order
// flux (upwind) or a misplaced face would leave the interval below, an accidental exactness above.
#include <gtest/gtest.h>

#include "solvers/spectrum/lowest_modes.hpp"
#include "support/spectral_potentials.hpp"

namespace sgdlimits {
namespace {

/// Slope of log error over log(1/n) between successive doublings; each must lie in [1.9, 2.1].
void expect_second_order(const Potential& f, double tau, double reach, Index coarsest, double truth) {
  double before = 0;
  for (Index n = coarsest, i = 0; i < 5; ++i, n *= 2) {
    std::vector<Axis> axes(static_cast<std::size_t>(f.dimension()), Axis::uniform(-reach, 1.1 * reach, n));
    const Generator generator(f, std::make_shared<Grid>(axes), Temperature(tau));
    const auto modes = lowest_modes(generator, 1, Points(), Execution{});
    ASSERT_TRUE(modes.ok()) << modes.why();
    const double error = std::abs(modes->eigenvalues(0) - truth);
    if (i > 0) {
      EXPECT_GT(std::log2(before / error), 1.9) << n;
      EXPECT_LT(std::log2(before / error), 2.1) << n;
    }
    before = error;
    if (f.dimension() > 1 && n >= 8 * coarsest) break;
  }
}

TEST(SpectralOrder, DoubleWell) { expect_second_order(testing::double_well(), 0.25, 2.2, 64, 0.029779593309437365); }

TEST(SpectralOrder, MexicanHat) {
  const testing::Plane f(
      [](double x, double y) { return std::pow(x * x + y * y - 1, 2); },
      [](double x, double y, double* g) { g[0] = 4 * x * (x * x + y * y - 1), g[1] = 4 * y * (x * x + y * y - 1); });
  expect_second_order(f, 0.25, 2.0, 24, 0.30029773633857615);
}

}  // namespace
}  // namespace sgdlimits
