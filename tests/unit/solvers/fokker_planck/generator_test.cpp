#include "solvers/fokker_planck/generator.hpp"

#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "support/random_generators.hpp"

namespace sgdlimits {
namespace {

using test::random_generator;
using test::random_grid;

class Quadratic final : public Potential {
 public:
  explicit Quadratic(Index dimension) : dimension_(dimension) {}
  Index dimension() const override { return dimension_; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = 0.5 * x.square().rowwise().sum(); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x; }

 private:
  Index dimension_;
};

// The dense matrix of A in mass form, from the rates alone.
Eigen::MatrixXd rate_matrix(const Generator& generator) {
  const Index n = generator.grid().size();
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
  for (Index j = 0; j < generator.grid().dimension(); ++j) {
    const Index s = generator.grid().stride(j);
    for (Index i = 0; i + s < n; ++i) {
      a(i + s, i) += generator.rate_up(j)(i);
      a(i, i) -= generator.rate_up(j)(i);
      a(i, i + s) += generator.rate_down(j)(i);
      a(i + s, i + s) -= generator.rate_down(j)(i);
    }
  }
  return a;
}

struct Case {
  Index dimension, cells;
  bool graded;
};
const Case kCases[] = {{1, 30, false}, {1, 30, true}, {2, 7, false}, {2, 7, true},
                       {3, 4, true},   {1, 1, false}, {2, 1, false}};

// On one to three axes, uniform and graded: a wrong stride, a missing width, a rate across the end of a line or a
// wrong sign makes one of these fail.
TEST(Generator, HasTheStructureOfAReversibleChain) {
  std::mt19937_64 random(1);
  for (const Case& c : kCases)
    for (const double barrier : {0.0, 3.0, 30.0}) {
      const auto generator = random_generator(random_grid(c.dimension, c.cells, c.graded, random), barrier, random);
      const Index n = generator->grid().size();
      const Values& vol = generator->grid().volumes();
      const Values mass = generator->gibbs().averages() * vol;
      EXPECT_NEAR(generator->gibbs().mass(), 1, 1e-14);
      EXPECT_LT((generator->log_gibbs().exp() / generator->gibbs().averages() - 1).abs().maxCoeff(), 1e-13);
      for (Index j = 0; j < c.dimension; ++j) {
        const Index s = generator->grid().stride(j);
        EXPECT_GE(generator->rate_up(j).minCoeff(), 0);
        EXPECT_GE(generator->rate_down(j).minCoeff(), 0);
        for (Index i = 0; i + s < n; ++i) {
          const double forward = generator->rate_up(j)(i) * mass(i);
          EXPECT_NEAR(generator->rate_down(j)(i) * mass(i + s), forward, 1e-14 * forward);
          EXPECT_NEAR(generator->coupling(j)(i), std::sqrt(generator->rate_up(j)(i) * generator->rate_down(j)(i)),
                      1e-14 * generator->coupling(j)(i));
        }
      }
      Values image(n);
      generator->apply(generator->gibbs().averages(), image);
      EXPECT_LT((image * vol).abs().maxCoeff(), 1e-14 * (generator->exit_rate() * mass).maxCoeff() + 1e-300);
    }
}

// Both applies and the sparse matrix against the dense matrix from the rates: catches a wrong halo, tile or triangle.
TEST(Generator, AppliesAgreeWithTheDenseMatrix) {
  std::mt19937_64 random(2);
  for (const Case& c : kCases) {
    const auto generator = random_generator(random_grid(c.dimension, c.cells, c.graded, random), 5, random);
    const Index n = generator->grid().size();
    const Eigen::MatrixXd a = rate_matrix(*generator);
    const double size = a.norm() + 1e-300;
    const Eigen::VectorXd vol = generator->grid().volumes().matrix();
    const Eigen::VectorXd root = (generator->gibbs().averages() * generator->grid().volumes()).sqrt().matrix();
    const Eigen::MatrixXd h = -(root.cwiseInverse().asDiagonal() * a * root.asDiagonal());
    const Values v = Values::Random(n);
    Values out(n);
    generator->apply(v, out);
    EXPECT_LT((vol.asDiagonal() * out.matrix() - a * vol.asDiagonal() * v.matrix()).norm(), 1e-13 * size);
    EXPECT_LT((vol.asDiagonal() * out.matrix()).sum(), 1e-13 * size);
    generator->apply_symmetrised(v, out);
    EXPECT_LT((out.matrix() - h * v.matrix()).norm(), 1e-12 * size);
    EXPECT_LT((Eigen::MatrixXd(generator->symmetrised_matrix()) - h).norm(), 1e-12 * size);
    generator->apply_symmetrised(root.array(), out);
    EXPECT_LT(out.matrix().norm(), 1e-14 * size);
  }
}

// More cells than one tile, against a loop over faces.
TEST(Generator, TilesDoNotShow) {
  std::mt19937_64 random(3);
  const auto generator = random_generator(random_grid(2, 97, true, random), 8, random);
  const Index n = generator->grid().size();
  const Values& vol = generator->grid().volumes();
  const Values rho = Values::Random(n);
  Values gain = Values::Zero(n), out(n);
  for (Index j = 0; j < 2; ++j) {
    const Index s = generator->grid().stride(j);
    for (Index i = 0; i + s < n; ++i) {
      const double flux =
          generator->rate_up(j)(i) * rho(i) * vol(i) - generator->rate_down(j)(i) * rho(i + s) * vol(i + s);
      gain(i) -= flux;
      gain(i + s) += flux;
    }
  }
  generator->apply(rho, out);
  EXPECT_LT((out * vol - gain).abs().maxCoeff(), 1e-13 * gain.abs().maxCoeff());
}

// Barriers of hundreds of tau: an exponential of f itself would overflow or lose the Gibbs measure.
TEST(Generator, NeitherOverflowsNorLosesDigitsOnHugeBarriers) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1, 1, 400)});
  const Values x = grid->centers().col(0);
  const Generator generator(Values(1e7 + 2000 * (x.square() - 1).square()), grid, Temperature(0.5));
  EXPECT_TRUE(generator.log_gibbs().isFinite().all());
  EXPECT_TRUE(generator.exit_rate().isFinite().all());
  EXPECT_GT(generator.coupling(0).head(399).minCoeff(), 0);
  Values out(400);
  generator.apply(generator.gibbs().averages(), out);
  EXPECT_LT((out.abs() / generator.exit_rate() / generator.gibbs().averages().maxCoeff()).maxCoeff(), 1e-13);
}

