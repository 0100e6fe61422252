/// Deterministic flows x' = b(t, x), gradient flows x' = -grad f(x) among them.
#pragma once

#include <vector>

#include "core/drift.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"

namespace sgdlimits {

/// Local errors: a step from x to y of size h is accepted if its estimated error is at most absolute_tolerance +
/// relative_tolerance (|x_j| + h |b_j|) in every coordinate j. The error at a time is that times the steps' number
/// and the flow's own growth: proportional to the tolerance, to the power of the controller (4/5 to 1), not bounded
/// by it.
struct FlowOptions {
  double relative_tolerance = 1e-8, absolute_tolerance = 1e-10;
  double fixed_step = 0;                ///< positive: steps of this size, and no control
  std::int64_t most_steps = 1'000'000;  ///< of each start, refused ones included
};

/// N starts at K times.
struct FlowPaths {
  std::vector<double> times;
  std::vector<Points> points;    ///< N x d at each time
  std::vector<Values> energies;  ///< f, length N, at each time; empty for flow()
};

/// The solution from each of N starts (N x d) at the increasing times >= 0, t0 = 0, by the pair of Dormand and Prince
/// (1980) of order 5(4) with step control, and its dense output of order 4 between steps. Every start has its own
/// steps, unless the drift sees the ensemble: then all rows are one system. Boost.Odeint behind flow.cpp.
///
/// Status::blew_up, where b or the solution becomes infinite or NaN, or steps shrink to the resolution of time: a
/// solution that ends at a finite time, as one of x' = x^2 does; not_converged for most_steps; interrupted. `why`
/// names the first start and the time; the value is missing. Counters: "steps", "refused", "evaluations" of all
/// starts. Same bits for any number of threads.
/// Limits: explicit, so that steps are at most about 3.3/L for a stiffest rate L, whatever the tolerance.
/// Throws InvalidArgument for wrong dimensions, starts that are not finite, times that do not increase, options out
/// of range, and a drift on a box with finite ends, whose walls a flow would have to slide along.
Result<FlowPaths> flow(const Drift& drift, PointsView starts, const std::vector<double>& times,
                       const FlowOptions& options = {}, const Execution& execution = {});

/// x' = -grad f(x), along which f decreases: df/dt = -|grad f|^2. Asserted over every accepted step: f must not rise
/// by more than the tolerance lets it, 2 |grad f|_1 (absolute_tolerance + relative_tolerance |x|_inf) at the new
/// point and 64 roundings of f. A step along which it does is refused and tried at a quarter of its length; a rise
/// that four such cuts do not cure is Status::not_converged: the gradient is not that of f, or the tolerance is too
/// coarse. Otherwise as flow.
Result<FlowPaths> gradient_flow(std::shared_ptr<const Potential> potential, PointsView starts,
                                const std::vector<double>& times, const FlowOptions& options = {},
                                const Execution& execution = {});

}  // namespace sgdlimits
