/// Weak orders and measure orders of schemes in one or two coordinates by their one-step operators, without sampling.
#pragma once

#include <functional>
#include <memory>

#include "core/parallel.hpp"
#include "solvers/markov/kolmogorov_means.hpp"
#include "solvers/sde/metropolis.hpp"
#include "solvers/sde/underdamped.hpp"
#include "validation/orders/order.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// An equation from a start to T, and a lattice on which its means are computed.
struct LatticeProblem {
  BackwardEquation equation;
  Lattice lattice;
  std::vector<double> start;
  double until = 1;
};

/// dX = -grad f dt + sqrt(2 tau) dB in one or two coordinates, on the box that holds exp(-f/tau)/Z to its tail 1e-14,
/// a little wider; w = exp(-f/(2 tau)). Failures as gibbs_box; throws InvalidArgument for more coordinates, or a
/// domain with finite ends.
Result<LatticeProblem> overdamped_lattice(std::shared_ptr<const Potential> potential, Temperature tau,
                                          const std::vector<double>& start, double until);
/// Underdamped motion with one position: coordinates q and p; w = exp(-(f + p^2/(2m))/(2 tau)). A start of one number
/// is q, with p = 0. Throws InvalidArgument for more positions; `motion` must be that of the potential.
Result<LatticeProblem> underdamped_lattice(std::shared_ptr<const Potential> potential,
                                           const UnderdampedProblem& motion, const std::vector<double>& start,
                                           double until);
/// An equation on the line with coefficients of the given period > 0: motion on a circle.
LatticeProblem circle_lattice(const BackwardEquation& equation, double period, double start, double until);

/// The chain of a scheme (solvers/sde/catalogue.hpp, MarkovForm), with the Metropolis test of its proposals if any.
struct LatticeChain {
  std::unique_ptr<Scheme> chain;
  double smoothing = 0;
  std::unique_ptr<MetropolisScheme> test{};
};
using ChainFactory = std::function<LatticeChain(double step)>;

/// Norm of the vector E g_k(X_h(T)) - E g_k(X(T)) over the observables: the scheme by FiniteTimeMeans, the equation
/// by kolmogorov_means, each on two lattices; the bound of an error is what the means differ by between a lattice and
/// one of .8 of its nodes. Order as convergence_order. Steps decreasing, each a fraction of T. Failures: as
/// convergence_order, blew_up if a mean is not finite, interrupted. Throws InvalidArgument as FiniteTimeMeans.
Result<OrderEstimate> lattice_weak_order(const ChainFactory& make, const LatticeProblem& problem,
                                         const std::vector<Observable>& observables, const std::vector<double>& steps,
                                         const Execution& execution = {});

/// Norm of the vector E_h g_k - E_mu g_k over the observables: E_h under the invariant law of the scheme of step h
/// (FiniteTimeMeans::stationary_means), E_mu under the density w^2/Z of the lattice's weight by the trapezoidal rule
/// on its nodes, so w must be the root of the invariant density, as those of overdamped_lattice and
/// underdamped_lattice. The bound of an error is what the means differ by between a lattice and one of .8 of its
/// density of nodes on intervals longer by a tenth. Steps decreasing. Failures as stationary_means and
/// convergence_order, interrupted, and not_converged where the law loses more than 1e-5 of itself in a unit of time:
/// no law of the scheme is then near. Throws InvalidArgument as FiniteTimeMeans, for a lattice without weight, and
/// for chains with a Metropolis test, whose measure is exact.
Result<OrderEstimate> lattice_measure_order(const ChainFactory& make, const LatticeProblem& problem,
                                            const std::vector<Observable>& observables,
                                            const std::vector<double>& steps, const Execution& execution = {});

/// x, x^2, sin 2x of the first coordinate.
std::vector<Observable> position_observables();
/// On a line x, x^2, sin 2x; of (q, p) q, q^2, p, p^2, q p; on a circle cos, sin and sin of twice the angle.
std::vector<Observable> lattice_observables(const LatticeProblem& problem);

}  // namespace sgdlimits
