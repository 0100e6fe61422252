/// Orders of convergence of schemes: what a measurement of one is, and the verdict on a declared one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"
#include "validation/claims/claim.hpp"

namespace sgdlimits {

/// Which error is of order h^p.
enum class OrderKind {
  strong,             ///< E |X_h(T) - X(T)| on one Brownian path
  weak,               ///< E g(X_h(T)) - E g(X(T)) for smooth g
  invariant_measure,  ///< E g under the scheme's invariant law, less that of the equation
};
/// "strong", "weak", "measure"
std::string to_string(OrderKind kind);
/// Throws InvalidArgument for another name, with the nearest valid one.
OrderKind order_kind_from_name(const std::string& name);

struct StepError {
  double step;
  Measurement error;  ///< with the standard error of its sampling, or the bound of its computation
};

struct OrderEstimate {
  std::vector<StepError> errors;  ///< steps decreasing
  Measurement order = Measurement::exact(0, "no errors");
  std::string against;  ///< what the scheme was compared with
};

/// The order p of errors C h^p (1 + c h + ...) with independent standard errors, by weighted least squares of
/// log error on 1, log h, h. Discretisation bound: the largest distance between this slope and those without c, with
/// h^(1/2) and with h^2 in the place of h, any two of them. So the interval covers what the next-order terms can do
/// to the slope as well as the sampling. Steps whose error is below five standard errors are left out; not_converged
/// with fewer than four left. Tested on next-order terms of up to a third of the error at the largest step; larger
/// ones of order h^(1/2) can leave the order outside. Throws InvalidArgument unless steps are positive and
/// decreasing.
Result<Measurement> sampled_order(const std::vector<StepError>& errors);

struct ComputedError {
  double value, bound;
  std::string how;
};

/// The order of errors that are computed, not sampled (`convergence_order`), from error_at(step) at each step in
/// turn. Failures: interrupted; those of error_at; blew_up where an error or its bound is not finite.
Result<OrderEstimate> computed_order(const std::vector<double>& steps, std::string against,
                                     const Execution& execution,
                                     const std::function<Result<ComputedError>(double)>& error_at);

/// An interval that ends this little below an order does not refute it: steps are never infinitely small, and a term
/// that the fit does not know bends the slope. Set after the weak order of MALA on cosh had come out as [.9968,
/// .9999].
inline constexpr double kOrderTolerance = 0.05;

/// What an interval, at level 1e-6, says of "error = O(h^p)":
///  * refuted: it lies below p by more than the tolerance;
///  * consistent and sharp: it holds p and excludes p - 1/2 and p + 1/2;
///  * consistent, not sharp: it lies above p (the problem is better than the theorem and does not show that p is
///    sharp), or below it within the tolerance and above p - 1/2;
///  * undecided otherwise.
struct OrderVerdict {
  Verdict verdict = Verdict::undecided;
  bool sharp = false;  ///< the interval holds p and excludes both neighbours
  std::string why;
};
OrderVerdict judge_order(const Measurement& order, double declared);

}  // namespace sgdlimits
