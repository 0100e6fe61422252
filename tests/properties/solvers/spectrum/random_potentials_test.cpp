// Random potentials: what must hold whatever the potential.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "solvers/spectrum/spectral_gap.hpp"
#include "support/spectral_potentials.hpp"

namespace sgdlimits {
namespace {

using testing::Line;
using testing::Plane;

/// x^4/4 + c x^2 + a x + b sin(k x + phase), scaled: one to five wells.
struct RandomLine {
  double scale, tilt, curvature, bump, wave, phase;
  explicit RandomLine(std::mt19937_64& engine) {
    const auto uniform = [&](double low, double high) { return std::uniform_real_distribution<>(low, high)(engine); };
    scale = uniform(0.5, 2), tilt = uniform(-1, 1), curvature = uniform(-2, 1);
    bump = uniform(0, 1.5), wave = uniform(1, 5), phase = uniform(0, 6);
  }
  double f(double x) const {
    return scale * (x * x * x * x / 4 + curvature * x * x + tilt * x + bump * std::sin(wave * x + phase));
  }
  double slope(double x) const {
    return scale * (x * x * x + 2 * curvature * x + tilt + bump * wave * std::cos(wave * x + phase));
  }
  Line line() const {
    const RandomLine copy = *this;
    return {[copy](double x) { return copy.f(x); }, [copy](double x) { return copy.slope(x); }};
  }
};

// The default answer and one with a tolerance a thousand times smaller must lie within the sum of their bounds: a
// bound that forgets the box, the order or rounding fails in some of forty cases. Barriers reach 30 tau.
TEST(RandomPotentials, BoundsAreConsistentAcrossTolerances) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 40; ++i) {
    const Line f = RandomLine(engine).line();
    const Temperature tau(std::exp(std::uniform_real_distribution<>(std::log(0.06), std::log(2.0))(engine)));
    SpectralGapOptions fine;
    fine.tolerance = 1e-9;
    const auto a = spectral_gap(f, tau), b = spectral_gap(f, tau, fine);
    ASSERT_TRUE(a.ok() && b.ok()) << a.why() << b.why();
    for (std::size_t k = 0; k < 5; ++k) {
      const double bound = a->eigenvalues[k].discretisation_bound(), truth = b->eigenvalues[k].value();
      EXPECT_LE(std::abs(a->eigenvalues[k].value() - truth), bound + b->eigenvalues[k].discretisation_bound())
          << "case " << i << " mode " << k;
      EXPECT_LE(bound, 100 * 1e-6 * truth);
      EXPECT_GT(truth, 0);
    }
    EXPECT_TRUE(a->count_proof.done) << a->count_proof.why_not;
  }
}

// Of f1(u) + f2(v) in rotated coordinates the spectrum is that of the two factors, added: a non-separable problem on
// the grid with a known answer, barriers up to 30 tau.
TEST(RandomPotentials, RotatedProductsAddTheirSpectra) {
  std::mt19937_64 engine(2);
  for (int i = 0; i < 6; ++i) {
    const double barrier = 6.0 * i, angle = std::uniform_real_distribution<>(0.2, 1.4)(engine);
    const double stiffness = std::uniform_real_distribution<>(0.5, 2)(engine), tau = 0.5;
    const auto f1 = [=](double u) { return barrier * tau * std::pow(u * u - 1, 2) + u * u / 2 + 0.2 * u; };
    const auto g1 = [=](double u) { return barrier * tau * 4 * u * (u * u - 1) + u + 0.2; };
    const double c = std::cos(angle), s = std::sin(angle);
    const Plane plane(
        [=](double x, double y) { return f1(c * x + s * y) + stiffness * std::pow(c * y - s * x, 2) / 2; },
        [=](double x, double y, double* g) {
          const double a = g1(c * x + s * y), b = stiffness * (c * y - s * x);
          g[0] = c * a - s * b;
          g[1] = s * a + c * b;
        });
    SpectralGapOptions options;
    options.modes = 4;
    options.tolerance = 1e-5;
    const auto line = spectral_gap(Line(f1, g1), Temperature(tau));
    const auto both = spectral_gap(plane, Temperature(tau), options);
    ASSERT_TRUE(line.ok()) << line.why();
    ASSERT_TRUE(both.ok()) << both.why() << " barrier " << barrier;
    std::vector<double> sums;
    for (int j = 0; j <= 5; ++j)
      for (std::size_t k = 0; k <= 5; ++k)
        sums.push_back(j * stiffness + (k == 0 ? 0 : line->eigenvalues[k - 1].value()));
    std::sort(sums.begin(), sums.end());
    for (std::size_t k = 0; k < 4; ++k) {
      const Measurement& m = both->eigenvalues[k];
      EXPECT_NEAR(m.value(), sums[k + 1], m.discretisation_bound() + 1e-6 * sums[k + 1]) << "barrier " << barrier;
      EXPECT_NEAR(m.value() / sums[k + 1], 1, 1e-5) << "barrier " << barrier << " mode " << k;
    }
  }
}

// u_k: orthonormal in mu, mean zero, finite everywhere (also where mu underflows)
TEST(RandomPotentials, EigenfunctionsAreOrthonormalAndFinite) {
  std::mt19937_64 engine(3);
  for (int i = 0; i < 6; ++i) {
    const RandomLine r(engine);
    const Plane plane([r](double x, double y) { return r.f(x) + y * y * (1 + 0.3 * std::sin(x)); },
                      [r](double x, double y, double* g) {
                        g[0] = r.slope(x) + 0.3 * y * y * std::cos(x);
                        g[1] = 2 * y * (1 + 0.3 * std::sin(x));
                      });
    SpectralGapOptions options;
    options.tolerance = 1e-4;
    const auto result = spectral_gap(plane, Temperature(0.4), options);
    ASSERT_TRUE(result.ok()) << result.why();
    const Points& u = result->eigenfunctions;
    ASSERT_TRUE(u.isFinite().all());
    const Values mass = result->generator->gibbs().averages() * result->generator->grid().volumes();
    const Eigen::MatrixXd gram = u.matrix().transpose() * mass.matrix().asDiagonal() * u.matrix();
    EXPECT_LT((gram - Eigen::MatrixXd::Identity(5, 5)).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_LT((u.matrix().transpose() * mass.matrix()).cwiseAbs().maxCoeff(), 1e-7);
    for (Index k = 0; k < 5; ++k) {
      const Values weight = u.col(k).abs() * mass.sqrt();
      Index largest = 0;
      while (weight(largest) < (1 - 1e-6) * weight.maxCoeff()) ++largest;
      EXPECT_GT(u(largest, k), 0);
    }
  }
}

}  // namespace
}  // namespace sgdlimits
