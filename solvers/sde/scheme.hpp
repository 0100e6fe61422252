/// What advances an ensemble by one step: schemes for stochastic differential equations, and SGD itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/drift.hpp"
#include "core/finite_sum.hpp"
#include "core/noise.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// Orders in the step that a scheme promises; each is measured by a test that names it.
struct SchemeOrders {
  std::optional<double> strong, weak, invariant_measure;
};

/// A tile of paths on its way through many steps. x is n x d, n a multiple of kLanes, columns 64-byte aligned;
/// rows beyond the ensemble are copies of its last path and are dropped at the end.
struct PathBlock {
  Eigen::Map<Points> x;
  Index first_path;
  Scratch& scratch;
};

/// A motion bound to its problem and step size. Immutable; shared between threads.
class Scheme {
 public:
  virtual ~Scheme() = default;
  virtual std::string name() const = 0;
  virtual Index dimension() const = 0;
  /// Time that passes in one step (SGD: the learning rate s, since step k is at time t = k s).
  virtual double step_size() const = 0;
  virtual SchemeOrders orders() const { return {}; }
  /// Advances every path of the block from step n to n + 1; randomness is Noise(seed, ...) at (path, n).
  virtual void advance(PathBlock& block, std::int64_t step, const Noise& noise) const = 0;
  /// Stream of `noise` that the scheme draws from.
  virtual Stream stream() const { return Stream::brownian; }
};

/// dX = -grad f dt + sqrt(2 tau) dB by X + h b(X) + sqrt(2 tau h) g.
/// Strong order 1 (additive noise), weak 1, invariant measure 1 (Talay, Tubaro 1990). Isotropic-noise SGD with
/// learning rate s is exactly this at h = s, tau = s/2.
std::unique_ptr<Scheme> euler_maruyama(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// Stochastic Heun: Y = X + h b(X) + sqrt(2 tau h) g, X + (h/2)(b(X) + b(Y)) + sqrt(2 tau h) g.
/// Strong 1 and weak 2 for additive noise; invariant measure 2.
std::unique_ptr<Scheme> heun(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// x <- x - s grad f(x) + s g, g ~ N(0, I): isotropic-noise SGD, named for what it is. Its agreement with the
/// SDE is a consistency check, not evidence about SGD.
std::unique_ptr<Scheme> isotropic_noise_sgd(std::shared_ptr<const Potential> potential, LearningRate s);

enum class Replacement { with, without };

/// x <- x - s (1/B) sum over a fresh random batch of grad f_i(x). Without replacement: a fresh uniform subset of
/// size B at each step (not epochs). Noise covariance Sigma(x)/B, times (n-B)/(n-1) without replacement.
/// Throws InvalidArgument unless 1 <= B, and B <= n without replacement.
std::unique_ptr<Scheme> mini_batch_sgd(std::shared_ptr<const FiniteSum> sum, LearningRate s, Index batch,
                                       Replacement replacement);

}  // namespace sgdlimits
