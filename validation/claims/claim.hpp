/// A claim: a theorem's prediction, a measurement of it, and a rule fixed before the run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/measurement.hpp"

namespace sgdlimits {

enum class Verdict { consistent, refuted, undecided, not_applicable };
std::string to_string(Verdict verdict);

/// A hypothesis of the theorem and whether it was found to hold, with the numbers that decided it.
struct Hypothesis {
  std::string statement;
  bool holds = false;
  std::string evidence;
};

/// One comparison inside a claim: a predicted and a measured number and the rule between them.
struct Comparison {
  std::string quantity;  ///< "E f at t = 20"
  Measurement prediction;
  Measurement measurement;
  std::string rule;  ///< "intervals at level 1e-6 overlap within the tolerance ..."
  Verdict verdict = Verdict::undecided;
};

/// The outcome of a claim on one subject.
struct ClaimReport {
  std::string id;       ///< "A4"
  std::string name;     ///< "chi-decay"
  std::string subject;  ///< what it was checked on, e.g. "langevin" or "sgd (batch 10)"
  std::string statement;
  std::string source;  ///< author, year, theorem
  std::vector<Hypothesis> hypotheses{};
  std::vector<Comparison> comparisons{};
  Verdict verdict = Verdict::undecided;
  Verdict expected = Verdict::consistent;
  std::string why{};              ///< one sentence that explains the verdict
  std::optional<double> slack{};  ///< measured/bound for bounds; tight when its interval contains 1
  /// The same check fed a wrong prediction or a model outside the hypotheses; must come out refuted.
  std::vector<ClaimReport> controls{};

  bool as_expected() const { return verdict == expected; }
};

/// All comparisons consistent -> consistent; any refuted -> refuted; a failed hypothesis -> not applicable;
/// otherwise undecided.
Verdict combine(const std::vector<Hypothesis>& hypotheses, const std::vector<Comparison>& comparisons);

/// The report as it stands with one more hypothesis, found not to hold: not applicable, with the evidence as the
/// reason.
ClaimReport not_applicable(ClaimReport report, std::string hypothesis, std::string evidence);

/// Equality: consistent if the difference's interval lies within +-tolerance, refuted if it lies outside
/// entirely, otherwise undecided. z: two-sided normal quantile.
Comparison compare_equal(std::string quantity, Measurement prediction, Measurement measurement, double tolerance,
                         double z = Measurement::kLevelOneInAMillion);
/// Equality that a theorem states without a tolerance, all errors being in the two measurements: refuted if the
/// difference's interval excludes 0; consistent if it contains 0 and lies within +-resolution, so that no difference
/// twice as large has been missed; otherwise undecided.
Comparison compare_no_difference(std::string quantity, Measurement prediction, Measurement measurement,
                                 double resolution, double z = Measurement::kLevelOneInAMillion);
/// Upper bound: consistent if upper(measured) <= lower(bound); refuted if lower(measured) > upper(bound);
/// otherwise undecided.
Comparison compare_at_most(std::string quantity, Measurement bound, Measurement measured,
                           double z = Measurement::kLevelOneInAMillion);

}  // namespace sgdlimits
