/// How many eigenvalues lie below a shift: the proof that none was missed.
#pragma once

#include <string>

#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// Proof that no eigenvalue below a shift was missed: inertia of H - shift I by LDL^T.
struct CountProof {
  bool done = false;
  double shift = 0;                  ///< between the last computed eigenvalue and the next Ritz value
  Index eigenvalues_below = 0;       ///< negative pivots: must equal the number computed, zero included
  double nearest_ritz_distance = 0;  ///< |shift - nearest Ritz value|
  double pivot_growth = 0;           ///< max |pivot| / max |H_ij|
  std::string why_not;               ///< if not done
};

/// Counts the eigenvalues of the generator below a shift that separates `computed` (nonzero, ascending) from the
/// Ritz values `further` (ascending, may be empty: then the shift is 5 per cent above the last). If the two sides of
/// the first place nearly agree (a multiplet cut in two) the shift moves up among `further`, which then count as
/// computed. Sylvester's law of inertia: negative pivots of LDL^T are negative eigenvalues of H - shift I + E, E of
/// the size of rounding times the pivot growth, so the proof holds if the nearest Ritz distance exceeds that, which
/// is checked. In 1-D the pivots come from the differential transform (see BirthDeathChain).
CountProof prove_count(const Generator& generator, ValuesView computed, ValuesView further);

}  // namespace sgdlimits
