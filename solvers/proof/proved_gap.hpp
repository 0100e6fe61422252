/// An interval for the spectral gap that is a theorem, in one dimension.
#pragma once

#include <optional>
#include <string>

#include "core/parallel.hpp"
#include "core/potential.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

struct GapProofOptions {
  double relative_width = 1e-9;  ///< of the interval, between 1e-13 and 1e-2
  /// Working precision and terms of the Taylor series on a cell, at least 96 and 8; unless said, what the width and
  /// the smallness of the gap ask for (192 and 36 at the default width and a gap of order 1).
  std::optional<int> bits, terms;
  Box box = Box::everywhere(1);  ///< reflecting ends where finite; the potential's domain unless smaller
};

struct ProvedGap {
  double lower = 0, upper = 0;                    ///< lambda_1 is in [lower, upper]
  double poincare_lower = 0, poincare_upper = 0;  ///< tau/lambda_1, rounded outward
  long cells = 0;                                 ///< verified, both functions together
  double reach_lower = 0, reach_upper = 0;        ///< beyond these points the tails are closed by growth
  /// Text that another program can check: the program of f, tau, and both functions' nodes (docs/guide/proof.md).
  std::string certificate;
};

/// For f given as a straight-line program with exact constants, and exact tau: inf over u of tau E u'^2 / Var u lies
/// in [lower, upper]. Proved by ball arithmetic from a positive supersolution and a positive subsolution of A G =
/// -tau G'' + f' G' + f'' G, which is Chen's variational formula (Chen, Wang 1997; Chen 2005, Eigenvalues,
/// Inequalities, and Ergodic Theory) with its integral done; docs/guide/proof.md has statement and proof.
///
/// Start: spectral_gap(). Its failure is handed on (no Gibbs measure; an essential spectrum: the gap is then no
/// eigenvalue). Status::out_of_reach where f is no program, has a kink that is no double, or its tails do not grow
/// enough for the enclosure; not_converged if the functions found prove nothing. Throws InvalidArgument for options
/// out of range or d != 1.
Result<ProvedGap> prove_spectral_gap(const Potential& potential, Temperature temperature,
                                     const GapProofOptions& options = {}, const Execution& execution = {});

}  // namespace sgdlimits
