#include "apps/commands/exit_status.hpp"

namespace sgdlimits {

namespace {

int rank(ExitStatus status) {
  switch (status) {
    case ExitStatus::done: return 0;
    case ExitStatus::undecided: return 1;
    case ExitStatus::unexpected_verdict: return 2;
    default: return static_cast<int>(status);
  }
}

}  // namespace

ExitStatus worse(ExitStatus a, ExitStatus b) { return rank(a) < rank(b) ? b : a; }

ExitStatus status_of(Status status) {
  switch (status) {
    case Status::ok: return ExitStatus::done;
    case Status::interrupted: return ExitStatus::interrupted;
    case Status::essential_spectrum: return ExitStatus::undecided;
    default: return ExitStatus::not_converged;
  }
}

ExitStatus status_of(Verdict verdict, Verdict expected) {
  if (verdict == expected) return ExitStatus::done;
  const bool says_nothing = verdict == Verdict::undecided || verdict == Verdict::not_applicable;
  return says_nothing ? ExitStatus::undecided : ExitStatus::unexpected_verdict;
}

ExitStatus status_of(const std::vector<ClaimReport>& claims) {
  ExitStatus status = ExitStatus::done;
  for (const ClaimReport& claim : claims) {
    status = worse(status, status_of(claim.verdict, claim.expected));
    for (const ClaimReport& control : claim.controls)
      status = worse(status, status_of(control.verdict, control.expected));
  }
  return status;
}

}  // namespace sgdlimits