// f = |x|^2/2 has lambda_1 = 1 with eigenfunction x whatever tau: on cell averages L x = -x + O(h^2).
TEST(Generator, ReproducesTheLinearEigenfunctionOfAQuadratic) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-4, 4, 400), Axis::uniform(-4, 4, 10)});
  const Generator generator(Quadratic(2), grid, Temperature(0.3));
  const Values x = grid->centers().col(0);
  Values out(grid->size());
  generator.apply(x * generator.gibbs().averages(), out);
  EXPECT_LT((out + x * generator.gibbs().averages()).abs().maxCoeff(),
            1e-3 * generator.gibbs().averages().maxCoeff());
}

// The bound is above the largest eigenvalue and not more than a factor two off.
TEST(Generator, BoundsItsLargestEigenvalue) {
  std::mt19937_64 random(4);
  for (const Case& c : kCases) {
    if (c.cells == 1) continue;
    const auto generator = random_generator(random_grid(c.dimension, c.cells, c.graded, random), 5, random);
    const Eigen::MatrixXd h = generator->symmetrised_matrix();
    double largest = 0;
    Eigen::VectorXd v = Eigen::VectorXd::Random(h.rows());
    for (int k = 0; k < 3000; ++k) {
      v = h * v.normalized();
      largest = v.norm();
    }
    EXPECT_GE(generator->largest_eigenvalue_bound(), largest * (1 - 1e-12));
    EXPECT_LE(generator->largest_eigenvalue_bound(), 2 * largest);
  }
}

// The caller's mistakes are named.
TEST(Generator, RefusesBadInput) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1, 1, 4)});
  EXPECT_THROW(Generator(Quadratic(2), grid, Temperature(1)), InvalidArgument);
  EXPECT_THROW(Generator(Values::Zero(5), grid, Temperature(1)), InvalidArgument);
  Values f = Values::Zero(4);
  f(2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(Generator(f, grid, Temperature(1)), InvalidArgument);
  f(2) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(Generator(f, grid, Temperature(1)), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
