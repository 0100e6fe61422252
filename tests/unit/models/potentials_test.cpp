#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "core/errors.hpp"
#include "models/potentials/catalogue.hpp"
#include "models/potentials/plane.hpp"
#include "models/potentials/quadratic.hpp"
#include "models/potentials/wells.hpp"
#include "support/thrown_message.hpp"
#include "unit/models/differences.hpp"

namespace sgdlimits {
namespace {

/// Every entry with its defaults and, where it has parameters, with others.
std::vector<std::shared_ptr<const Potential>> all_potentials() {
  std::vector<std::shared_ptr<const Potential>> all;
  for (const PotentialEntry& entry : potential_catalogue()) all.push_back(make_potential(entry.name));
  all.push_back(make_potential("quadratic", {{"dimension", 3}, {"k", 2}, {"k1", 0.5}}));
  all.push_back(make_potential("double-well", {{"h", 2.5}}));
  all.push_back(make_potential("tilted-well", {{"h", 2}, {"c", -0.7}}));
  all.push_back(make_potential("tilted-well", {{"h", 1}, {"c", 3}}));
  all.push_back(make_potential("triple-well", {{"h", 3}}));
  all.push_back(make_potential("rugged-well", {{"h", 1}, {"e", 0.2}, {"k", 9}}));
  all.push_back(make_potential("sine-neuron", {{"c", 0.9}, {"lambda", 0}}));
  all.push_back(make_potential("radial-quartic", {{"dimension", 5}}));
  all.push_back(make_potential("mexican-hat", {{"dimension", 1}, {"h", 2}}));
  all.push_back(make_potential("mexican-hat", {{"dimension", 4}}));
  all.push_back(make_potential("coupled-well", {{"h", 2}, {"k", 1}, {"c", -1.5}}));
  all.push_back(make_potential("mueller-brown", {{"scale", 0.05}}));
  Eigen::Matrix2d stiffness;
  stiffness << 2, 0.8, 0.8, 1;
  all.push_back(std::make_shared<Quadratic>(stiffness, Eigen::Vector2d(0.3, -1)));
  return all;
}

/// Random points where differences of step 1e-3 see a smooth function: inside the domain, off kinks at 0.
Points smooth_points(const Potential& f) {
  Points x = testing::random_points(40, f.dimension(), 0.9, 5);
  if (!f.domain().is_everywhere()) x = 0.7 * x.max(-1.2).min(1.2);
  return x + 0.02 * x.sign();
}

// A wrong coefficient in any gradient, Hessian or Laplacian fails. Step 1e-3 and frequency 20 leave a difference
// error of (20e-3)^4/30 = 5e-9 relative, singular ends somewhat more.
TEST(Potentials, DerivativesAgreeWithDifferences) {
  for (const auto& f : all_potentials()) testing::expect_consistent_derivatives(*f, smooth_points(*f), 1e-7);
}

TEST(Potentials, BitsDoNotDependOnTheSplit) {
  for (const auto& f : all_potentials())
    for (const Index block : {8, 24, 64}) testing::expect_same_bits_for_any_split(*f, smooth_points(*f), block);
}

// A listed minimum that is none, in the wrong order, or a saddle of another index fails.
TEST(Potentials, ListedCriticalPointsAreWhatTheyClaim) {
  Scratch scratch;
  for (const auto& f : all_potentials()) {
    const PotentialFacts facts = f->facts();
    const auto at = [&](const Eigen::VectorXd& x) -> Points { return x.array().transpose().replicate(kLanes, 1); };
    const auto index = [&](const Eigen::VectorXd& x) {
      const Eigen::VectorXd e = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(f->hessian(x, scratch)).eigenvalues();
      return (e.array() < -1e-12).count();
    };
    double previous = -1e300;
    for (const Eigen::VectorXd& x : facts.minima) {
      ASSERT_EQ(x.size(), f->dimension());
      EXPECT_LT(gradients(*f, at(x)).abs().maxCoeff(), 1e-12) << f->description();
      EXPECT_EQ(index(x), 0) << f->description();
      const double height = values(*f, at(x))(0);
      EXPECT_GE(height, previous - 1e-12) << f->description();
      previous = height;
      const Points around = at(x) + 0.05 * testing::random_points(kLanes, f->dimension(), 1, 9);
      EXPECT_GT(values(*f, around).minCoeff(), height) << f->description();
    }
    for (const Eigen::VectorXd& x : facts.saddles) {
      EXPECT_LT(gradients(*f, at(x)).abs().maxCoeff(), 1e-12) << f->description();
      EXPECT_EQ(index(x), 1) << f->description();
    }
  }
}

// Convexity is a lower bound of every Hessian eigenvalue, and nearly attained where it is finite and claimed sharp.
TEST(Potentials, ConvexityBoundsTheHessian) {
  Scratch scratch;
  for (const auto& f : all_potentials()) {
    const double bound = f->facts().convexity;
    if (std::isnan(bound)) continue;
    double smallest = 1e300;
    Points x = smooth_points(*f);
    x.row(0).setZero();
    x.row(1).setConstant(std::sqrt(0.8));  // where the triple well bends most
    for (Index i = 0; i < x.rows(); ++i) {
      const Eigen::MatrixXd h = f->hessian(x.row(i).matrix().transpose(), scratch);
      smallest = std::min(smallest, Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(h).eigenvalues()(0));
    }
    EXPECT_GE(smallest, bound - 1e-9 * (1 + std::abs(bound))) << f->description();
    const bool attained = f->description() != "log cosh x";  // its bound 0 is approached at infinity alone
    if (attained) {
      EXPECT_LE(smallest, bound + 1e-9 * (1 + std::abs(bound))) << f->description();
    }
  }
}

// Barriers and heights in closed form.
TEST(Potentials, HeightsInClosedForm) {
  const auto height = [](const Potential& f, const Eigen::VectorXd& x) {
    return values(f, x.array().transpose().replicate(kLanes, 1))(0);
  };
  const auto triple = make_potential("triple-well", {{"h", 3}});
  EXPECT_NEAR(height(*triple, triple->facts().saddles[0]), 3 * 16.0 / 27, 1e-14);
  const CoupledWell coupled(1, 0.75, 0.3);
  const double q = 0.3 * 0.3 / (4 * 0.75);  // f along the valley: (x^2-1)^2 - q x^2, least -q - q^2/4
  EXPECT_NEAR(height(coupled, coupled.facts().minima[0]), -q - q * q / 4, 1e-14);
  // Mueller and Brown (1979) print minima of -146.70, -108.17 and -80.77, saddles of -40.66 and -72.25
  const MuellerBrown surface(1);
  const double minima[] = {-146.70, -108.17, -80.77}, saddles[] = {-40.66, -72.25};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(height(surface, surface.facts().minima[i]), minima[i], 0.006);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(height(surface, surface.facts().saddles[i]), saddles[i], 0.006);
}

TEST(Potentials, TiltedWellHasTwoMinimaUpToTheLimit) {
  const double limit = 8 / (3 * std::sqrt(3.0));
  EXPECT_EQ(TiltedWell(1, limit - 1e-3).facts().minima.size(), 2u);
  EXPECT_EQ(TiltedWell(1, limit + 1e-3).facts().minima.size(), 1u);
  EXPECT_LT(TiltedWell(1, 0.3).facts().minima[0](0), 0);
  EXPECT_GT(TiltedWell(1, -0.3).facts().minima[0](0), 0);
}

TEST(Potentials, LogCoshDoesNotOverflow) {
  const auto f = make_potential("log-cosh");
  const Points x = Points::Constant(kLanes, 1, -1e4);
  EXPECT_DOUBLE_EQ(values(*f, x)(0), 1e4 - std::log(2.0));
  EXPECT_DOUBLE_EQ(gradients(*f, x)(0, 0), -1);
}

TEST(Catalogue, RefusesWithTheNearestName) {
  EXPECT_EQ(
      test::thrown_message([] { make_potential("duble-well"); }),
      "potential is \"duble-well\" but must be one of quadratic, double-well, tilted-well, triple-well, rugged-well, "
      "sine-neuron, laplace, log-cosh, quartic, triangular, radial-quartic, mexican-hat, product-well, coupled-well, "
      "mueller-brown; did you mean \"double-well\"?");
  EXPECT_EQ(test::thrown_message([] {
              make_potential("rugged-well", {{"f", 1}});
            }).substr(0, 68),
            "parameter of rugged-well is \"f\" but must be one of e, h, k; did you ");
  EXPECT_EQ(test::thrown_message([] {
              make_potential("laplace", {{"h", 1}});
            }),
            "parameter of laplace is \"h\" but must be left out; laplace has no parameters");
  EXPECT_EQ(test::thrown_message([] {
              make_potential("double-well", {{"h", -1}});
            }),
            "h is -1 but must be positive and finite");
  EXPECT_EQ(test::thrown_message([] {
              make_potential("mexican-hat", {{"dimension", 1.5}});
            }),
            "dimension is 1.5 but must be a whole number between 1 and 10000");
  EXPECT_EQ(test::thrown_message([] {
              make_potential("quadratic", {{"dimension", 2}, {"k2", 1}});
            }),
            "parameter of quadratic is \"k2\" but must be k0 to k1; set dimension");
  Eigen::Matrix2d bad;
  bad << 1, 2, 0, 1;
  EXPECT_EQ(test::thrown_message([&] { Quadratic q(bad); }),
            "asymmetry of the stiffness is 2 but must be 0; pass (K + K^T)/2");
}

TEST(Catalogue, EntriesBuildWithTheirDimension) {
  for (const PotentialEntry& entry : potential_catalogue()) {
    EXPECT_EQ(make_potential(entry.name)->dimension(), entry.dimension) << entry.name;
    EXPECT_EQ(make_potential(entry.name, entry.parameters)->dimension(), entry.dimension) << entry.name;
    EXPECT_FALSE(entry.formula.empty() || entry.description.empty());
  }
}

}  // namespace
}  // namespace sgdlimits
