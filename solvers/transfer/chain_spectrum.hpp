/// Stationary law, second eigenvalue and hitting times of a Markov chain on a grid.
#pragma once

#include "core/result.hpp"
#include "solvers/transfer/communicating_classes.hpp"

namespace sgdlimits {

/// pi P = pi, sum 1, of an irreducible chain. By elimination without subtraction where that takes at most 2e10
/// operations (every chain on a line); otherwise by power iteration to |pi P - pi|_1 <= 1e-13 within 200 000 steps,
/// else not_converged.
Result<Values> stationary_law(const TransitionMatrix& chain);

/// 1 - mu for the eigenvalue mu of P of second largest modulus, with |mu| as 1 - modulus_gap so that slow chains keep
/// their digits. Period: imaginary_part > 0 means oscillation.
struct SecondEigenvalue {
  double modulus_gap = 0;     ///< 1 - |mu|, at least 0; rounding about 1e-13
  double real_part = 0;       ///< of mu
  double imaginary_part = 0;  ///< of mu, >= 0
  double residual = 0;        ///< of the Ritz pair in Krylov's space, relative

  /// -log|mu|/s, the rate at which expectations forget their start; s the time of one step.
  double rate(double s) const;
};

/// On functions of mean zero under pi. Arnoldi's method (1951) with restarts on P, which finds isolated eigenvalues
/// anywhere near the unit circle, and on (1 + 1e-6 - P)^{-1}, which tells eigenvalues near 1 apart (only where
/// elimination is affordable; otherwise on powers of P). Residuals below 1e-8 are accepted; P is not normal, so that
/// the residual is no error bound: two grids give one. not_converged otherwise.
Result<SecondEigenvalue> second_eigenvalue(const TransitionMatrix& chain, const Values& stationary);

/// Steps until the chain is first in `target` (length states, true inside), from every state: t = 1 + P t outside,
/// 0 inside; infinite where the target may never be reached. By elimination, or BiCGSTAB to 1e-12 where that is too
/// dear.
Result<Values> hitting_steps(const TransitionMatrix& chain, const Eigen::Array<bool, Eigen::Dynamic, 1>& target);

/// The same for a chain in continuous time with rates off the diagonal: times.
Values hitting_times(const TransitionMatrix& rates, const Eigen::Array<bool, Eigen::Dynamic, 1>& target);

}  // namespace sgdlimits
