/// Underdamped (kinetic) Langevin dynamics and its splittings.
///
///     dq = p/m dt,   dp = b(q) dt - gamma p dt + sqrt(2 gamma m tau) dW,   b = -grad f
///
/// State: N x 2d, the d positions q first, then the d momenta p. Invariant law exp(-(f(q) + |p|^2/(2m))/tau)/Z: the
/// positions follow the Gibbs measure of f at the same tau as in overdamped motion, the momenta N(0, m tau I). Time
/// is not that of overdamped motion: for large gamma, q(gamma m t) tends to dX = -grad f dt + sqrt(2 tau) dB.
///
/// A step composes three flows that are known exactly (Leimkuhler, Matthews 2013; 2015, chapter 7):
///
///     A_t: q + t p/m;   B_t: p + t b(q);   O_t: e^{-gamma t} p + sqrt(m tau (1 - e^{-2 gamma t})) g,  g ~ N(0, I)
///
/// BAOAB is B_{h/2} A_{h/2} O_h A_{h/2} B_{h/2}, from left to right; the others likewise, each a palindrome.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/law.hpp"
#include "solvers/sde/ensemble.hpp"

namespace sgdlimits {

/// What the splittings discretise. gamma is a rate, m a mass.
struct UnderdampedProblem {
  /// Throws InvalidArgument unless 0 < gamma < infinity and 0 < m < infinity, without force, for a force that sees
  /// the ensemble or depends on a bounded domain: walls would have to turn momenta round.
  UnderdampedProblem(std::shared_ptr<const Drift> force, Temperature tau, double friction = 1, double mass = 1);
  /// b = -grad f
  static UnderdampedProblem of(std::shared_ptr<const Potential> potential, Temperature tau, double friction = 1,
                               double mass = 1);

  std::shared_ptr<const Drift> force;  ///< b, of the d positions; autonomous, or evaluated at the time of its kick
  Temperature tau;
  double friction, mass;
};

/// Stationary variances on f = k |q|^2/2, in units of tau/k and m tau, for w = h sqrt(k/m) < 2; infinite beyond,
/// where no law is stationary. They do not depend on gamma.
struct HarmonicVariances {
  double position, momentum;
};

struct UnderdampedRecord {
  std::string name;       ///< "baoab", as in experiment files
  std::string statement;  ///< the palindrome
  /// b smooth and globally Lipschitz, noise of any size. Strong: additive noise, one increment a step.
  SchemeOrders orders;
  double gradients_a_step;  ///< evaluations of b; a step keeps no force of the step before
  Index normals_a_step;     ///< in units of d
  HarmonicVariances (*harmonic_variances)(double w);
  std::string source;
};

/// BAOAB, ABOBA, OBABO, OABAO. BAOAB is the one to take for means of functions of q: exact on quadratics, and of
/// measure order 4 as gamma -> infinity.
const std::vector<UnderdampedRecord>& underdamped_catalogue();
std::vector<std::string> underdamped_names();
/// Null for a name that is not in the catalogue.
const UnderdampedRecord* find_underdamped(const std::string& name);

/// The splitting of that name. dimension() is 2d. Every random number is a Gaussian that `advance` is handed, so
/// refined paths and prescribed normals work. Stable on a harmonic well iff h sqrt(k/m) < 2; a force that grows faster
/// than linearly makes far starts blow up. Throws InvalidArgument for an unknown name and unless 0 < step < infinity.
std::unique_ptr<Scheme> underdamped_scheme(const std::string& name, const UnderdampedProblem& problem, double step);

/// N paths with q from the law and p ~ N(0, m tau I), independent. The law has dimension d. Throws as
/// Ensemble::from_law.
Ensemble underdamped_ensemble(const Law& positions, const UnderdampedProblem& problem, Index paths,
                              std::uint64_t seed, std::uint32_t replicate = 0);

}  // namespace sgdlimits
