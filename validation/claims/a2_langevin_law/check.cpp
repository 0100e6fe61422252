#include "validation/claims/a2_langevin_law/langevin_law.hpp"
#include "validation/claims/both_ends.hpp"

namespace sgdlimits {
namespace {

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const EffortSizes sizes = sizes_of(effort);
  const double step = sizes.relative_step / stiffness(*problem.potential, *problem.initial, problem.seed);
  const std::vector<double> times = on_clock(problem.report_times, step);
  const Result<GridEnd> grid = grid_end(problem, times, sizes, execution);
  if (!grid.ok()) return Result<ClaimReport>(grid.report());
  const auto found = ensemble_end(problem, times, step, sizes, execution);
  if (!found.ok()) return Result<ClaimReport>(found.report());
  const EnsembleEnd& paths = *found.value();
  const LangevinLawMaterial material{*problem.potential,
                                     *grid->generator,
                                     grid->snapshots,
                                     grid->l1_error(),
                                     times,
                                     paths.snapshots,
                                     "langevin (heun)",
                                     paths.error,
                                     0.05,
                                     grid->grids.means,
                                     execution.pool};
  return judge_langevin_law(material, controls);
}

}  // namespace

ClaimEntry langevin_law_claim() {
  return {"A2",
          "langevin-law",
          "The ensemble X_t of the Langevin equation has the Fokker-Planck density rho_t",
          "Fokker 1914, Planck 1917; Shi, Su, Jordan 2020, section 3",
          tilted_well_problem,
          check};
}

}  // namespace sgdlimits
