#include "apps/experiment/claims/claim_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sgdlimits::experiment {

const std::vector<ClaimRule>& claim_rules() {
  static const std::vector<ClaimRule> rules{modified_equations_rule(),
                                            langevin_law_rule(),
                                            gibbs_stationary_rule(),
                                            chi_decay_rule(),
                                            poincare_inequality_rule(),
                                            discrete_time_risk_rule(),
                                            sgd_transfer_operator_rule(),
                                            quadratic_covariance_rule(),
                                            kesten_tail_rule()};
  return rules;
}

const ClaimRule* find_claim_rule(const std::string& id) {
  const auto found = std::ranges::find(claim_rules(), id, &ClaimRule::id);
  return found == claim_rules().end() ? nullptr : &*found;
}

bool applies_somewhere(const ClaimRule& rule, const Experiment& experiment) {
  return std::ranges::any_of(experiment.studies, [&](const Study& study) { return rule.applies(experiment, study); });
}

std::string subject_of(const Study& study) {
  if (study.kind == StudyKind::sgd_operator)
    return fmt::format("{} (B = {}, {} replacement)", study.name, study.batch,
                       study.replacement == Replacement::with ? "with" : "without");
  return is_ensemble(study) ? study.name + " (" + motion_name(study) + ")" : study.name;
}

ClaimReport blank_report(const std::string& id, const std::string& subject) {
  const auto entry = std::ranges::find(claim_registry(), id, &ClaimEntry::id);
  ClaimReport report;
  report.id = id;
  report.name = entry->name;
  report.subject = subject;
  report.statement = entry->statement;
  report.source = entry->source;
  return report;
}

bool has_study(const Experiment& experiment, const std::string& problem, StudyKind kind) {
  return std::ranges::any_of(experiment.studies,
                             [&](const Study& study) { return study.problem == problem && study.kind == kind; });
}

bool is_ensemble(const Study& study) {
  return study.kind == StudyKind::langevin || study.kind == StudyKind::sgd ||
         study.kind == StudyKind::sgd_modified_equation;
}

}  // namespace sgdlimits::experiment
