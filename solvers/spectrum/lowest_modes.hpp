/// The lowest eigenpairs of one discrete generator, in any dimension.
#pragma once

#include <limits>

#include "core/parallel.hpp"
#include "core/result.hpp"
#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// Eigenpairs of -L on a grid; the zero one (constants) is known exactly and left out.
struct Modes {
  Values eigenvalues;   ///< ascending, nonzero, as many as wanted
  Values further_ritz;  ///< estimates from above of the next few; to place a shift
  Points functions;     ///< h_k, cells x (wanted + further), orthonormal in mu, sign as in SpectralGapEstimate
  Values residuals;     ///< |H v - lambda v|/|v| of the wanted ones, v = h sqrt(mass)
  Values rounding;      ///< estimated effect of rounding on each wanted eigenvalue, absolute
};

/// 1-D: BirthDeathChain, relative accuracy. 2-D and 3-D: block Krylov space of (H + sigma I)^{-1}, sigma small,
/// orthogonal to the null vector sqrt(mass), eight vectors a block (so multiplets up to eight are found without
/// luck), from `start` (functions on this grid, may be empty) and fixed pseudo-random vectors; Rayleigh-Ritz in the
/// inverse; then each eigenvalue as a sum of nonnegative terms, the Dirichlet form
///
///     lambda = sum over faces (sqrt(up) v_i - sqrt(down) v_k)^2 / |v|^2,
///
/// whose rounding error is about 2 eps sqrt(lambda lambda_max), not eps lambda_max. Where sqrt(mu) and v are below
/// rounding, h is continued outwards by the eigen-equation. Stops when no wanted eigenvalue changes by more than
/// 1e-10 relative (1e-4 above `ceiling`: states in a continuum crowd together and only their place matters);
/// Status::not_converged after 24 blocks, out_of_reach if the factor would not fit. Counters: "blocks", "cells".
/// Throws InvalidArgument unless 1 <= wanted <= cells - 1.
Result<Modes> lowest_modes(const Generator& generator, Index wanted, const Points& start, const Execution& execution,
                           double ceiling = std::numeric_limits<double>::infinity());

}  // namespace sgdlimits
