#include "validation/claims/both_ends.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "models/laws/gaussian.hpp"
#include "models/potentials/catalogue.hpp"

namespace sgdlimits {
namespace {

// f = x^2/2 at tau = 1 (a well of width 1) on a box of length 16. The start decides: at least the effort's cells, a
// cell of the coarsest grid (4 h) no wider than the start, never beyond the thorough effort. Fails if a narrow start
// falls between the cells, or if the cost has no end.
TEST(ResolvingCells, FollowTheNarrowestLaw) {
  ClaimProblem problem = tilted_well_problem();
  problem.potential = make_potential("quadratic");
  problem.temperature = Temperature(1);
  const Box box{Eigen::ArrayXd::Constant(1, -8), Eigen::ArrayXd::Constant(1, 8)};
  const auto cells = [&](double sd) {
    problem.initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Zero(1), sd);
    return resolving_cells(problem, box, sizes_of(Effort::quick));
  };
  EXPECT_EQ(cells(2), 600);
  const Index narrow = cells(0.05);  // 4 * 16/0.05 = 1280, up to the error of a standard deviation from 1024 draws
  EXPECT_NEAR(static_cast<double>(narrow), 1280, 0.25 * 1280);
  EXPECT_EQ(narrow % 4, 0);
  EXPECT_EQ(cells(1e-3), 2400);
}

}  // namespace
}  // namespace sgdlimits
