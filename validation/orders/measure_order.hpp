/// Orders of the invariant measure of schemes on a line, without sampling.
#pragma once

#include "validation/orders/lattice_order.hpp"

namespace sgdlimits {

/// Norm of the vector E_h g_k - E_mu g_k over the observables: E_h under the invariant law of the scheme of step h
/// (scheme_law), E_mu under exp(-f/tau)/Z by quadrature (gibbs_means); bounds add. Steps decreasing. Failures as both
/// and convergence_order, interrupted; throws InvalidArgument as scheme_law. Chains with a Metropolis test are not
/// taken: their measure is exact.
Result<OrderEstimate> line_measure_order(const ChainFactory& make, const Potential& potential, Temperature tau,
                                         const std::vector<Observable>& observables, const std::vector<double>& steps,
                                         const Execution& execution = {});

}  // namespace sgdlimits
