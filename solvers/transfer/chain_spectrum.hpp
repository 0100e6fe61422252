/// Stationary law and slowest rates of a Markov chain on a grid.
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

/// The slowest rate of a chain in continuous time.
struct RelaxationRate {
  double rate = 0;       ///< smallest real part of the eigenvalues of -Q but 0
  double frequency = 0;  ///< imaginary part of that one, >= 0
  double residual = 0;   ///< of the Ritz pair of the resolvent, relative
};

/// For rates off the diagonal (Q: those, with rows of sum 0): Arnoldi's method on (shift - Q)^{-1}, shift 1e-9 of the
/// largest total rate, on functions of mean zero under `stationary`; of the eigenvalues nearest to 0 whose residual
/// is below 1e-8 the one of smallest real part. A pair of smaller real part that is farther from 0 than all of these
/// would be missed: rotation much faster than relaxation. not_converged if none is found.
Result<RelaxationRate> relaxation_rate(const TransitionMatrix& rates, const Values& stationary);

}  // namespace sgdlimits
