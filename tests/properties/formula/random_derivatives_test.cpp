// Derivatives of random formulas that contain means over samples, max, min, abs and relu, against the chain rule.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/formula/formula.hpp"
#include "support/random_expression.hpp"

namespace sgdlimits {
namespace {

using test::Jet;
using test::RandomExpression;

const std::vector<double> kC = {1.25, -0.5, 0.75, 2, -1.5}, kD = {0.3, 0.9, -1.1, 0.2, 0.6};
const std::vector<std::string> kXY = {"x", "y"};

// Both variables and both samples appear.
std::string text_of(const RandomExpression& tree) { return tree.text() + "+0.1*x*y+0.01*c*d*x"; }

Jet term(const RandomExpression& tree, double x, double y, std::size_t i) {
  const Jet jx = Jet::variable(x, 0), jy = Jet::variable(y, 1);
  return tree.jet(x, y, kC[i], kD[i]) + Jet(0.1) * jx * jy + Jet(0.01 * kC[i] * kD[i]) * jx;
}

Jet mean(const RandomExpression& tree, double x, double y) {
  Jet sum;
  for (std::size_t i = 0; i < kC.size(); ++i) sum = sum + term(tree, x, y, i);
  return Jet(1.0 / static_cast<double>(kC.size())) * sum;
}

// A reference is one if no argument is at a kink, where sides are a matter of rounding, and rounding stays small.
bool usable(const Jet& jet) { return !jet.kink && jet.largest < 1e4; }

class RandomMeans : public testing::Test {
 protected:
  template <class Check>
  int for_each_expression(std::uint64_t seed, int expressions, Check check) {
    std::mt19937_64 random(seed);
    const Points x = Points::Random(16, 2);
    int points = 0;
    for (int k = 0; k < expressions; ++k) {
      const auto tree = test::random_expression(random, 4, test::kinds_with_samples_and_kinks());
      const auto f = formula_finite_sum({text_of(*tree), kXY, {}, {{"c", kC}, {"d", kD}}});
      points += check(*tree, *f, x);
      if (HasFatalFailure()) break;
    }
    return points;
  }
};

// Fails if a factor leaves a mean that it should not, a side of a kink is taken wrongly, or a derivative of max, min,
// abs, relu or of a mean is wrong in value, gradient, Hessian or Laplacian.
TEST_F(RandomMeans, ValueGradientHessianAndLaplacianAreExact) {
  const int points =
      for_each_expression(21, 250, [](const RandomExpression& tree, const FiniteSum& f, const Points& x) {
        const Values v = values(f, x);
        const Points g = gradients(f, x);
        Scratch scratch;
        Values lap(x.rows());
        f.laplacian(x, lap, scratch);
        int used = 0;
        for (Index i = 0; i < x.rows(); ++i) {
          const Jet exact = mean(tree, x(i, 0), x(i, 1));
          if (!usable(exact)) continue;
          ++used;
          const double bound = 1e-11 * (1 + exact.largest);
          const Eigen::MatrixXd h = f.hessian(x.row(i).matrix().transpose(), scratch);
          EXPECT_NEAR(v(i), exact.v, bound) << text_of(tree);
          for (Index j = 0; j < 2; ++j)
            EXPECT_NEAR(g(i, j), exact.g[static_cast<std::size_t>(j)], bound) << text_of(tree);
          EXPECT_NEAR(h(0, 0), exact.h[0], bound) << text_of(tree);
          EXPECT_NEAR(h(0, 1), exact.h[1], bound) << text_of(tree);
          EXPECT_NEAR(h(1, 0), exact.h[1], bound) << text_of(tree);
          EXPECT_NEAR(h(1, 1), exact.h[2], bound) << text_of(tree);
          EXPECT_NEAR(lap(i), exact.h[0] + exact.h[2], 2 * bound) << text_of(tree);
        }
        return used;
      });
  EXPECT_GT(points, 2000);
}

// Fails if the gradient of a term or of a mini-batch, repeated indices included, belongs to other samples.
TEST_F(RandomMeans, TermAndBatchGradientsAreThoseOfTheirSamples) {
  const int points =
      for_each_expression(22, 120, [](const RandomExpression& tree, const FiniteSum& f, const Points& x) {
        Scratch scratch;
        int used = 0;
        Indices batch(x.rows(), 3);
        for (Index i = 0; i < x.rows(); ++i) batch.row(i) << i % 5, (2 * i + 1) % 5, i % 5;
        Points g(x.rows(), 2);
        f.batch_gradient(x, batch, g, scratch);
        for (Index i = 0; i < x.rows(); ++i) {
          const Points terms = f.term_gradients(x.row(i).matrix().transpose(), scratch);
          std::vector<Jet> exact;
          for (std::size_t k = 0; k < kC.size(); ++k) exact.push_back(term(tree, x(i, 0), x(i, 1), k));
          if (!std::all_of(exact.begin(), exact.end(), usable)) continue;
          ++used;
          for (std::size_t j = 0; j < 2; ++j) {
            double largest = 1, sum = 0;
            for (std::size_t k = 0; k < kC.size(); ++k) {
              largest = std::max(largest, exact[k].largest);
              EXPECT_NEAR(terms(static_cast<Index>(k), static_cast<Index>(j)), exact[k].g[j],
                          1e-11 * (1 + exact[k].largest))
                  << text_of(tree);
            }
            for (Index b = 0; b < 3; ++b) sum += exact[static_cast<std::size_t>(batch(i, b))].g[j];
            EXPECT_NEAR(g(i, static_cast<Index>(j)), sum / 3, 1e-11 * (1 + largest)) << text_of(tree);
          }
        }
        return used;
      });
  EXPECT_GT(points, 800);
}

}  // namespace
}  // namespace sgdlimits
