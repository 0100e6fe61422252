/// A4 and A6: what a spectrum predicts.
#include "apps/experiment/claims/claim_rules.hpp"
#include "validation/claims/a4_chi_decay/chi_decay.hpp"
#include "validation/claims/a6_poincare_inequality/poincare_inequality.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr Index kTestFunctions = 200;

Measurement second_eigenvalue(const SpectralGapEstimate& spectrum) {
  return spectrum.eigenvalues[spectrum.eigenvalues.size() > 1 ? 1 : 0];
}

class DecayJudge {
 public:
  DecayJudge(const RunContext& context, const SeriesByStudy& series) : context_(context), series_(series) {}

  void operator()(const Study& study, const StudyRecord& record, const Execution& execution,
                  std::vector<ClaimReport>& reports) {
    const Problem& problem = context_.experiment.problem(study.problem);
    const StudyRecord* spectrum = context_.spectrum_record(problem, problem.temperature->value());
    if (!spectrum || !judgeable(study, record, problem)) return;
    const SpectralGapEstimate& found = *spectrum->outcome.spectrum;
    const FirstCoefficient* first = coefficient(problem, found, execution);
    if (!first) {
      reports.push_back(blank_report("A4", subject_of(study)));
      reports.back().why = "c_1 could not be computed on coarser grids";
    } else if (record.outcome.evolution) {
      reports.push_back(of_grid(study, record, found, *first));
    } else {
      reports.push_back(of_ensemble(study, found, *first));
    }
  }

 private:
  bool judgeable(const Study& study, const StudyRecord& record, const Problem& problem) const {
    if (record.outcome.evolution) return record.outcome.evolution->snapshots.size() >= 4;
    return series_.contains(study.name) && problem.initial->has_density();
  }

  /// c_1 of a problem, once; null where the coarser eigenproblems failed.
  const FirstCoefficient* coefficient(const Problem& problem, const SpectralGapEstimate& spectrum,
                                      const Execution& execution) {
    const auto [place, fresh] = coefficients_.try_emplace(problem.name);
    if (fresh) {
      const Result<FirstCoefficient> found =
          first_coefficient(*problem.potential, *problem.initial, spectrum, execution);
      if (found.ok()) place->second = found.value();
    }
    return place->second ? &*place->second : nullptr;
  }

  ClaimReport of_grid(const Study& study, const StudyRecord& record, const SpectralGapEstimate& found,
                      const FirstCoefficient& first) const {
    const ChiDecayMaterial material{record.outcome.evolution->snapshots,
                                    record.grids.log_chi_step,
                                    record.chi_squared_larger_box,
                                    found.eigenvalues.front(),
                                    second_eigenvalue(found),
                                    first.value,
                                    subject_of(study)};
    return judge_chi_decay(material, context_.experiment.claims.controls);
  }

  ClaimReport of_ensemble(const Study& study, const SpectralGapEstimate& found, const FirstCoefficient& first) const {
    const ModeSeries& series = series_.at(study.name);
    const StudyRecord* grid = context_.grid_record(study.problem);
    std::vector<std::optional<Measurement>> chi_squared;
    if (grid && grid->grids.log_chi.size() == series.times.size()) {
      for (std::size_t k = 0; k < grid->grids.log_chi.size(); ++k) chi_squared.push_back(grid->grids.chi_squared(k));
    }
    const ModeDecayMaterial material{
        series,      found.eigenvalues.front(), second_eigenvalue(found),   first.value,
        chi_squared, subject_of(study),         step_bias(context_, study), first.eigenfunction_error};
    return judge_mode_decay(material, context_.experiment.claims.controls);
  }

  const RunContext& context_;
  const SeriesByStudy& series_;
  std::map<std::string, std::optional<FirstCoefficient>> coefficients_;  ///< by problem
};

void judge_poincare(const RunContext& context, const Study& study, const StudyRecord& record,
                    std::vector<ClaimReport>& reports) {
  const SpectralGapEstimate& found = *record.outcome.spectrum;
  const Values first = found.eigenfunctions.col(0);
  const PoincareMaterial material{*found.generator,        first,     found.eigenvalues.front(), kTestFunctions,
                                  context.experiment.seed, study.name};
  reports.push_back(judge_poincare_inequality(material, context.experiment.claims.controls));
}

}  // namespace

ClaimRule chi_decay_rule() {
  return {
      "A4", "a spectral-gap study, and a fokker-planck study or an ensemble of the same problem", false,
      [](const Experiment& experiment, const Study& study) {
        const bool relaxes =
            study.kind == StudyKind::fokker_planck || (is_ensemble(study) && study.motion != Motion::underdamped);
        return relaxes && has_study(experiment, study.problem, StudyKind::spectral_gap);
      },
      [](const RunContext& context, const SeriesByStudy& series) -> Judge { return DecayJudge(context, series); }};
}

ClaimRule poincare_inequality_rule() {
  return {"A6", "a spectral-gap study", false,
          [](const Experiment&, const Study& study) { return study.kind == StudyKind::spectral_gap; },
          [](const RunContext& context, const SeriesByStudy&) -> Judge {
            return [&context](const Study& study, const StudyRecord& record, const Execution&,
                              std::vector<ClaimReport>& reports) { judge_poincare(context, study, record, reports); };
          }};
}

}  // namespace sgdlimits::experiment
