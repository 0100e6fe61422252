#include <algorithm>
#include <cmath>

#include "apps/experiment/run_context.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/underdamped.hpp"
#include "validation/claims/both_ends.hpp"

namespace sgdlimits::experiment {

double step_bias(const RunContext& context, const Study& study) {
  const bool modified = study.motion == Motion::modified_equation;
  if (study.motion != Motion::langevin && study.motion != Motion::underdamped && !modified) return 0;
  if (modified && study.exact_equation) return 0;
  const Problem& problem = context.experiment.problem(study.problem);
  double stiffest = 0;
  if (const StudyRecord* spectrum = context.spectrum_record(problem, problem.temperature->value())) {
    for (const CriticalPoint& point : spectrum->outcome.critical_points) {
      if (point.index() == 0) stiffest = std::max(stiffest, point.hessian_eigenvalues.maxCoeff());
    }
  }
  if (stiffest == 0) stiffest = stiffness(*problem.potential, *problem.initial, context.experiment.seed);
  if (study.motion == Motion::underdamped) {
    // h^2 k/(4m), the largest of the four on quadratics; BAOAB and ABOBA, exact there, are of order 2 elsewhere
    return 0.25 * study.step * study.step * stiffest / study.mass;
  }
  // the drift of SME-2 on a quadratic of curvature K is that of one of curvature K (1 + s K/2)
  if (modified && study.equation == ModifiedEquation::sme2) stiffest *= 1 + study.learning_rate * stiffest / 2;
  const double z = study.step * stiffest;
  const SchemeRecord& scheme = scheme_record(modified ? "euler-maruyama" : study.scheme);
  if (!scheme.harmonic_variance) return z;
  const double bias = std::abs(scheme.harmonic_variance(z) - 1), order = *scheme.additive_noise.invariant_measure;
  if (bias == 0) return std::isinf(order) ? 0 : std::pow(z / 2, order);
  return std::isinf(bias) ? z : bias;
}

}  // namespace sgdlimits::experiment
