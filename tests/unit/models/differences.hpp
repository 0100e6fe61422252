/// Exact derivatives against central differences of order four, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include "core/finite_sum.hpp"
#include "core/noise.hpp"

namespace sgdlimits::testing {

/// Points with independent normal coordinates times `scale`, n padded to full vectors.
inline Points random_points(Index n, Index dimension, double scale, std::uint64_t seed) {
  Points x(padded(n), dimension);
  Noise(seed, Stream::test).normals(0, 0, x);
  return scale * x;
}

/// Fails if gradient, Hessian, Laplacian or value_and_gradient disagree with differences by more than `tolerance`
/// relative to 1 + the size of the quantity.
inline void expect_consistent_derivatives(const Potential& f, const Points& x, double tolerance = 2e-8) {
  EXPECT_LT(gradient_check(f, x), tolerance) << f.description();
  Scratch scratch;
  const Index n = x.rows(), d = x.cols();
  Values value(n), both_value(n), laplacian(n);
  Points gradient(n, d), both_gradient(n, d);
  f.value(x, value, scratch);
  f.gradient(x, gradient, scratch);
  f.value_and_gradient(x, both_value, both_gradient, scratch);
  f.laplacian(x, laplacian, scratch);
  EXPECT_TRUE(both_value.isApprox(value, 1e-13)) << f.description();
  EXPECT_TRUE(both_gradient.isApprox(gradient, 1e-13)) << f.description();
  EXPECT_TRUE(f.has_exact_hessian()) << f.description();
  for (Index i = 0; i < std::min<Index>(n, 16); ++i) {
    const Eigen::VectorXd at = x.row(i).matrix().transpose();
    const Eigen::MatrixXd exact = f.hessian(at, scratch);
    const Eigen::MatrixXd differences = f.Potential::hessian(at, scratch);  // of the gradient
    EXPECT_LT((exact - differences).cwiseAbs().maxCoeff(), tolerance * (1 + exact.cwiseAbs().maxCoeff()))
        << f.description() << " at " << at.transpose();
    EXPECT_NEAR(laplacian(i), exact.trace(), 1e-11 * (1 + exact.cwiseAbs().sum())) << f.description();
  }
}

/// The same bits for the whole batch and for its split into aligned padded blocks.
inline void expect_same_bits_for_any_split(const Potential& f, const Points& x, Index block) {
  ASSERT_EQ(block % kLanes, 0);
  Scratch scratch;
  const Index n = x.rows(), d = x.cols();
  Points whole(n, d);
  Values whole_value(n), whole_laplacian(n);
  f.gradient(x, whole, scratch);
  f.value(x, whole_value, scratch);
  f.laplacian(x, whole_laplacian, scratch);
  for (Index begin = 0; begin < n; begin += block) {
    const Index size = std::min(block, n - begin);
    const Points part = x.middleRows(begin, size);
    Points g(size, d);
    Values v(size), l(size);
    f.gradient(part, g, scratch);
    f.value(part, v, scratch);
    f.laplacian(part, l, scratch);
    EXPECT_TRUE((g == whole.middleRows(begin, size)).all()) << f.description();
    EXPECT_TRUE((v == whole_value.segment(begin, size)).all()) << f.description();
    EXPECT_TRUE((l == whole_laplacian.segment(begin, size)).all()) << f.description();
  }
}

}  // namespace sgdlimits::testing
