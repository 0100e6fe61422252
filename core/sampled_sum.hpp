/// A mean over a law of samples, which stochastic gradient descent sees through fresh samples alone.
#pragma once

#include <string>

#include "core/noise.hpp"
#include "core/potential.hpp"

namespace sgdlimits {

/// Consecutive steps of online SGD on one path.
struct OnlineSteps {
  const Noise& noise;  ///< seed and replicate; every use takes its own stream of it
  Index path;
  std::int64_t first_step;
  Index batch;
  ValuesView rates;               ///< s_k, one a step
  ValuesView standard_deviation;  ///< of the Gaussian added in each step; length 0: none
};

/// f(x) = E F(x; Z), Z from a law: the counterpart of FiniteSum where there are no data but a source of them. f
/// itself need not be computable. Sample b of path p at step k is Z(seed, replicate, p, k B + b), from
/// Stream::sample: a pure function, so runs repeat and split anywhere, and two motions with one seed see the same
/// samples. Immutable.
class SampledSum {
 public:
  virtual ~SampledSum() = default;

  /// d
  virtual Index dimension() const = 0;
  /// g(i,:) = (1/B) sum_{b<B} grad F(x_i; Z(first_path + i, step B + b)). x and g are N x d.
  virtual void sample_gradient(PointsView x, const Noise& noise, Index first_path, std::int64_t step, Index batch,
                               PointsOut g, Scratch& scratch) const = 0;
  virtual Box domain() const { return Box::everywhere(dimension()); }
  virtual std::string description() const { return "user law"; }

  /// True where gradient_covariance is known.
  virtual bool has_gradient_covariance() const { return false; }
  /// Sigma(x), the covariance of grad F(x; Z) (theory: Li, Tai, E 2019); a batch of B has Sigma/B. d x d. Throws
  /// InvalidArgument unless has_gradient_covariance().
  virtual Eigen::MatrixXd gradient_covariance(const Eigen::VectorXd& x, Scratch& scratch) const;
  /// The same at N points: row i of sigma holds the upper triangle of Sigma(x_i), row by row; N x d(d+1)/2.
  virtual void gradient_covariances(PointsView x, PointsOut sigma, Scratch& scratch) const;

  /// True where the model takes many steps at once faster than one by one.
  virtual bool has_online_steps() const { return false; }
  /// x <- x - s_k g_k(x) + sd_k G_k for k = first_step, first_step + 1, ..., one path, x of length d; G_k the
  /// Gaussians of Stream::brownian at indices k d + coordinate. The same as by sample_gradient up to rounding, and
  /// the same bits however the steps are split. Called only where has_online_steps().
  virtual void online_steps(ValuesOut x, const OnlineSteps& steps, Scratch& scratch) const;
};

}  // namespace sgdlimits
