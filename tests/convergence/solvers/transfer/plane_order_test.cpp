// Order of the positive chains for diffusions of the plane, with state-dependent noise turned against the grid.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "solvers/transfer/chain_spectrum.hpp"
#include "support/plane_problems.hpp"

namespace sgdlimits {
namespace {

/// Two wells in U and O(1) noise that depends on U, an Ornstein-Uhlenbeck V, turned by 0.4.
test::TurnedProduct wells() {
  return {[](double u) { return 0.3 + 2 * (u - u * u * u); }, [](double u) { return 0.9 + 0.5 * std::sin(2 * u); },
          1.2, 0.5, 0.4};
}

struct Answer {
  double second_moment, rate;
};

Answer on_cells(Index cells) {
  const test::TurnedProduct product = wells();
  const auto grid =
      std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-3.2, 3.2, cells), Axis::uniform(-3.2, 3.2, cells)});
  const PlaneChain chain = plane_chain(product.coefficients(), grid);
  const Result<Values> law = stationary_law(chain);
  EXPECT_TRUE(law.ok()) << law.why();
  const Points x = grid->centers();
  const Values u = std::cos(product.angle) * x.col(0) + std::sin(product.angle) * x.col(1);
  const Result<RelaxationRate> slowest = relaxation_rate(chain.rates, law.value());
  EXPECT_TRUE(slowest.ok()) << slowest.why();
  return {(law.value() * u.square()).sum(), slowest->rate};
}

// The exact answers are those of the line, computed there; four halvings. Selling's vectors change along curves,
// where the error's density has kinks, so what follows the leading term is of relative order h but irregular, and no
// smooth fit bounds it: the local order of each pair must be 2 within the larger h of the pair, which is .04 for the
// last. Fails if off-diagonal terms are dropped (no convergence to the line), or if the fit of the drift is of first
// order.
TEST(PlaneDiffusionOrder, IsTwoForMomentsAndRates) {
  const double moment = line_mean(
      wells(), [](double u) { return u * u; }, -3.2, 3.2);
  const double fine = line_gap(wells(), -3.2, 3.2, 1000), finest = line_gap(wells(), -3.2, 3.2, 2000);
  const double rate = finest + (finest - fine) / 3;
  std::vector<double> moment_error, rate_error;
  for (Index cells = 12; cells <= 192; cells *= 2) {
    const Answer answer = on_cells(cells);
    moment_error.push_back(std::abs(answer.second_moment - moment));
    rate_error.push_back(std::abs(answer.rate - rate));
  }
  for (const std::vector<double>& error : {moment_error, rate_error}) {
    double h = 6.4 / 12;
    for (std::size_t k = 0; k + 1 < error.size(); ++k, h /= 2)
      EXPECT_NEAR(std::log2(error[k] / error[k + 1]), 2, std::min(h, 0.49)) << "h = " << h;
  }
}

}  // namespace
}  // namespace sgdlimits
