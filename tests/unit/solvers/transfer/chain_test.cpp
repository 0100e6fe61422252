// The pieces below SGD's own law: batches, deposits, classes, elimination.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "solvers/transfer/banded_elimination.hpp"
#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/hitting.hpp"
#include "solvers/transfer/transfer_operator.hpp"
#include "support/sgd_sums.hpp"

namespace sgdlimits {
namespace {

using test::TiltedWells;

TransitionMatrix chain_of(Index n, const std::vector<Eigen::Triplet<double>>& entries) {
  TransitionMatrix chain(n, n);
  chain.setFromTriplets(entries.begin(), entries.end());
  return chain;
}

std::shared_ptr<const Grid> line(double lower, double upper, Index cells) {
  return std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(lower, upper, cells)});
}

Points random_terms(Index n, Index d) {
  Points terms(n, d);
  Noise(4, Stream::test).normals(0, 0, terms);
  return terms;
}

// Numbers of batches and the first two moments, by hand. Fails for a lost or doubled batch or a wrong multiplicity.
TEST(BatchLaw, AtomsAreTheBatches) {
  EXPECT_EQ(BatchLaw(5, 3, Replacement::without).atoms(1), 10);
  EXPECT_EQ(BatchLaw(5, 3, Replacement::with).atoms(1), 35);
  EXPECT_EQ(BatchLaw(150, 1, Replacement::with).atoms(2), 150);
  EXPECT_FALSE(BatchLaw(150, 10, Replacement::with).exact());
  EXPECT_EQ(BatchLaw(150, 10, Replacement::with).atoms(2), 9);
  const Points terms = random_terms(5, 2);
  const Points centred = terms.rowwise() - terms.colwise().mean();
  const Eigen::MatrixXd sigma = centred.matrix().transpose() * centred.matrix() / 5;
  for (const Replacement replacement : {Replacement::with, Replacement::without})
    for (const Index max_atoms : {4096, 5}) {
      const BatchLaw law(5, 3, replacement, max_atoms);
      EXPECT_EQ(law.exact(), max_atoms == 4096);
      const BatchAtoms atoms = law.at(terms);
      EXPECT_NEAR(atoms.weights.sum(), 1, 1e-14);
      const Eigen::RowVectorXd mean = atoms.weights.matrix().transpose() * atoms.gradients.matrix();
      EXPECT_LT((mean.array() - terms.colwise().mean()).abs().maxCoeff(), 1e-14);
      const Eigen::MatrixXd about = atoms.gradients.matrix().rowwise() - mean;
      const Eigen::MatrixXd covariance = about.transpose() * atoms.weights.matrix().asDiagonal() * about;
      const double factor = replacement == Replacement::with ? 1.0 / 3 : 2.0 / 4 / 3;
      EXPECT_LT((covariance - factor * sigma).cwiseAbs().maxCoeff(), 1e-14);
    }
}

TEST(BatchLaw, RefusesSizesOutOfRange) {
  EXPECT_THROW(BatchLaw(0, 1, Replacement::with), InvalidArgument);
  EXPECT_THROW(BatchLaw(3, 0, Replacement::with), InvalidArgument);
  EXPECT_THROW(BatchLaw(3, 4, Replacement::without), InvalidArgument);
  EXPECT_NO_THROW(BatchLaw(3, 4, Replacement::with));
}

// Mass, positivity, exact mean, and h^2/4 of variance, wherever the image falls. Fails for any other deposit.
TEST(TransferOperator, KeepsMassAndMeansAndAddsAQuarterCellOfVariance) {
  const TiltedWells sum(random_terms(5, 1).col(0));
  const auto grid = line(-1.9, 1.9, 143);
  const double s = 0.07, h = grid->axis(0).widths()(0);
  const TransferOperator transfer(sum, LearningRate(s), BatchLaw(5, 2, Replacement::with), grid);
  const Eigen::VectorXd x = grid->axis(0).centers().matrix();
  const Eigen::VectorXd ones = transfer.matrix() * Eigen::VectorXd::Ones(143);
  const Eigen::VectorXd mean = transfer.matrix() * x, square = transfer.matrix() * x.cwiseAbs2();
  EXPECT_LT((ones.array() - 1).abs().maxCoeff(), 1e-14);
  EXPECT_GE(Eigen::Map<const Values>(transfer.matrix().valuePtr(), transfer.matrix().nonZeros()).minCoeff(), 0);
  const Points slopes = gradients(sum, Points(x.array()));
  for (Index i = 5; i < 138; ++i) {
    ASSERT_EQ(transfer.leak()(i), 0);
    const double variance = s * s * 0.5 * gradient_covariance(sum, x.segment(i, 1))(0, 0);
    EXPECT_NEAR(mean(i), x(i) - s * slopes(i, 0), 1e-13);
    EXPECT_NEAR(square(i) - mean(i) * mean(i), variance + h * h / 4, 1e-13);
  }
}

