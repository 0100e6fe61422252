/// A1: an SGD study and the ensembles of its modified equations.
#include <fmt/format.h>

#include <cmath>

#include "apps/experiment/claims/claim_rules.hpp"
#include "validation/claims/a1_sgd_modified_equations/sgd_modified_equations.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr int kClosedForms = 7;  // learning rates of the claim's closed forms

int levels_of(Effort effort) { return effort == Effort::quick ? 5 : effort == Effort::standard ? 6 : 7; }

/// Whether the study has SME-1 or SME-2 of this SGD.
bool is_equation_of(const Study& study, const Study& sgd) {
  return study.kind == StudyKind::sgd_modified_equation && !study.exact_equation && study.problem == sgd.problem &&
         study.batch == sgd.batch && study.replacement == sgd.replacement && study.learning_rate == sgd.learning_rate;
}

bool has_equation(const Experiment& experiment, const Study& sgd) {
  if (sgd.kind != StudyKind::sgd || sgd.motion != Motion::mini_batch_sgd) return false;
  for (const Study& study : experiment.studies)
    if (is_equation_of(study, sgd)) return true;
  return false;
}

/// Means at the last report time, and what the step does to them.
std::vector<Measurement> means_of(const RunContext& context, const StudyRecord& record,
                                  const std::vector<double>& biases) {
  const Potential& potential = *context.experiment.problem(record.outcome.problem).potential;
  std::vector<Measurement> means;
  for (const SampleMean& mean : sample_means(record.outcome.ensemble->snapshots.back(),
                                             modified_equation_observables(potential), *context.execution.pool))
    means.emplace_back(mean.mean, mean.standard_error(), biases.empty() ? 0 : biases[means.size()], Side::two_sided,
                       Grade::estimate, "the study's paths");
  return means;
}

void judge_equations(const RunContext& context, const Study& sgd, const StudyRecord& record,
                     const Execution& execution, std::vector<ClaimReport>& reports) {
  const std::string subject = subject_of(sgd);
  if (const std::string why = what_is_not_plain(sgd); !why.empty()) {
    reports.push_back(not_applicable(blank_report("A1", subject), kPlainSgd, why));
    return;
  }
  std::vector<const Study*> studies;
  std::vector<EquationSteps> steps;
  for (const Study& study : context.experiment.studies) {
    const auto found = context.done.find(study.name);
    if (!is_equation_of(study, sgd) || found == context.done.end() || !found->second.outcome.ensemble) continue;
    studies.push_back(&study);
    steps.push_back({study.equation, study.step});
  }
  const ClaimChecks& checks = context.experiment.claims;
  const Result<ModifiedEquationMaterial> material = modified_equations_on_a_line(
      claim_problem(context.experiment, sgd), levels_of(checks.effort), 0, execution, steps);
  if (!material.ok()) {
    reports.push_back(report_of(Result<ClaimReport>(material.report()), "A1", subject));
    return;
  }
  ModifiedEquationMaterial own = material.value();
  own.subject = subject;
  own.path_means = means_of(context, record, {});
  for (std::size_t k = 0; k < studies.size(); ++k)
    own.equation_paths.push_back({subject_of(*studies[k]), studies[k]->equation,
                                  means_of(context, context.done.at(studies[k]->name), own.step_biases[k])});
  reports.push_back(judge_modified_equations(exact_modified_equations(kClosedForms), own, checks.controls));
}

}  // namespace

ClaimRule modified_equations_rule() {
  return {
      "A1",
      "an sgd study with mini-batch noise and sgd-modified-equation studies of the same problem, batch, replacement "
      "and learning rate",
      true, has_equation, [](const RunContext& context, const SeriesByStudy&) -> Judge {
        return [&context](const Study& study, const StudyRecord& record, const Execution& execution,
                          std::vector<ClaimReport>& reports) {
          judge_equations(context, study, record, execution, reports);
        };
      }};
}

}  // namespace sgdlimits::experiment
