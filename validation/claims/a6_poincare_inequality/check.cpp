#include "models/laws/gibbs.hpp"
#include "models/potentials/catalogue.hpp"
#include "validation/claims/a6_poincare_inequality/poincare_inequality.hpp"
#include "validation/claims/both_ends.hpp"

namespace sgdlimits {
namespace {

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const Result<SpectralGapEstimate> spectrum = spectral_end(problem, 1, execution);
  if (!spectrum.ok()) return Result<ClaimReport>(spectrum.report());
  const Index functions = effort == Effort::quick ? 200 : effort == Effort::standard ? 1000 : 5000;
  const Values first = spectrum->eigenfunctions.col(0);
  return judge_poincare_inequality(
      {*spectrum->generator, first, spectrum->eigenvalues.front(), functions, problem.seed, "grid"}, controls);
}

ClaimProblem double_well_problem() {
  const std::shared_ptr<const Potential> potential = make_potential("double-well");
  return {.title = "double well (x^2-1)^2 at learning rate 0.5",
          .potential = potential,
          .temperature = LearningRate(0.5).temperature(),
          .initial = std::make_shared<GibbsLaw>(potential, Temperature(0.2)),
          .report_times = {1},
          .seed = 1};
}

}  // namespace

ClaimEntry poincare_inequality_claim() {
  return {"A6",
          "poincare-inequality",
          "Var_mu h <= C_P E_mu |grad h|^2 with C_P = tau/lambda_1, attained by u_1",
          "Shi, Su, Jordan 2020, lemma 5.4",
          double_well_problem,
          check};
}

}  // namespace sgdlimits