// Every point of every cell goes to a cell that the row reaches, where the stretch is at most 2.
TEST(TransferOperator, RowsEncloseTheImagesOfCells) {
  const TiltedWells sum(1.3);
  const auto grid = line(-1.5, 1.5, 97);
  const TransferOperator transfer(sum, LearningRate(0.1), BatchLaw(2, 1, Replacement::with), grid);
  Scratch scratch;
  Index checked = 0;
  for (Index i = 0; i < 97; ++i) {
    if (transfer.stretch()(i) > 1.9 || transfer.leak()(i) > 0) continue;
    for (int k = 0; k <= 20; ++k) {
      const double x = grid->axis(0).edges()(i) + grid->axis(0).widths()(0) * k / 20;
      const Points terms = sum.term_gradients(Eigen::VectorXd::Constant(1, x), scratch);
      for (Index t = 0; t < 2; ++t) {
        const Index to = grid->axis(0).find(x - 0.1 * terms(t, 0));
        if (to < 0) continue;
        EXPECT_GT(transfer.matrix().coeff(i, to), 0) << i << " " << k;
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 2000);
}

TEST(TransferOperator, RefusesWhatDoesNotFit) {
  const TiltedWells sum(1.0);
  EXPECT_THROW(TransferOperator(sum, LearningRate(0.1), BatchLaw(3, 1, Replacement::with), line(-1, 1, 9)),
               InvalidArgument);
  EXPECT_THROW(TransferOperator(sum, LearningRate(0.1), BatchLaw(2, 1, Replacement::with), line(-1, 1, 2)),
               InvalidArgument);
  Eigen::ArrayXd graded(5);
  graded << -1, -0.5, 0, 0.7, 1;
  EXPECT_THROW(TransferOperator(sum, LearningRate(0.1), BatchLaw(2, 1, Replacement::with),
                                std::make_shared<Grid>(std::vector<Axis>{Axis(graded)})),
               InvalidArgument);
}

// 0 <-> 1 closed, 2 transient, 3 alone closed, 4 -> 2 or 3. Fails if a transient state counts or a class is split.
TEST(ClosedClasses, AreFoundAndTransientStatesAreNot) {
  const TransitionMatrix chain = chain_of(
      5, {{0, 1, 1.0}, {1, 0, 0.5}, {1, 1, 0.5}, {2, 0, 0.3}, {2, 3, 0.7}, {3, 3, 1.0}, {4, 2, 0.5}, {4, 3, 0.5}});
  const auto classes = closed_classes(chain);
  ASSERT_EQ(classes.size(), 2u);
  EXPECT_EQ(classes[0], (std::vector<Index>{0, 1}));
  EXPECT_EQ(classes[1], (std::vector<Index>{3}));
  Values mass = Values::Zero(5);
  mass(4) = 1;
  const Values ended = absorbed(chain, classes, mass);
  EXPECT_NEAR(ended(0), 0.15, 1e-15);
  EXPECT_NEAR(ended(1), 0.85, 1e-15);
  EXPECT_EQ(restricted(chain, {0, 1}).coeff(1, 0), 0.5);
}

// A birth-death chain with probabilities down to 1e-30: detailed balance gives pi and the hitting time exactly. Fails
// for elimination with subtractions, which has no digit left here.
TEST(BandedElimination, KeepsRelativeAccuracyInASlowChain) {
  const Index n = 11;
  std::vector<Eigen::Triplet<double>> entries;
  Values up(n - 1), down(n - 1);
  for (Index i = 0; i + 1 < n; ++i) {
    up(i) = i < 5 ? 1e-6 / static_cast<double>(i + 1) : 0.3;
    down(i) = i < 5 ? 0.4 : 1e-5;
    entries.emplace_back(static_cast<int>(i), static_cast<int>(i + 1), up(i));
    entries.emplace_back(static_cast<int>(i + 1), static_cast<int>(i), down(i));
  }
  const TransitionMatrix off = chain_of(n, entries);
  Values mass = Values::Ones(n);
  for (Index i = 0; i + 1 < n; ++i) mass(i + 1) = mass(i) * up(i) / down(i);
  const double total = mass.sum();
  const Result<Values> law = stationary_law(off);
  ASSERT_TRUE(law.ok());
  for (Index i = 0; i < n; ++i) EXPECT_NEAR(law.value()(i) / (mass(i) / total), 1, 1e-13) << i;
  // from 0 to n - 1: sum_k (sum_{i <= k} mass_i)/(mass_k up_k)
  double time = 0;
  for (Index k = 0; k + 1 < n; ++k) time += mass.head(k + 1).sum() / (mass(k) * up(k));
  Eigen::Array<bool, Eigen::Dynamic, 1> target = Eigen::Array<bool, Eigen::Dynamic, 1>::Constant(n, false);
  target(n - 1) = true;
  EXPECT_NEAR(hitting_times(off, target)(0) / time, 1, 1e-13);
  EXPECT_GT(time, 1e20);
}

// Gambler's ruin on 0..8: from 4 to either end 16 steps; with a trap, never.
TEST(HittingSteps, GamblersRuinAndATrap) {
  std::vector<Eigen::Triplet<double>> entries{{0, 0, 1.0}, {8, 8, 1.0}};
  for (int i = 1; i < 8; ++i) {
    entries.emplace_back(i, i - 1, 0.5);
    entries.emplace_back(i, i + 1, 0.5);
  }
  const TransitionMatrix chain = chain_of(9, entries);
  Eigen::Array<bool, Eigen::Dynamic, 1> ends = Eigen::Array<bool, Eigen::Dynamic, 1>::Constant(9, false);
  ends(0) = ends(8) = true;
  const Result<Values> steps = hitting_steps(chain, ends);
  ASSERT_TRUE(steps.ok());
  EXPECT_NEAR(steps.value()(4), 16, 1e-13);
  EXPECT_EQ(steps.value()(0), 0);
  ends(0) = false;
  const Result<Values> trapped = hitting_steps(chain, ends);
  ASSERT_TRUE(trapped.ok());
  EXPECT_EQ(trapped.value()(4), std::numeric_limits<double>::infinity());
  EXPECT_EQ(trapped.value()(8), 0);
}

// A cycle of three states and one of two weakly joined blocks: eigenvalues by hand.
TEST(SecondEigenvalue, RotationAndNearlyDecomposable) {
  const double p = 0.9;  // 0 -> 1 -> 2 -> 0, stay with 1 - p: |1 - p + p e^{2 pi i/3}|
  const TransitionMatrix cycle =
      chain_of(3, {{0, 0, 1 - p}, {1, 1, 1 - p}, {2, 2, 1 - p}, {0, 1, p}, {1, 2, p}, {2, 0, p}});
  const Result<SecondEigenvalue> turn = second_eigenvalue(cycle, Values::Constant(3, 1.0 / 3));
  ASSERT_TRUE(turn.ok()) << turn.why();
  EXPECT_NEAR(1 - turn->modulus_gap, std::sqrt(1 - 3 * p + 3 * p * p), 1e-12);
  EXPECT_GT(turn->imaginary_part, 0.5);
  const double e = 1e-9;
  const TransitionMatrix slow = chain_of(4, {{0, 1, 0.5},
                                             {0, 0, 0.5},
                                             {1, 0, 0.5},
                                             {1, 1, 0.5 - e},
                                             {1, 2, e},
                                             {2, 1, e},
                                             {2, 2, 0.5 - e},
                                             {2, 3, 0.5},
                                             {3, 2, 0.5},
                                             {3, 3, 0.5}});
  const Result<SecondEigenvalue> slowest = second_eigenvalue(slow, Values::Constant(4, 0.25));
  ASSERT_TRUE(slowest.ok()) << slowest.why();
  EXPECT_NEAR(slowest->modulus_gap / e, 1, 1e-6);  // e (1 + O(e)) by symmetry
}

}  // namespace
}  // namespace sgdlimits
