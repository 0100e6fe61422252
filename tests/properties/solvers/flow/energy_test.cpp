// Gradient flows of random potentials: f falls from time to time.
#include <gtest/gtest.h>

#include <cmath>

#include "core/noise.hpp"
#include "solvers/flow/flow.hpp"

namespace sgdlimits {
namespace {

/// f = r |x|^2/2 + sum_k a_k cos(w_k . x + p_k), random coefficients: many wells, stiff and flat ones.
class RandomRipples final : public Potential {
 public:
  RandomRipples(Index d, std::uint64_t seed) : waves_(8, d), amplitudes_(8), phases_(8) {
    Points g(8, d + 3);
    Noise(seed, Stream::test).normals(0, 0, g);
    waves_ = 2 * g.leftCols(d);
    amplitudes_ = g.col(d);
    phases_ = 3 * g.col(d + 1);
    ridge_ = 0.05 + std::abs(g(0, d + 2));
  }
  Index dimension() const override { return waves_.cols(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = 0.5 * ridge_ * x.square().rowwise().sum();
    for (Index k = 0; k < 8; ++k) f += amplitudes_(k) * angle(x, k).cos();
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g = ridge_ * x;
    for (Index k = 0; k < 8; ++k) {
      const Values s = -amplitudes_(k) * angle(x, k).sin();
      for (Index j = 0; j < x.cols(); ++j) g.col(j) += s * waves_(k, j);
    }
  }

 private:
  Values angle(PointsView x, Index k) const {
    return (x.matrix() * waves_.row(k).matrix().transpose()).array() + phases_(k);
  }
  Points waves_;
  Values amplitudes_, phases_;
  double ridge_;
};

// 12 potentials in one to three dimensions, 8 starts, loose and tight tolerances. Fails where a flow is refused
// although its gradient is right, or where f rises between times.
TEST(GradientFlow, FallsOnRandomPotentials) {
  std::vector<double> times;
  for (double t = 0.01; t < 60; t *= 2) times.push_back(t);
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Index d = 1 + static_cast<Index>(seed % 3);
    const auto potential = std::make_shared<RandomRipples>(d, seed);
    Points starts(8, d);
    Noise(seed, Stream::initial).normals(0, 0, starts);
    for (const double tolerance : {1e-3, 1e-9}) {
      FlowOptions options;
      options.relative_tolerance = tolerance;
      options.absolute_tolerance = tolerance;
      const auto found = gradient_flow(potential, 3 * starts, times, options);
      ASSERT_TRUE(found.ok()) << seed << ' ' << found.why();
      Values before = values(*potential, 3 * starts);
      for (std::size_t k = 0; k < times.size(); ++k) {
        const Values slack = 100 * tolerance * (1 + gradients(*potential, found->points[k]).abs().rowwise().sum());
        EXPECT_TRUE((found->energies[k] <= before + slack).all()) << seed << " time " << times[k];
        before = found->energies[k];
      }
    }
  }
}

}  // namespace
}  // namespace sgdlimits
