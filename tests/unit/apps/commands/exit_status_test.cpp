#include "apps/commands/exit_status.hpp"

#include <gtest/gtest.h>

namespace sgdlimits {
namespace {

// A claim that does not apply is neither a pass nor a failure: 2, as undecided, unless the file expected it.
TEST(ExitStatus, OfAVerdict) {
  using enum Verdict;
  EXPECT_EQ(status_of(not_applicable, not_applicable), ExitStatus::done);
  EXPECT_EQ(status_of(not_applicable, consistent), ExitStatus::undecided);
  EXPECT_EQ(status_of(undecided, consistent), ExitStatus::undecided);
  EXPECT_EQ(status_of(consistent, not_applicable), ExitStatus::unexpected_verdict);
  EXPECT_EQ(status_of(refuted, consistent), ExitStatus::unexpected_verdict);
  EXPECT_EQ(status_of(refuted, refuted), ExitStatus::done);
}

// Controls are held against their own expectation. Fails if a control of a claim that does not apply counts, or if
// one that should have been refuted does not.
TEST(ExitStatus, OfControls) {
  ClaimReport claim, control;
  claim.verdict = claim.expected = Verdict::not_applicable;
  control.verdict = control.expected = Verdict::not_applicable;
  claim.controls = {control};
  EXPECT_EQ(status_of({claim}), ExitStatus::done);
  claim.controls[0].expected = Verdict::refuted;
  EXPECT_EQ(status_of({claim}), ExitStatus::undecided);
  claim.controls[0].verdict = Verdict::consistent;
  EXPECT_EQ(status_of({claim}), ExitStatus::unexpected_verdict);
}

}  // namespace
}  // namespace sgdlimits
