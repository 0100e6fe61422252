/// What the schemes for dX = b dt + sqrt(2 tau) dB have in common; internal to solvers/sde.
#pragma once

#include <memory>

#include "solvers/sde/reflection.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Drift, step h, noise of one step sqrt(2 tau h), and reflection at the domain's ends.
struct LangevinProblem {
  /// Throws InvalidArgument unless 0 < step < infinity, or if there is no drift, or one that sees the ensemble.
  LangevinProblem(std::shared_ptr<const Drift> drift, double noise_of_one_step, double step);

  std::shared_ptr<const Drift> drift;
  double step, noise;
  Reflection reflection;
};

/// sqrt(2 tau h)
double noise_of_one_step(Temperature tau, double step);

}  // namespace sgdlimits
