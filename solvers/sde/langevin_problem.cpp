#include "solvers/sde/langevin_problem.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const Drift> checked(std::shared_ptr<const Drift> drift) {
  if (!drift) throw InvalidArgument("drift", "null", "a drift");
  if (drift->sees_ensemble())
    throw InvalidArgument("drift", "a function of the whole ensemble", "a function of one path",
                          "these schemes move tiles of paths independently; use a mean-field solver");
  return drift;
}

}  // namespace

LangevinProblem::LangevinProblem(std::shared_ptr<const Drift> drift_in, double noise_in, double step_in)
    : drift(checked(std::move(drift_in))), step(step_in), noise(noise_in), reflection(drift->domain()) {
  if (!(step > 0) || std::isinf(step)) throw InvalidArgument("step", step, "positive and finite");
}

double noise_of_one_step(Temperature tau, double step) { return std::sqrt(2 * tau.value() * step); }

}  // namespace sgdlimits
