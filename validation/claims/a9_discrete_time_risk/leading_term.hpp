/// What D(s)/s of claim A9 tends to as s -> 0, from the gradient flow alone.
///
/// The weak error of Euler-Maruyama is h times a functional of the limit equation plus O(h^2) (Talay, Tubaro 1990,
/// theorem 1): for dX = -f' dt + sqrt(2 tau) dB and u(r, x) = E[f(X_r) | X_0 = x]
///
///     E f(x_k) - E f(X(t)) = -(h/2) int_0^t E[(f' f'' - tau f''') u_x(t - r, X_r) - 2 tau f'' u_xx(t - r, X_r)] dr.
///
/// Here h = s and tau = s/2, so that to order s the integral is that of tau = 0, where X is the flow x' = -f'(x) and
/// u_x(t - r, x_r) = f'(x_t)^2/f'(x_r). Thus E f(x_k) - E f(X_s(t)) = C(t) s + O(s^2) with
///
///     C(t) = -(1/2) E[ f'(x_t)^2 int_0^t f''(x_r) dr ],      x_0 from the initial law.
///
/// On x^2/2: C(t) = -(t/2) e^{-2t} E x_0^2. C vanishes as t -> 0 where the law sits at an inflexion of f.
#pragma once

#include <vector>

#include "core/law.hpp"
#include "core/measurement.hpp"
#include "core/potential.hpp"

namespace sgdlimits {

/// C at increasing times: the classical Runge-Kutta method of order 4 for the flow and its integral, at steps of at
/// most 1/(20 L), from nodes of [box] weighted by the density; bound: twice what half the steps and half as many
/// nodes again change. L: a bound of |f''| on the box. In one dimension; f whose domain holds the box in its
/// interior, since a flow does not reflect; a law with a density.
std::vector<Measurement> risk_leading_term(const Potential& potential, const Law& initial, const Box& box,
                                           double lipschitz, const std::vector<double>& times);

}  // namespace sgdlimits
