#include <algorithm>
#include <cmath>

#include "apps/experiment/run_context.hpp"
#include "solvers/sde/catalogue.hpp"
#include "validation/claims/both_ends.hpp"

namespace sgdlimits::experiment {

double step_bias(const RunContext& context, const Study& study) {
  if (study.motion != Motion::langevin) return 0;
  const Problem& problem = context.experiment.problem(study.problem);
  double stiffest = 0;
  if (const StudyRecord* spectrum = context.spectrum_record(problem, problem.temperature->value())) {
    for (const CriticalPoint& point : spectrum->outcome.critical_points) {
      if (point.index() == 0) stiffest = std::max(stiffest, point.hessian_eigenvalues.maxCoeff());
    }
  }
  if (stiffest == 0) stiffest = stiffness(*problem.potential, *problem.initial, context.experiment.seed);
  const double z = study.step * stiffest;
  const double bias = std::abs(scheme_record(study.scheme).harmonic_variance(z) - 1);
  return std::isinf(bias) ? z : bias;
}

}  // namespace sgdlimits::experiment
