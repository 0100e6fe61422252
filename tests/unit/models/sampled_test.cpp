// The sample sums against their formulas.
#include "models/potentials/sampled.hpp"

#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "models/potentials/catalogue.hpp"

namespace sgdlimits {
namespace {

/// value, gradient, mean of terms and batches agree with each other.
void expect_consistent(const FiniteSum& sum) {
  Points x(16, sum.dimension());
  Noise(2, Stream::test).normals(0, 0, x);
  EXPECT_LT(gradient_check(sum, x), 1e-8);
  const Points g = gradients(sum, x);
  Scratch scratch;
  Indices indices(16, 2);
  for (Index i = 0; i < 16; ++i) indices.row(i) << i % sum.terms(), (i + 1) % sum.terms();
  Points batch(16, sum.dimension());
  sum.batch_gradient(x, indices, batch, scratch);
  for (Index i = 0; i < 16; ++i) {
    const Points terms = sum.term_gradients(x.row(i).transpose().matrix(), scratch);
    EXPECT_LT((terms.colwise().mean() - g.row(i)).abs().maxCoeff(), 1e-12);
    EXPECT_LT((0.5 * (terms.row(indices(i, 0)) + terms.row(indices(i, 1))) - batch.row(i)).abs().maxCoeff(), 1e-12);
  }
}

// Fails for a lost mean tilt, a wrong sign or a factor.
TEST(Sampled, ValuesGradientsAndBatchesAgree) {
  Points tilts(3, 1);
  tilts << 1.0, -0.5, 0.2;
  expect_consistent(*tilted_samples(make_potential("double-well"), tilts));
  Points features(4, 2);
  features << 1, 2, -1, 0.5, 0.3, -0.7, 2, 0;
  Values targets(4);
  targets << 1, 0, -2, 0.5;
  const auto squares = least_squares(features, targets, 0.3);
  expect_consistent(*squares);
  Scratch scratch;
  const Eigen::MatrixXd hessian = squares->hessian(Eigen::VectorXd::Zero(2), scratch);
  EXPECT_NEAR(hessian(0, 1), (features.col(0) * features.col(1)).mean(), 1e-15);
  EXPECT_NEAR(hessian(0, 0), features.col(0).square().mean() + 0.3, 1e-15);
  EXPECT_NEAR(values(*squares, Points::Zero(1, 2))(0), 0.5 * targets.square().mean(), 1e-15);
}

TEST(Sampled, RefusesBadShapes) {
  EXPECT_THROW(tilted_samples(nullptr, Points::Zero(1, 1)), InvalidArgument);
  EXPECT_THROW(tilted_samples(make_potential("double-well"), Points::Zero(0, 1)), InvalidArgument);
  EXPECT_THROW(tilted_samples(make_potential("double-well"), Points::Zero(1, 2)), InvalidArgument);
  EXPECT_THROW(least_squares(Points::Ones(2, 1), Values::Ones(3)), InvalidArgument);
  EXPECT_THROW(least_squares(Points::Ones(2, 1), Values::Ones(2), -1), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
