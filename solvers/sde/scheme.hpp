/// What advances an ensemble by one step: schemes for stochastic differential equations, and SGD itself.
#pragma once

#include <cmath>
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
/// rows beyond the ensemble start as copies of its last path and are dropped at the end.
struct PathBlock {
  Eigen::Map<Points> x;
  /// n x (1 + steps_ahead()) normals_per_step(): standard Gaussians of this step and of those it looks ahead to,
  /// column j at noise index step normals_per_step() + j.
  /// The runner draws those of many steps at once, since one Philox block serves two of them in one dimension.
  Eigen::Map<const Points> normals;
  Index first_path;
  double time;  ///< at the start of the step
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
  /// Time that passes in the first `steps` steps.
  virtual double elapsed(std::int64_t steps) const { return static_cast<double>(steps) * step_size(); }
  /// False where steps vary: then step_size() is the first one, and times are met to half a step.
  virtual bool has_constant_step() const { return true; }
  /// The number of steps after which the clock is nearest to `time` >= 0.
  virtual std::int64_t steps_until(double time) const { return std::llround(time / step_size()); }
  /// Coordinates that are positions: the first ones. The others (momenta) start at 0.
  virtual Index positions() const { return dimension(); }
  virtual SchemeOrders orders() const { return {}; }
  /// Stream of the noise that the scheme draws from.
  virtual Stream stream() const { return Stream::brownian; }
  /// Gaussians that one path needs in one step.
  virtual Index normals_per_step() const = 0;
  /// Following steps whose Gaussians a step also sees. Since these are a function of (path, step), a scheme whose
  /// steps share Gaussians keeps no state beside x.
  virtual Index steps_ahead() const { return 0; }
  /// The Gaussians of the two halves of a step of size `step`, n x 2 normals_per_step(), first half first, from those
  /// of the step and as many fresh ones: an orthogonal map, under which the halves in turn see the Brownian path of
  /// the step. Unless overridden a Gaussian is an increment over its root of time: (own + fresh)/sqrt(2), (own -
  /// fresh)/sqrt(2).
  virtual void halve(double step, PointsView own, PointsView fresh, PointsOut halves) const;
  /// The Gaussians of paths first_path, ... at noise indices first_index, ..., N x any: those of `noise`, unless the
  /// path is given otherwise (on_refined_path).
  virtual void draw(const Noise& noise, Index first_path, std::int64_t first_index, PointsOut out,
                    Scratch& scratch) const;
  /// What an infinite or NaN path of this scheme should move the reader to do, for the runner's message.
  virtual std::string remedy_for_loss() const;
  /// Advances every path of the block from `step` to step + 1: a pure function of x, normals and `noise` at
  /// (path, step), so that it may be repeated and split anywhere.
  virtual void advance(PathBlock& block, std::int64_t step, const Noise& noise) const = 0;

  /// True where steps share work: then the runner calls advance_many between two looks at the paths.
  virtual bool takes_many_steps() const { return false; }
  /// Steps begin, ..., end - 1, the same bits as by `advance`; `normals` holds those of all of them side by side.
  virtual void advance_many(PathBlock& block, std::int64_t begin, std::int64_t end, const Noise& noise) const;
  /// True where one path fills the vectors by its own dimension: then a block is one path, without padding, and its
  /// coordinates are contiguous.
  virtual bool moves_single_paths() const { return false; }
};

/// Euler-Maruyama: X + h b(X) + sqrt(2 tau h) g for dX = b dt + sqrt(2 tau) dB.
/// Additive noise: strong order 1, weak 1, invariant measure 1 (Talay, Tubaro 1990), b smooth and globally
/// Lipschitz. For b that grows faster than linearly no step has an invariant measure: long runs are metastable and
/// large steps blow up. At finite ends of the domain of b the step is folded back (symmetrised Euler: weak order 1,
/// Bossy, Gobet, Talay 2004). Throws InvalidArgument unless 0 < step < infinity, or if the drift sees the ensemble.
std::unique_ptr<Scheme> euler_maruyama(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// Stochastic Heun: Y = X + h b(X) + sqrt(2 tau h) g, X + (h/2)(b(X) + b(Y)) + sqrt(2 tau h) g.
/// Additive noise: strong order 1, weak 2, invariant measure 2 (Kloeden, Platen 1992, section 15.1; the gain is
/// the drift's: the strong order stays that of the one Gaussian a step). Y and the result are folded at finite
/// ends of the domain; weak order 1 there. Throws as euler_maruyama.
std::unique_ptr<Scheme> heun(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// x <- x - s grad f(x) + s g, g ~ N(0, I): isotropic-noise SGD, named for what it is. It is Euler-Maruyama at
/// h = s, tau = s/2, to the bit, so its agreement with the SDE is a consistency check and not evidence about SGD.
/// No orders are declared, since the temperature moves with the step.
std::unique_ptr<Scheme> isotropic_noise_sgd(std::shared_ptr<const Potential> potential, LearningRate s);

enum class Replacement { with, without };

/// x <- x - s (1/B) sum_b grad f_{i_b}(x), a fresh random batch i_1..i_B for each path and step; step k is at time
/// t = k s. Without replacement: a uniform subset of size B at each step (not epochs). The noise s (g_B - grad f)
/// has covariance s^2 Sigma(x)/B, times (n - B)/(n - 1) without replacement; Sigma: core/finite_sum.hpp.
/// Folded at finite ends of the domain. Throws InvalidArgument unless 1 <= B, and B <= n without replacement.
std::unique_ptr<Scheme> mini_batch_sgd(std::shared_ptr<const FiniteSum> sum, LearningRate s, Index batch,
                                       Replacement replacement);

}  // namespace sgdlimits
