/// A11, H1 and H2: the law of plain mini-batch SGD on finite data. A9 and A1 are in files of their own.
#include <fmt/format.h>

#include <algorithm>

#include "apps/experiment/claims/claim_rules.hpp"
#include "core/text.hpp"
#include "validation/claims/a11_sgd_transfer_operator/sgd_transfer_operator.hpp"

namespace sgdlimits::experiment {

std::string what_is_not_plain(const Study& study) {
  if (study.schedule) return "its learning rate changes: " + study.schedule->description();
  if (study.momentum.kind != Momentum::Kind::none)
    return fmt::format("it has {} momentum, beta = {}", to_string(study.momentum.kind),
                       shortest(study.momentum.beta));
  if (!study.added_noise.none()) return "a Gaussian is added to its steps";
  if (study.epochs) return "its batches are not independent: they go through epochs";
  return "";
}

ClaimProblem claim_problem(const Experiment& experiment, const Study& study) {
  const Problem& problem = experiment.problem(study.problem);
  ClaimProblem result{.title = experiment.title,
                      .potential = problem.potential,
                      .temperature = LearningRate(study.learning_rate).temperature(),
                      .initial = problem.initial,
                      .report_times = problem.report_at,
                      .seed = experiment.seed};
  if (study.kind == StudyKind::sgd_operator || study.motion == Motion::mini_batch_sgd)
    result.draw = BatchDraw{study.batch, study.replacement};
  return result;
}

ClaimReport report_of(const Result<ClaimReport>& found, const std::string& id, const std::string& subject) {
  if (found.ok()) {
    ClaimReport report = found.value();
    report.subject = subject;
    return report;
  }
  ClaimReport report = blank_report(id, subject);
  if (found.status() == Status::out_of_reach)
    return not_applicable(std::move(report), "both ends are within reach", found.why());
  report.why = fmt::format("{}: {}", to_string(found.status()), found.why());
  return report;
}

namespace {

bool draws_batches(const Experiment&, const Study& study) {
  return study.kind == StudyKind::sgd_operator ||
         (study.kind == StudyKind::sgd && study.motion == Motion::mini_batch_sgd);
}

/// The claim of the registry on the study's potential, learning rate and batches.
ClaimReport check_entry(const RunContext& context, const std::string& id, const Study& study,
                        const Execution& execution) {
  const std::string subject = subject_of(study);
  if (const std::string why = what_is_not_plain(study); !why.empty())
    return not_applicable(blank_report(id, subject), kPlainSgd, why);
  const ClaimChecks& checks = context.experiment.claims;
  const ClaimEntry& entry = *std::ranges::find(claim_registry(), id, &ClaimEntry::id);
  return report_of(entry.check(claim_problem(context.experiment, study), checks.effort, checks.controls, execution),
                   id, subject);
}

ClaimRule rule_of_entry(const std::string& id) {
  return {id, "an sgd study with mini-batch noise or an sgd-operator study", true, draws_batches,
          [id](const RunContext& context, const SeriesByStudy&) -> Judge {
            return [&context, id](const Study& study, const StudyRecord&, const Execution& execution,
                                  std::vector<ClaimReport>& reports) {
              reports.push_back(check_entry(context, id, study, execution));
            };
          }};
}

/// The laws are the study's own.
void judge_operator(const RunContext& context, const Study& study, const StudyRecord& record,
                    const Execution& execution, std::vector<ClaimReport>& reports) {
  const ClaimChecks& checks = context.experiment.claims;
  reports.push_back(report_of(check_sgd_laws(*record.outcome.sgd_laws, context.experiment.problem(study.problem).sum,
                                             LearningRate(study.learning_rate), {study.batch, study.replacement},
                                             context.experiment.seed, checks.effort, checks.controls, execution),
                              "A11", subject_of(study)));
}

}  // namespace

ClaimRule sgd_transfer_operator_rule() {
  return {"A11", "an sgd-operator study", true,
          [](const Experiment&, const Study& study) { return study.kind == StudyKind::sgd_operator; },
          [](const RunContext& context, const SeriesByStudy&) -> Judge {
            return [&context](const Study& study, const StudyRecord& record, const Execution& execution,
                              std::vector<ClaimReport>& reports) {
              judge_operator(context, study, record, execution, reports);
            };
          }};
}

ClaimRule quadratic_covariance_rule() { return rule_of_entry("H1"); }

ClaimRule kesten_tail_rule() { return rule_of_entry("H2"); }

}  // namespace sgdlimits::experiment
