/// A9: the risk of isotropic-noise SGD beside that of its diffusion, each tied to the study's own paths.
#include <fmt/format.h>

#include <cmath>

#include "apps/experiment/claims/claim_rules.hpp"
#include "core/text.hpp"
#include "validation/claims/a9_discrete_time_risk/discrete_time_risk.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits::experiment {

namespace {

class DiscreteTimeRiskJudge {
 public:
  explicit DiscreteTimeRiskJudge(const RunContext& context) : context_(context) {}

  void operator()(const Study& study, const StudyRecord& record, const Execution& execution,
                  std::vector<ClaimReport>& reports) {
    const std::string subject = subject_of(study);
    if (const std::string why = what_is_not_plain(study); !why.empty()) {
      reports.push_back(not_applicable(blank_report("A9", subject), kPlainSgd, why));
      return;
    }
    const Result<DiscreteTimeRiskMaterial>& material = material_of(study, execution);
    if (!material.ok()) {
      reports.push_back(report_of(Result<ClaimReport>(material.report()), "A9", subject));
      return;
    }
    ClaimReport report = judge_discrete_time_risk(material.value(), context_.experiment.claims.controls);
    report.subject = subject;
    tie(report, study, record, material.value());
    reports.push_back(std::move(report));
  }

 private:
  /// SGD's own learning rate, or the one whose diffusion the Langevin study is.
  double rate_of(const Study& study) const {
    return study.kind == StudyKind::sgd
               ? study.learning_rate
               : context_.experiment.problem(study.problem).temperature->learning_rate().value();
  }

  const Result<DiscreteTimeRiskMaterial>& material_of(const Study& study, const Execution& execution) {
    const double rate = rate_of(study);
    const auto key = std::make_pair(study.problem, rate);
    const auto kept = materials_.find(key);
    if (kept != materials_.end()) return kept->second;
    Study at = study;
    at.learning_rate = rate;
    return materials_
        .emplace(key, discrete_time_risk_on_a_line(claim_problem(context_.experiment, at),
                                                   context_.experiment.claims.effort,
                                                   context_.experiment.claims.controls, execution))
        .first->second;
  }

  /// The theorem must reach the study's learning rate; where that begins the ladder, the mean of f over the study's
  /// paths at the last report time shows no difference from its end of the claim.
  void tie(ClaimReport& report, const Study& study, const StudyRecord& record,
           const DiscreteTimeRiskMaterial& material) const {
    const double rate = rate_of(study);
    const RiskAtRate& first = material.ladder.front();
    if (std::abs(first.learning_rate / rate - 1) < 1e-9) {
      const Potential& potential = *context_.experiment.problem(study.problem).potential;
      const SampleMean mean = sample_means(record.outcome.ensemble->snapshots.back(),
                                           {mean_potential_observable(potential)}, *context_.execution.pool)
                                  .front();
      const double deviation = std::sqrt(mean.variance);
      const Measurement sampled(mean.mean, mean.standard_error(), step_bias(context_, study) * deviation,
                                Side::two_sided, Grade::estimate, "the study's paths");
      const auto& end = study.kind == StudyKind::sgd ? first.discrete : first.continuous;
      report.comparisons.push_back(
          compare_no_difference(fmt::format("E f of the study's paths at t = {:.6g}", material.times.back()),
                                end.back(), sampled, context_.experiment.claims.tolerance * deviation));
      report.why += fmt::format("; the study's paths: {}", to_string(report.comparisons.back().verdict));
    }
    const bool covered = rate * material.lipschitz <= 1 + 1e-12;
    report.hypotheses.push_back(
        {"s <= 1/L at the study's learning rate", covered,
         fmt::format("s = {}, L = {:.4g} on {}", shortest(rate), material.lipschitz, material.interval)});
    if (!covered)
      report.why = fmt::format("the study's learning rate {} is above 1/L = {:.4g}; below it: {}", shortest(rate),
                               1 / material.lipschitz, report.why);
    report.verdict = combine(report.hypotheses, report.comparisons);
  }

  const RunContext& context_;
  std::map<std::pair<std::string, double>, Result<DiscreteTimeRiskMaterial>> materials_;  ///< by problem and rate
};

}  // namespace

ClaimRule discrete_time_risk_rule() {
  return {"A9", "an sgd study with isotropic noise or an overdamped langevin study", true,
          [](const Experiment&, const Study& study) {
            return (study.kind == StudyKind::sgd && study.motion == Motion::isotropic_sgd) ||
                   (study.kind == StudyKind::langevin && study.motion == Motion::langevin);
          },
          [](const RunContext& context, const SeriesByStudy&) -> Judge { return DiscreteTimeRiskJudge(context); }};
}

}  // namespace sgdlimits::experiment
