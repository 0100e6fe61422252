/// One step of high order in time that keeps sign, mass, the Gibbs measure and the decay of chi.
#pragma once

#include <list>
#include <memory>

#include "core/parallel.hpp"
#include "solvers/fokker_planck/evolution.hpp"

namespace sgdlimits {

/// A step of length H starts from implicit Euler results T_n = R(H/n)^n, R(h) = (I - h A)^{-1}, for n = 1, 2, 4, 8,
/// 16, and extrapolates them to H/n -> 0 (Deuflhard 1983): X_k is the combination of the last k of them that is exact
/// for errors in powers 1, ..., k-1 of 1/n, hence of order k. X_5 is carried on, |X_5 - X_4|_1 is reported as the
/// error.
///
/// No product of resolvents that is positive for every reversible chain and every step can have order 2: it is
/// E exp(A S) for a random time S with E S = H, order 2 needs Var S = 0 (Bolley, Crouzeix 1978), and among products
/// of n resolvents Var S >= H^2/n with equality for equal steps (Aldous, Shepp 1987). Hence a nonlinear last stage:
/// negative cells of X_5, found in far tails, are set to zero and the whole is scaled back to its mass.
///   * Positive and mass-keeping by construction; Gibbs is a fixed point of every stage.
///   * The order stays: the true density is nonnegative, so clipping brings X_5 nearer to it in L1, and scaling adds
///   at
///     most as much again.
///   * chi never increases: the combination of 1/(1 + x/n)^n is at most 1 in size for every x >= 0 (asserted in the
///     tests), clipping is the projection of L2(1/mu) onto the convex cone of nonnegative functions, which holds mu,
///     and scaling down a density whose mass has grown lowers int rho^2/mu.
///
/// Factorisations of the most recent step sizes are kept, so steps whose sizes are related by powers of two share
/// them.
class ExtrapolatedStep {
 public:
  explicit ExtrapolatedStep(std::shared_ptr<const Generator> generator);

  struct Outcome {
    double error;         ///< L1 norm of X_5 - X_4
    double clipped_mass;  ///< mass of what was negative in X_5
  };
  /// next = the density after a step h > 0 from rho. Not thread-safe itself; the five results use the pool.
  Outcome propose(const Values& rho, double h, ThreadPool& pool, Values& next);

  Index factorisations() const { return factorisations_; }

 private:
  static constexpr Index kResults = 5;
  const ImplicitEuler& factored(double dt);

  std::shared_ptr<const Generator> generator_;
  std::list<ImplicitEuler> kept_;  // the most recently used first
  Index factorisations_ = 0;
  Values results_[kResults], difference_;
};

}  // namespace sgdlimits
