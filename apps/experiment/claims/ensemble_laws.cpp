/// A2 and A3: ensembles against the densities of a grid.
#include <algorithm>
#include <cmath>

#include "apps/experiment/claims/claim_rules.hpp"
#include "validation/claims/a2_langevin_law/langevin_law.hpp"
#include "validation/claims/a3_gibbs_stationary/gibbs_stationary.hpp"

namespace sgdlimits::experiment {

namespace {

using Densities = std::shared_ptr<const std::vector<DensitySnapshot>>;

bool beside_a_grid(const Experiment& experiment, const Study& study) {
  return is_ensemble(study) && has_study(experiment, study.problem, StudyKind::fokker_planck);
}

class LangevinLawJudge {
 public:
  explicit LangevinLawJudge(const RunContext& context) : context_(context) {}

  void operator()(const Study& study, const StudyRecord& record, const Execution& execution,
                  std::vector<ClaimReport>& reports) {
    const StudyRecord* grid = context_.grid_record(study.problem);
    if (!grid) return;
    const ClaimChecks& checks = context_.experiment.claims;
    const LangevinLawMaterial material{*context_.experiment.problem(study.problem).potential,
                                       *grid->generator,
                                       grid->outcome.evolution->snapshots,
                                       *std::ranges::max_element(grid->grids.l1),
                                       record.outcome.ensemble->times,
                                       record.outcome.ensemble->snapshots,
                                       subject_of(study),
                                       step_bias(context_, study),
                                       checks.tolerance,
                                       grid->grids.means,
                                       context_.execution.pool,
                                       checks.controls ? hotter(*grid, execution) : nullptr};
    reports.push_back(judge_langevin_law(material, checks.controls));
  }

 private:
  /// The control's, once for all ensembles beside one grid. What fails here, judge_langevin_law tries again and says.
  Densities hotter(const StudyRecord& grid, const Execution& execution) {
    Densities& kept = hotter_[&grid];
    if (kept) return kept;
    auto found = hotter_densities(*grid.generator, grid.outcome.evolution->snapshots, execution);
    if (found.ok()) kept = std::make_shared<const std::vector<DensitySnapshot>>(std::move(found).value());
    return kept;
  }

  const RunContext& context_;
  std::map<const StudyRecord*, Densities> hotter_;  ///< by grid
};

void judge_stationary(const RunContext& context, const Study& study, const StudyRecord& record,
                      std::vector<ClaimReport>& reports) {
  const StudyRecord* grid = context.grid_record(study.problem);
  if (!grid) return;
  const DensitySnapshot& last = grid->outcome.evolution->snapshots.back();
  const std::optional<Measurement> chi = grid->grids.chi(grid->grids.log_chi.size() - 1);
  const GibbsStationaryMaterial material{*context.experiment.problem(study.problem).potential,
                                         *grid->generator,
                                         grid->grids.gibbs_l1,
                                         record.outcome.ensemble->snapshots.back(),
                                         last.time,
                                         chi ? chi->upper() : std::sqrt(std::max(0.0, last.chi_squared)),
                                         subject_of(study),
                                         step_bias(context, study),
                                         context.experiment.claims.tolerance,
                                         grid->grids.gibbs_means,
                                         context.execution.pool};
  reports.push_back(judge_gibbs_stationary(material, context.experiment.claims.controls));
}

}  // namespace

ClaimRule langevin_law_rule() {
  return {"A2", "a fokker-planck study and an ensemble of the same problem whose motion is not underdamped", false,
          // positions of underdamped motion share the Gibbs measure, not the way to it
          [](const Experiment& experiment, const Study& study) {
            return beside_a_grid(experiment, study) && study.motion != Motion::underdamped;
          },
          [](const RunContext& context, const SeriesByStudy&) -> Judge { return LangevinLawJudge(context); }};
}

ClaimRule gibbs_stationary_rule() {
  return {"A3", "a fokker-planck study and an ensemble of the same problem", false, beside_a_grid,
          [](const RunContext& context, const SeriesByStudy&) -> Judge {
            return
                [&context](const Study& study, const StudyRecord& record, const Execution&,
                           std::vector<ClaimReport>& reports) { judge_stationary(context, study, record, reports); };
          }};
}

}  // namespace sgdlimits::experiment
