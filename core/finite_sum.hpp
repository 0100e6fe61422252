/// A potential that is a mean over samples: all that stochastic gradient descent ever sees.
#pragma once

#include "core/potential.hpp"

namespace sgdlimits {

/// f(x) = (1/n) sum_{i<n} f_i(x). A ridge is part of every term, so that a mini-batch keeps it whole.
class FiniteSum : public Potential {
 public:
  /// n
  virtual Index terms() const = 0;

  /// Mini-batch gradients, one batch a point: g(p,:) = (1/B) sum_b grad f_{indices(p,b)}(x_p).
  /// x is N x d, indices N x B with entries in [0, n), g is N x d.
  virtual void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const = 0;

  /// All gradients at one point: row i is grad f_i(x), n x d.
  virtual Points term_gradients(const Eigen::VectorXd& x, Scratch& scratch) const = 0;
};

/// Sigma(x) = (1/n) sum_i (grad f_i - grad f)(grad f_i - grad f)^T, the covariance of one uniformly drawn
/// sample's gradient (theory: Li, Tai, E 2019). A batch of B drawn with replacement has Sigma/B, without
/// replacement (n-B)/(n-1) times that. d x d.
Eigen::MatrixXd gradient_covariance(const FiniteSum& sum, const Eigen::VectorXd& x);

}  // namespace sgdlimits
