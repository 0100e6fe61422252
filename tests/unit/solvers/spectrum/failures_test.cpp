// Potentials without Gibbs measure, gap or finite values must be told apart, each with its reason.
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "support/spectral_potentials.hpp"

namespace sgdlimits {
namespace {

using testing::interval;
using testing::Line;

Result<SpectralGapEstimate> gap_of(const Potential& f, double learning_rate = 1, Index modes = 5) {
  SpectralGapOptions options;
  options.modes = modes;
  return spectral_gap(f, LearningRate(learning_rate).temperature(), options);
}

TEST(SpectralFailures, NoGibbsMeasure) {
  const Line cases[] = {
      {[](double x) { return x; }, [](double) { return 1.0; }},
      {[](double x) { return -x * x; }, [](double x) { return -2 * x; }},
      {[](double x) { return std::sin(x); }, [](double x) { return std::cos(x); }},
      {[](double x) { return 100 * std::cos(x); }, [](double x) { return -100 * std::sin(x); }},  // deep wells
      {[](double) { return 0.0; }, [](double) { return 0.0; }},
      {[](double x) { return 0.1 * std::log1p(x * x); }, [](double x) { return 0.2 * x / (1 + x * x); }}};
  for (const Line& f : cases) {
    const auto result = gap_of(f);
    EXPECT_EQ(result.status(), Status::no_gibbs_measure) << result.why();
    EXPECT_NE(result.why().find("integrable"), std::string::npos) << result.why();
  }
  EXPECT_NE(gap_of(cases[0]).why().find("reflecting box"), std::string::npos);
}

// heavy tails: a Gibbs measure without a gap
TEST(SpectralFailures, HeavyTails) {
  const Line polynomial([](double x) { return 3 * std::log1p(x * x); }, [](double x) { return 6 * x / (1 + x * x); });
  const Line stretched([](double x) { return std::sqrt(1 + std::abs(x)); },
                       [](double x) { return (x > 0 ? .5 : -.5) / std::sqrt(1 + std::abs(x)); });
  for (const Line* f : {&polynomial, &stretched}) {
    const auto result = gap_of(*f);
    EXPECT_EQ(result.status(), Status::essential_spectrum) << result.why();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->essential_spectrum_bottom, 0.0);
  }
}

// |x|: gap 1/(2 s), not attained
TEST(SpectralFailures, LaplaceLawHasOnlyContinuum) {
  const auto result =
      gap_of(Line([](double x) { return std::abs(x); }, [](double x) { return x > 0 ? 1.0 : -1.0; }), 0.5);
  EXPECT_EQ(result.status(), Status::essential_spectrum);
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->eigenvalues.empty());
  EXPECT_NEAR(*result->essential_spectrum_bottom, 1.0, 1e-6);
  EXPECT_NEAR(result->poincare_constant.value(), 0.25, 1e-6);
  EXPECT_NE(result.why().find("starts at 1"), std::string::npos);
}

// log cosh: n - s n^2/2 for n < 1/s, and nothing of the continuum among them
TEST(SpectralFailures, LogCoshReportsEigenvaluesBelowTheContinuumOnly) {
  for (const double s : {0.5, 0.25, 0.4}) {
    const auto result = gap_of(testing::log_cosh(), s);
    ASSERT_TRUE(result.ok()) << result.why();
    const auto below = static_cast<std::size_t>(std::ceil(1 / s) - 1);
    ASSERT_EQ(result->eigenvalues.size(), below) << s;
    for (std::size_t n = 1; n <= below; ++n) {
      const double exact = static_cast<double>(n) * (1 - s * static_cast<double>(n) / 2);
      EXPECT_NEAR(result->eigenvalues[n - 1].value(), exact, 1e-6 * exact);
    }
    EXPECT_NEAR(result->essential_spectrum_bottom.value(), 1 / (2 * s), 1e-6);
  }
  EXPECT_EQ(gap_of(testing::log_cosh(), 1.5).status(), Status::essential_spectrum);
}

TEST(SpectralFailures, NotANumber) {
  const auto result =
      gap_of(Line([](double x) { return x > 1 ? std::sqrt(1 - x) : x * x; }, [](double x) { return 2 * x; }));
  EXPECT_EQ(result.status(), Status::blew_up);
  EXPECT_NE(result.why().find("f is NaN at ("), std::string::npos) << result.why();
}

TEST(SpectralFailures, CallersMistakesThrow) {
  const Line f = testing::double_well();
  EXPECT_THROW((void)gap_of(f, 1, 0), InvalidArgument);
  SpectralGapOptions options;
  options.box = interval(2, 1);
  EXPECT_THROW((void)spectral_gap(f, Temperature(1), options), InvalidArgument);
  options.box = Box::everywhere(2);
  EXPECT_THROW((void)spectral_gap(f, Temperature(1), options), InvalidArgument);
  options = {};
  options.tolerance = 0;
  EXPECT_THROW((void)spectral_gap(f, Temperature(1), options), InvalidArgument);
}

// too few cells allowed: the answer says how accurate it got, and its bound still holds
TEST(SpectralFailures, TooFewCells) {
  SpectralGapOptions options;
  options.max_cells = 100;
  options.tolerance = 1e-12;
  const auto result = spectral_gap(testing::double_well(), Temperature(0.5), options);
  EXPECT_EQ(result.status(), Status::not_converged);
  ASSERT_TRUE(result.has_value());
  EXPECT_LE(std::abs(result->gap.value() - 0.22727330100864968), result->error_bound);
}

}  // namespace
}  // namespace sgdlimits
