/// Orders of convergence and leading coefficients from errors at several steps, with an interval.
#pragma once

#include <vector>

#include "core/measurement.hpp"
#include "core/result.hpp"

namespace sgdlimits {

/// Order p of e(h) = C h^p (1 + c h + ...) as h -> 0, from signed deterministic errors with bounds, steps decreasing.
///
/// Local slopes p_k = log(e_k/e_{k+1})/log(h_k/h_{k+1}) sit at m_k = sqrt(h_k h_{k+1}); two neighbours extrapolated
/// linearly to m = 0 give q_k, free of the term c. Value: the q of the smallest steps. Discretisation bound: what the
/// next-order term did to the last slope, |q - p_last|, plus what is not yet explained by it, twice the last change
/// of q (1/2 with three steps, where there is no other q: they cannot tell neighbouring half orders), plus what the
/// bounds of the errors can do to q. So the interval widens where h is not small; expansions in h^(1/2) are covered
/// too.
///
/// Steps whose error is below five times its bound are left out. Status::not_converged, with the reason: fewer than
/// three steps left, or errors that change sign between them. Throws InvalidArgument for steps that are not positive
/// and decreasing, or another number of errors.
Result<Measurement> convergence_order(const std::vector<double>& steps, const std::vector<Measurement>& errors);

/// C of e(h) = C h^p (1 + c h + ...), p given: the quotients e(h)/h^p of two neighbouring steps, extrapolated
/// linearly to h = 0. Discretisation bound: twice what the last extrapolation changed, plus what the bounds of the
/// errors can do to it. Every three neighbouring steps give such an interval; the narrowest is returned, since small
/// steps magnify the bounds. Throws InvalidArgument as convergence_order, or for fewer than three steps.
Measurement leading_coefficient(const std::vector<double>& steps, const std::vector<Measurement>& errors, double p);

}  // namespace sgdlimits
