/// Unbiased twins of Langevin schemes: proposals that a Metropolis test accepts or refuses, so that exp(-f/tau)/Z is
/// invariant at every step size.
#pragma once

#include "core/parallel.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// A scheme with a Metropolis test.
class MetropolisScheme : public Scheme {
 public:
  /// probability(i) in [0, 1] that path i of the block will move in this step, given x and its Gaussians; x is kept.
  virtual void acceptance(PathBlock& block, ValuesOut probability) const = 0;
};

/// Hamiltonian Monte Carlo (Duane, Kennedy, Pendleton, Roweth 1987): p = sqrt(tau) g; n leapfrog steps of size
/// eps = sqrt(2 h) for H = f(x) + |p|^2/2; accepted with probability min(1, exp(-dH/tau)), uniforms from
/// Stream::proposal. exp(-f/tau)/Z is invariant exactly. n + 1 gradients and two values a step. A proposal outside
/// the domain of f is refused. The clock advances by h, a convention: only for n = 1 is it the time of the diffusion.
/// Throws InvalidArgument unless 0 < h < infinity and 1 <= n <= 10000.
std::unique_ptr<MetropolisScheme> hamiltonian_monte_carlo(std::shared_ptr<const Potential> potential, Temperature tau,
                                                          double step, Index leapfrog_steps);

/// MALA (Roberts, Tweedie 1996): Euler-Maruyama as a proposal with the Metropolis test, which is Hamiltonian Monte
/// Carlo with one leapfrog step. Invariant measure exact; at finite times weak order 1 (Bou-Rabee, Donev,
/// Vanden-Eijnden 2014). For superlinear grad f it is ergodic but not geometrically: far starts with a large step
/// stay where they are.
std::unique_ptr<MetropolisScheme> mala(std::shared_ptr<const Potential> potential, Temperature tau, double step);

/// Mean over the paths of the probability that the ensemble's next step will be accepted, with the Gaussians of that
/// very step: a pure function of the ensemble. Throws InvalidArgument as `advance`.
MeanAndError acceptance_rate(const Ensemble& ensemble, const MetropolisScheme& scheme,
                             const Execution& execution = {});

}  // namespace sgdlimits
