#include "core/grid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const Grid> small_grid() {
  return std::make_shared<Grid>(
      std::vector<Axis>{Axis::uniform(-1, 1, 4), Axis(Eigen::ArrayXd{{0.0, 1.0, 3.0, 7.0}}), Axis::uniform(0, 1, 2)});
}

// Symmetric ends must give symmetric edges to the bit: detailed balance of symmetric wells rests on it.
TEST(Axis, UniformEdgesAreExactAndSymmetric) {
  const Axis axis = Axis::uniform(-2.7, 2.7, 101);
  EXPECT_EQ(axis.lower(), -2.7);
  EXPECT_EQ(axis.upper(), 2.7);
  for (Index i = 0; i <= 101; ++i) EXPECT_EQ(axis.edges()(i), -axis.edges()(101 - i));
}

TEST(Axis, FindReturnsTheCell) {
  const Axis axis(Eigen::ArrayXd{{0.0, 1.0, 3.0, 7.0}});
  EXPECT_EQ(axis.find(0.0), 0);
  EXPECT_EQ(axis.find(1.0), 1);
  EXPECT_EQ(axis.find(2.9), 1);
  EXPECT_EQ(axis.find(7.0), 2);
  EXPECT_EQ(axis.find(7.1), -1);
  EXPECT_EQ(axis.find(-0.1), -1);
  EXPECT_EQ(axis.find(std::numeric_limits<double>::quiet_NaN()), -1);
}

TEST(Axis, RefusesEdgesThatDoNotIncrease) {
  EXPECT_THROW(Axis(Eigen::ArrayXd{{0.0, 1.0, 1.0}}), InvalidArgument);
  EXPECT_THROW(Axis(Eigen::ArrayXd{{0.0, INFINITY}}), InvalidArgument);
  EXPECT_THROW(Axis::uniform(1, 0, 10), InvalidArgument);
  EXPECT_THROW(Axis::uniform(0, 1, 0), InvalidArgument);
}

// Fails if the cell order, a stride or a volume is wrong.
TEST(Grid, CellsVolumesAndCentresAgree) {
  const auto grid = small_grid();
  ASSERT_EQ(grid->size(), 24);
  EXPECT_DOUBLE_EQ(grid->volumes().sum(), 2.0 * 7.0 * 1.0);
  const Points centers = grid->centers();
  for (Index cell = 0; cell < grid->size(); ++cell) EXPECT_EQ(grid->find(centers.row(cell).transpose()), cell);
  EXPECT_EQ(grid->stride(2), 12);
  EXPECT_DOUBLE_EQ(grid->volumes()(grid->find(Eigen::Array3d(0.1, 5.0, 0.2))), 0.5 * 4.0 * 0.5);
}

TEST(Grid, RefusesFourDimensions) {
  const Axis axis = Axis::uniform(0, 1, 2);
  EXPECT_THROW(Grid({axis, axis, axis, axis}), InvalidArgument);
  EXPECT_THROW(Grid(std::vector<Axis>{}), InvalidArgument);
}

// A product density has its factors as marginals; a wrong axis or a lost volume fails.
TEST(Density, MarginalsOfAProductAreItsFactors) {
  const auto grid = small_grid();
  const Points c = grid->centers();
  const Density density = Density::from_log(grid, -c.col(0).square() + 0.3 * c.col(1) - c.col(2));
  EXPECT_NEAR(density.mass(), 1, 1e-15);
  const Density marginal = density.marginal(1);
  EXPECT_NEAR(marginal.mass(), 1, 1e-15);
  const Eigen::ArrayXd expected = (0.3 * grid->axis(1).centers()).exp();
  const double ratio = marginal.averages()(0) / expected(0);
  for (Index i = 0; i < 3; ++i) EXPECT_NEAR(marginal.averages()(i), ratio * expected(i), 1e-14);
  EXPECT_NEAR(density.expectation(c.col(1)), marginal.expectation(grid->axis(1).centers()), 1e-14);
}

TEST(Density, FromLogNeitherOverflowsNorLosesMinusInfinity) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(0, 1, 3)});
  const Density density =
      Density::from_log(grid, Eigen::Array3d(1e5, 1e5 + std::log(2.0), -std::numeric_limits<double>::infinity()));
  EXPECT_NEAR(density.averages()(0), 1.0, 1e-10);
  EXPECT_NEAR(density.averages()(1), 2.0, 1e-10);
  EXPECT_EQ(density.averages()(2), 0.0);
}

TEST(Density, RefusesNegativeAndNonFiniteAverages) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(0, 1, 2)});
  EXPECT_THROW(Density(grid, Eigen::Array2d(1, -1e-300)), InvalidArgument);
  EXPECT_THROW(Density(grid, Eigen::Array2d(1, NAN)), InvalidArgument);
  EXPECT_THROW(Density(grid, Eigen::Array3d(1, 1, 1)), InvalidArgument);
  EXPECT_THROW(Density(grid, Eigen::Array2d(0, 0)).normalised(), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
