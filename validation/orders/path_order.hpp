/// Strong and weak orders of schemes by sampling on Brownian paths that two solutions share.
#pragma once

#include <functional>
#include <memory>

#include "core/parallel.hpp"
#include "solvers/sde/scheme.hpp"
#include "validation/orders/order.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// Where paths start and end. Coordinates of a scheme beyond the start (momenta) start at 0.
struct PathProblem {
  std::vector<double> start;
  double until = 1;  ///< T
  /// X(T) from T and W(T), N x noises to N x start.size(); empty: not known. W(T) = sum_k sqrt(h) g_k with the first
  /// `noises` Gaussians of each step, so these must be the increments of the scheme's Brownian path.
  std::function<Points(double t, PointsView w)> solution{};
  Index noises = 1;
};

/// The scheme of the given step.
using SchemeFactory = std::function<std::unique_ptr<Scheme>(double step)>;

struct PathOrderOptions {
  std::vector<double> steps;  ///< each a fraction of T: T/h whole
  Index paths = 20'000;       ///< a step, N
  std::uint64_t seed = 1;     ///< steps have their own replicates, hence independent errors
};

/// Mean of |X_h(T) - X(T)| (Euclidean) over N paths. X(T) is the solution at the scheme's own W(T) or, where it is
/// not known, the same scheme at h/2 on the same Brownian path (on_refined_path): C(h) - C(h/2) has the order of C,
/// but a scheme that converges to a wrong process is then not found out. Failures as `advance` and sampled_order;
/// throws InvalidArgument for steps that do not divide T, fewer than 100 paths, or no Gaussians a step.
Result<OrderEstimate> strong_order(const SchemeFactory& make, const PathProblem& problem,
                                   const PathOrderOptions& options, const Execution& execution = {});

/// Norm of the vector E g_k(X_h(T)) - E g_k(X(T)) over the observables, as the mean of its component in its own
/// direction over paths that share W: the difference of two coupled solutions has a far smaller variance than either.
/// X(T), failures and errors as strong_order; observables are functions of the first start.size() coordinates.
Result<OrderEstimate> path_weak_order(const SchemeFactory& make, const PathProblem& problem,
                                      const std::vector<Observable>& observables, const PathOrderOptions& options,
                                      const Execution& execution = {});

/// x_i and x_i^2 for every coordinate.
std::vector<Observable> order_observables(const std::vector<std::string>& coordinates);

}  // namespace sgdlimits
