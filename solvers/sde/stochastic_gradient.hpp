/// Where the gradient of a step of SGD comes from.
#pragma once

#include <memory>
#include <string>

#include "core/finite_sum.hpp"
#include "core/sampled_sum.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// An estimate of grad f as a pure function of x and (noise, path, step). Immutable and shared between threads.
class StochasticGradient {
 public:
  virtual ~StochasticGradient() = default;
  virtual Index dimension() const = 0;
  virtual Box domain() const = 0;
  virtual std::string name() const = 0;

  /// The estimates for one block of paths over consecutive steps: what is worth keeping between steps lives here.
  class Run {
   public:
    virtual ~Run() = default;
    /// Row i: the estimate at x_i for path first_path + i. x and g are N x d.
    virtual void evaluate(PointsView x, std::int64_t step, PointsOut g, Scratch& scratch) = 0;
  };
  /// `noise` must outlive the run; its stream is not looked at.
  virtual std::unique_ptr<Run> run(const Noise& noise, Index first_path) const = 0;
};

/// grad f itself: gradient descent.
std::shared_ptr<const StochasticGradient> exact_gradient(std::shared_ptr<const Potential> potential);

/// (1/B) sum_b grad f_{i_b}(x), a fresh batch for each path and step: solvers/sde/batch_sampler.hpp. Covariance
/// Sigma(x)/B, times (n-B)/(n-1) without replacement. Throws InvalidArgument unless 1 <= B, and B <= n without
/// replacement.
std::shared_ptr<const StochasticGradient> mini_batch_gradient(std::shared_ptr<const FiniteSum> sum, Index batch,
                                                              Replacement replacement);

/// The same through epochs by random reshuffling: epoch e of n/B steps goes once through a fresh uniform permutation
/// of the n samples, step e n/B + j takes its places j B, ..., j B + B - 1. Each estimate is unbiased, but not given
/// the steps before it in the epoch: the errors of an epoch sum up to 0 to first order in s, so the noise is far
/// below that of independent batches (Mishchenko, Khaled, Richtarik 2020), and no diffusion of order s has its law. A
/// run that starts inside an epoch shuffles once: O(n) a path and epoch. Throws InvalidArgument unless B divides n.
std::shared_ptr<const StochasticGradient> epoch_gradient(std::shared_ptr<const FiniteSum> sum, Index batch);

/// (1/B) sum_b grad F(x; Z_b), B fresh samples of the law for each path and step: one pass over data without end.
/// Throws InvalidArgument unless 1 <= B.
std::shared_ptr<const StochasticGradient> online_gradient(std::shared_ptr<const SampledSum> sum, Index batch);

}  // namespace sgdlimits
