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

// Claims on copies of one problem find what another has computed, with the bits of a fresh computation; another
// initial law, clock or size is another end. Fails if a key forgets one of them, or if sharing changes a number.
TEST(ComputedEnds, AreSharedByCopiesOfAProblemAndChangeNothing) {
  const ClaimProblem alone = tilted_well_problem();
  ClaimProblem first = alone;
  first.computed = std::make_shared<ComputedEnds>();
  const ClaimProblem second = first;
  const EffortSizes sizes{2000, {64, 32, 16}, 0.1, 1e9};
  const std::vector<double> times = on_clock({0.25, 0.5}, 0.05);
  const Execution execution;
  const auto fresh = ensemble_end(alone, times, 0.05, sizes, execution);
  const auto a = ensemble_end(first, times, 0.05, sizes, execution);
  const auto b = ensemble_end(second, times, 0.05, sizes, execution);
  ASSERT_TRUE(fresh.ok() && a.ok() && b.ok());
  EXPECT_EQ(a.value(), b.value());
  EXPECT_TRUE((a.value()->snapshots.back() == fresh.value()->snapshots.back()).all());
  EXPECT_NE(ensemble_end(second, times, 0.025, sizes, execution).value(), a.value());
  EXPECT_NE(ensemble_end(second, times, 0.05, {1000, {64, 32, 16}, 0.1, 1e9}, execution).value(), a.value());
  ClaimProblem elsewhere = first;
  elsewhere.initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Constant(1, -1), 0.2);
  EXPECT_NE(ensemble_end(elsewhere, times, 0.05, sizes, execution).value(), a.value());

  const auto grid = grid_end(first, times, sizes, execution), again = grid_end(second, times, sizes, execution);
  const auto unshared = grid_end(alone, times, sizes, execution);
  ASSERT_TRUE(grid.ok() && again.ok() && unshared.ok());
  EXPECT_EQ(grid->generator, again->generator);
  EXPECT_NE(grid->generator, unshared->generator);
  EXPECT_EQ(grid->l1_error(), unshared->l1_error());
  EXPECT_EQ(first.computed->grids.size(), 1u);
}

}  // namespace
}  // namespace sgdlimits
