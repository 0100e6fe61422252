#include "validation/claims/claim.hpp"

#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {
namespace {

Measurement number(double value, double error) { return Measurement::sampled(value, error, ""); }

// Each verdict by its definition, at z = 2. Fails if a rule takes a wrong end of an interval.
TEST(CompareEqual, GivesEachVerdict) {
  const Measurement one = Measurement::exact(1, "");
  EXPECT_EQ(compare_equal("", one, number(1.1, 0.1), 0.5, 2).verdict, Verdict::consistent);
  EXPECT_EQ(compare_equal("", one, number(1.1, 0.3), 0.5, 2).verdict, Verdict::undecided);
  EXPECT_EQ(compare_equal("", one, number(1.6, 0.1), 0.5, 2).verdict, Verdict::undecided);
  EXPECT_EQ(compare_equal("", one, number(1.8, 0.1), 0.5, 2).verdict, Verdict::refuted);
  EXPECT_EQ(compare_equal("", one, number(0.2, 0.1), 0.5, 2).verdict, Verdict::refuted);
  EXPECT_THROW(compare_equal("", one, one, 0), InvalidArgument);
}

TEST(CompareNoDifference, RefutesWhatExcludesZeroEvenIfSmall) {
  const Measurement one = Measurement::exact(1, "");
  EXPECT_EQ(compare_no_difference("", one, number(1.1, 0.1), 0.5, 2).verdict, Verdict::consistent);
  EXPECT_EQ(compare_no_difference("", one, number(1.1, 0.01), 0.5, 2).verdict, Verdict::refuted);
  EXPECT_EQ(compare_no_difference("", one, number(1.1, 1), 0.5, 2).verdict, Verdict::undecided);
  // Bounds add to the sampling error: the same difference is no refutation when the grid may be off by it.
  const Measurement grid = Measurement::deterministic(1, 0.1, Grade::estimate, "");
  EXPECT_EQ(compare_no_difference("", grid, number(1.1, 0.01), 0.5, 2).verdict, Verdict::consistent);
}

TEST(CompareAtMost, GivesEachVerdict) {
  const Measurement bound = Measurement::deterministic(1, 0.1, Grade::bound, "");
  EXPECT_EQ(compare_at_most("", bound, number(0.7, 0.1), 2).verdict, Verdict::consistent);
  EXPECT_EQ(compare_at_most("", bound, number(0.9, 0.1), 2).verdict, Verdict::undecided);
  EXPECT_EQ(compare_at_most("", bound, number(1.4, 0.1), 2).verdict, Verdict::refuted);
  // An upper bound on the measured side can confirm and never refute.
  const Measurement upper(5, 0, 0, Side::upper, Grade::estimate, "");
  EXPECT_EQ(compare_at_most("", bound, upper, 2).verdict, Verdict::undecided);
}

TEST(Combine, OrdersTheVerdicts) {
  const auto with = [](Verdict v) { return Comparison{"", number(0, 0), number(0, 0), "", v}; };
  const Comparison good = with(Verdict::consistent), bad = with(Verdict::refuted), open = with(Verdict::undecided);
  EXPECT_EQ(combine({}, {good, good}), Verdict::consistent);
  EXPECT_EQ(combine({}, {good, open}), Verdict::undecided);
  EXPECT_EQ(combine({}, {open, bad}), Verdict::refuted);
  EXPECT_EQ(combine({}, {}), Verdict::undecided);
  EXPECT_EQ(combine({{"h", false, ""}}, {bad}), Verdict::not_applicable);
}

TEST(Registry, NamesEveryClaimOnce) {
  std::vector<std::string> ids;
  for (const ClaimEntry& entry : claim_registry()) {
    ids.push_back(entry.id);
    EXPECT_FALSE(entry.statement.empty() || entry.source.empty() || entry.name.empty());
    EXPECT_FALSE(entry.default_problem().title.empty());
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"A1", "A2", "A3", "A4", "A6", "A9", "A11", "H1", "H2"}));
}

}  // namespace
}  // namespace sgdlimits
