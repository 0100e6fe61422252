/// Eigenpairs of a reversible birth-death chain with relative accuracy, however small the eigenvalue.
#pragma once

#include "core/points.hpp"

namespace sgdlimits {

/// States 0..n-1 in a row; up(i) > 0 is the rate i -> i+1, down(i) > 0 the rate i+1 -> i (length n-1 each).
/// The one-dimensional Generator is one.
///
/// In symmetrised form -L is H = D^T D with the bidiagonal D(i,i) = sqrt(up_i), D(i,i+1) = -sqrt(down_i); its n-1
/// nonzero eigenvalues are those of the dual chain D D^T. The entries of a bidiagonal matrix determine every
/// singular value to high relative accuracy (Demmel, Kahan 1990), and the differential stationary transform
///
///     p_0 = -lambda,   d_i = up_i + p_i,   p_{i+1} = down_i p_i/d_i - lambda
///
/// gives the pivots d_i of H - lambda I with a relative backward error in the rates alone (Fernando, Parlett 1994):
/// no difference of large numbers is formed. So a gap of 1e-40 has as many correct digits as the rates.
struct BirthDeathChain {
  Values up, down;
  Index states() const { return up.size() + 1; }
};

/// Number of eigenvalues of -L below lambda > 0, the eigenvalue zero included (Sturm: negative pivots).
Index eigenvalues_below(const BirthDeathChain& chain, double lambda);

/// The `count` smallest nonzero eigenvalues, ascending, each to a few units of relative rounding, by multisection
/// with the Sturm count. Throws InvalidArgument unless 1 <= count <= n - 1.
Values lowest_eigenvalues(const BirthDeathChain& chain, Index count);

/// The eigenfunctions h_k of L for eigenvalues from `lowest_eigenvalues`, states x count, orthonormal in the
/// measure mass_i (positive, sum 1; length n), sign such that h sqrt(mass) is positive at its first largest entry.
///
/// Twisted factorisation (Dhillon, Parlett 2004): fluxes are carried from both ends and meet where |h| sqrt(mass) is
/// largest, so h is accurate where mass is negligible too. Eigenvalues that agree to 1e-11 get an orthonormal basis
/// of their common space from a pivoted Cholesky factor of the resolvent.
Points eigenfunctions(const BirthDeathChain& chain, ValuesView mass, ValuesView eigenvalues);

}  // namespace sgdlimits
