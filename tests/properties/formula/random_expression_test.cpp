// Properties of formulas on random expression trees, and the same bits in fresh processes.
#include <gtest/gtest.h>

#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <set>

#include "models/formula/formula.hpp"
#include "support/random_expression.hpp"

namespace sgdlimits {
namespace {

using Tree = test::RandomExpression;

std::string random_text(std::mt19937_64& random, std::unique_ptr<Tree>& tree) {
  tree = test::random_expression(random, 4);
  return tree->text() + "+0.1*x*y";  // both variables appear
}

// Fails if a simplification, a common subexpression, a fused operation or a register is wrong.
TEST(RandomExpressions, ValueAgreesWithADirectEvaluator) {
  std::mt19937_64 random(11);
  const Points x = Points::Random(40, 2);
  for (int k = 0; k < 300; ++k) {
    std::unique_ptr<Tree> tree;
    const std::string text = random_text(random, tree);
    const auto f = formula_potential({text, {"x", "y"}, {}, {}});
    const Values v = values(*f, x);
    for (Index i = 0; i < x.rows(); ++i) {
      const double direct = tree->jet(x(i, 0), x(i, 1)).v + 0.1 * x(i, 0) * x(i, 1);
      // depth 4 with squares and cubes: a rounding can grow by about 1e4
      ASSERT_NEAR(v(i), direct, 1e-11 * (1 + std::abs(direct))) << text;
    }
  }
}

// Fails if a gradient component, or the Laplacian, is not the derivative. Trees with max, which has kinks, are left
// out: random_derivatives_test.cpp has them.
TEST(RandomExpressions, DerivativesAgreeWithDifferences) {
  std::mt19937_64 random(12);
  const Points x = Points::Random(16, 2);
  int tested = 0;
  for (int k = 0; k < 200; ++k) {
    std::unique_ptr<Tree> tree;
    const std::string text = random_text(random, tree);
    if (text.find("max") != std::string::npos) continue;
    const auto f = formula_potential({text, {"x", "y"}, {}, {}});
    const Points g = gradients(*f, x);
    const Values v = values(*f, x);
    if (v.abs().maxCoeff() > 100 || g.abs().maxCoeff() > 100) continue;  // differences are no reference there
    ++tested;
    Scratch scratch;
    Values lap(x.rows());
    f->laplacian(x, lap, scratch);
    Values difference = Values::Zero(x.rows());
    const double h = 1e-5;
    for (Index j = 0; j < 2; ++j) {
      Points up = x, down = x;
      up.col(j) += h;
      down.col(j) -= h;
      const Values slope = (values(*f, up) - values(*f, down)) / (2 * h);
      ASSERT_LT(((slope - g.col(j)).abs() / (1 + lap.abs())).maxCoeff(), 1e-4) << text;
      difference += (gradients(*f, up).col(j) - gradients(*f, down).col(j)) / (2 * h);
    }
    ASSERT_LT(((difference - lap).abs() / (1 + lap.abs())).maxCoeff(), 1e-3) << text;
  }
  EXPECT_GT(tested, 60);
}

// Fails if a point's bits depend on its place, on the size of its batch or on the padding.
TEST(RandomExpressions, SameBitsForEverySplit) {
  std::mt19937_64 random(13);
  const Points x = Points::Random(1000, 2);
  for (int k = 0; k < 40; ++k) {
    std::unique_ptr<Tree> tree;
    const auto f = formula_potential({random_text(random, tree), {"x", "y"}, {}, {}});
    const Values whole = values(*f, x);
    for (Index size : {1, 7, 8, 64, 129, 500}) {
      for (Index first = 0; first < 1000; first += size) {
        const Index n = std::min<Index>(size, 1000 - first);
        ASSERT_TRUE((values(*f, x.middleRows(first, n)) == whole.segment(first, n)).all()) << f->description();
      }
    }
  }
}

std::uint64_t fingerprint() {
  std::mt19937_64 random(14);
  const Points x = Points::Constant(8, 2, 0.37).rowwise() + Eigen::Array2d(0.1, -0.7).transpose();
  std::uint64_t hash = 1;
  const auto add = [&hash](const auto& array) {
    for (Index i = 0; i < array.size(); ++i)
      hash = (hash ^ std::bit_cast<std::uint64_t>(array.data()[i])) * 0x9E3779B97F4A7C15u;
  };
  for (int k = 0; k < 60; ++k) {
    std::unique_ptr<Tree> tree;
    std::string text = random_text(random, tree) + "+(x-y-0.3)^3+(0.1*y-x+pi)^2*exp(y-x)+sqrt(2)*x+exp(0.3)*x";
    const auto f = formula_potential({text, {"x", "y"}, {}, {}});
    Scratch scratch;
    Values lap(8);
    f->laplacian(x, lap, scratch);
    add(values(*f, x));
    add(gradients(*f, x));
    add(lap);
    add(f->hessian(Eigen::Vector2d(0.2, 0.9), scratch));
  }
  return hash;
}

// Not a check by itself: prints what the next test compares between processes.
TEST(FreshProcess, PrintsItsFingerprint) {
  std::printf("fingerprint %llu\n", static_cast<unsigned long long>(fingerprint()));
}

// Fails if the order of terms, which GiNaC changes from process to process, reaches the values.
TEST(FreshProcess, TwentyGiveTheSameBits) {
  char self[4096] = {};
  std::FILE* link = popen(("readlink /proc/" + std::to_string(getpid()) + "/exe").c_str(), "r");
  ASSERT_EQ(std::fscanf(link, "%4095s", self), 1);
  pclose(link);
  const std::string command = std::string(self) + " --gtest_filter=FreshProcess.PrintsItsFingerprint";
  std::set<std::string> seen;
  for (int run = 0; run < 20; ++run) {
    std::FILE* child = popen(command.c_str(), "r");
    char line[512];
    while (std::fgets(line, sizeof line, child))
      if (std::string(line).rfind("fingerprint", 0) == 0) seen.insert(line);
    ASSERT_EQ(pclose(child), 0);
  }
  EXPECT_EQ(seen.size(), 1u);
}

}  // namespace
}  // namespace sgdlimits
