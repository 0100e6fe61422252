// What coarse steps make of a finer Brownian path, for every scheme of the catalogue.
#include "solvers/sde/nested_path.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "solvers/sde/catalogue.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

std::vector<std::shared_ptr<const Scheme>> schemes(double step) {
  std::vector<std::shared_ptr<const Scheme>> all;
  for (const std::string& name : scheme_names())
    all.push_back(
        make_scheme(name, OverdampedProblem::of(std::make_shared<test::Rippled>(), Temperature(0.5)), step));
  return all;
}

/// coarsen as a matrix: row i is what the i-th unit Gaussian of the fine steps becomes.
Eigen::MatrixXd matrix_of(const Scheme& scheme, Index m) {
  const Index k = scheme.normals_per_step();
  Points coarse(m * k, k);
  scheme.coarsen(Points(Eigen::MatrixXd::Identity(m * k, m * k).array()), m, coarse);
  return coarse.matrix();
}

// Coarse Gaussians are independent and standard, as the fine ones are: M^T M = I. Fails for a wrong joint law of
// increment and integral.
TEST(NestedPath, CoarseGaussiansAreStandard) {
  for (const auto& scheme : schemes(0.3))
    for (const Index m : {1, 2, 3, 8}) {
      const Eigen::MatrixXd map = matrix_of(*scheme, m);
      const Index k = map.cols();
      EXPECT_LT((map.transpose() * map - Eigen::MatrixXd::Identity(k, k)).cwiseAbs().maxCoeff(), 1e-13)
          << scheme->name() << " m " << m;
    }
}

// Coarsening by 4 at once, or by 2 and 2, is the same path.
TEST(NestedPath, RefinementsOfRefinementsAgree) {
  const auto coarse = schemes(0.4), middle = schemes(0.2);
  for (std::size_t s = 0; s < coarse.size(); ++s) {
    const Eigen::MatrixXd half = matrix_of(*middle[s], 2);
    const Index k = half.cols();
    Eigen::MatrixXd twice = Eigen::MatrixXd::Zero(4 * k, 2 * k);
    twice.topLeftCorner(2 * k, k) = half;
    twice.bottomRightCorner(2 * k, k) = half;
    EXPECT_LT((twice * matrix_of(*coarse[s], 2) - matrix_of(*coarse[s], 4)).cwiseAbs().maxCoeff(), 1e-13)
        << coarse[s]->name();
  }
}

// The integral that SRA1 sees is that of the piecewise linear path through many fine points, up to its bridges:
// (1/h) int W dt of m fine steps against sqrt(h)/2 (g + g'/sqrt(3)) with the g of all fine integrals zero.
TEST(NestedPath, IteratedIntegralIsThatOfTheFinePath) {
  const auto scheme =
      make_scheme("sra1", OverdampedProblem::of(std::make_shared<test::DoubleWell>(), Temperature(1)), 1.0);
  constexpr Index kFine = 16;
  Points fine = Points::Zero(8, 2 * kFine), coarse(8, 2);
  double w = 0, integral = 0;
  for (Index i = 0; i < kFine; ++i) {
    const double increment = std::sin(1.0 + 3.0 * static_cast<double>(i)) / std::sqrt(double{kFine});
    fine.col(2 * i).setConstant(increment * std::sqrt(double{kFine}));
    integral += (w + increment / 2) / kFine;
    w += increment;
  }
  scheme->coarsen(fine, kFine, coarse);
  EXPECT_NEAR(coarse(0, 0), w, 1e-14);
  EXPECT_NEAR((coarse(0, 0) + coarse(0, 1) / std::sqrt(3.0)) / 2, integral, 1e-14);
}

}  // namespace
}  // namespace sgdlimits
