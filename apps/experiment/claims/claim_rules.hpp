/// Which claims a run can check, on which of its studies, and how; internal to apps/experiment.
///
/// One rule a claim, one file a group of claims. A claim is judged on every study of its kind: where the study is
/// outside of the theorem the verdict is "not applicable", with the reason.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/experiment/run_context.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits::experiment {

using SeriesByStudy = std::map<std::string, ModeSeries>;

/// Appends what the claim says of one finished study. Whatever studies share is computed at the first of them and
/// kept in the judge; its progress is that study's.
using Judge = std::function<void(const Study&, const StudyRecord&, const Execution&, std::vector<ClaimReport>&)>;

struct ClaimRule {
  std::string id;
  std::string needs;  ///< "an sgd-operator study": what a file must have, for messages
  /// True where the claim computes its own ends for the study's problem, with sample sizes of [claims] effort; false
  /// where it judges what the studies have computed.
  bool own_ends = false;
  std::function<bool(const Experiment&, const Study&)> applies;
  /// For one run; series: the modes of its ensembles by name of study. Both outlive the judge.
  std::function<Judge(const RunContext&, const SeriesByStudy&)> judge;
};

/// In the order of the registry.
const std::vector<ClaimRule>& claim_rules();
/// Null if a run cannot check the claim.
const ClaimRule* find_claim_rule(const std::string& id);
/// Whether the rule applies to any study of the file.
bool applies_somewhere(const ClaimRule& rule, const Experiment& experiment);

// The groups, in files of their own.
ClaimRule modified_equations_rule();     // A1
ClaimRule langevin_law_rule();           // A2
ClaimRule gibbs_stationary_rule();       // A3
ClaimRule chi_decay_rule();              // A4
ClaimRule poincare_inequality_rule();    // A6
ClaimRule discrete_time_risk_rule();     // A9
ClaimRule sgd_transfer_operator_rule();  // A11
ClaimRule quadratic_covariance_rule();   // H1
ClaimRule kesten_tail_rule();            // H2

/// "sgd (mini-batch sgd (B = 1))", "operator (B = 2, without replacement)"
std::string subject_of(const Study& study);
/// Id, name, statement and source of the claim, with nothing judged yet.
ClaimReport blank_report(const std::string& id, const std::string& subject);
/// The potential, learning rate, batches, initial law and clock of a study, for a claim that computes its own ends.
ClaimProblem claim_problem(const Experiment& experiment, const Study& study);
/// What a claim has found, about `subject`. In place of an outcome without a report: not applicable where the ends
/// are out of reach, undecided otherwise, each with the reason.
ClaimReport report_of(const Result<ClaimReport>& found, const std::string& id, const std::string& subject);
/// The hypothesis of theorems about SGD without additions, and why a study fails it; empty where it does not.
inline constexpr const char* kPlainSgd = "SGD is plain: one learning rate, independent batches, nothing added";
std::string what_is_not_plain(const Study& study);
/// Whether some study of this kind is about the same problem.
bool has_study(const Experiment& experiment, const std::string& problem, StudyKind kind);
/// Whether the study moves paths through the report times.
bool is_ensemble(const Study& study);

}  // namespace sgdlimits::experiment
