/// What the command tells its caller.
#pragma once

#include <vector>

#include "core/result.hpp"
#include "validation/claims/claim.hpp"

namespace sgdlimits {

/// Exit statuses; 64 and above as in BSD's sysexits.
enum class ExitStatus {
  done = 0,
  unexpected_verdict = 1,
  undecided = 2,  ///< a verdict is undecided, or a claim not applicable, where another was expected; or the spectrum
                  ///< has no eigenvalue to report
  not_converged = 3,    ///< a method has no answer: not converged, blew up, no Gibbs measure, out of reach
  usage = 64,           ///< command line, formulas on it
  bad_data = 65,        ///< CSV
  no_input = 66,        ///< a file that is not there
  internal = 70,        ///< our own fault
  cannot_create = 73,   ///< the output folder
  output_failed = 74,   ///< writing
  bad_experiment = 78,  ///< the experiment file
  interrupted = 130,    ///< after a checkpoint
};

/// The one that counts when several happened: 130, 7x, 6x, 3, 1, 2, 0.
ExitStatus worse(ExitStatus a, ExitStatus b);

ExitStatus status_of(Status status);
/// done if the verdict is the expected one; else undecided if it is undecided or not applicable (neither a pass nor a
/// failure); else unexpected_verdict.
ExitStatus status_of(Verdict verdict, Verdict expected);
/// The worst over claims and their controls, each control against its own expectation.
ExitStatus status_of(const std::vector<ClaimReport>& claims);

}  // namespace sgdlimits
