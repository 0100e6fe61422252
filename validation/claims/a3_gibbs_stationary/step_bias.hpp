/// A3 on a line: the schemes' invariant laws tend to mu with their declared orders as h -> 0 at fixed temperature.
#pragma once

#include <vector>

#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

/// Orders of the bias of E f and E x^2 of Euler-Maruyama (declared 1) and Heun (2), from the one-step operator
/// without sampling (solvers/markov/scheme_law.hpp), at steps h_0, h_0/2, ..., h_0/16 with h_0 = 0.2/`stiffness`.
/// Rule: the interval of the fitted order (validation/rates/convergence_order.hpp) contains the declared order,
/// raised by `shift` for a control, and lies within +-1/2 of it. Empty unless the problem lives on the whole line.
/// Left out: an observable whose order has no fit (a bias that is zero, or at kinks below its error bound), and a
/// step at which the scheme has no invariant law.
std::vector<Comparison> step_bias_orders(const ClaimProblem& problem, double stiffness, double shift = 0);

}  // namespace sgdlimits
