/// The invariant law and the spectral gap of a scheme on a line, with error bounds and without sampling.
#pragma once

#include <vector>

#include "core/measurement.hpp"
#include "core/result.hpp"
#include "solvers/markov/one_step_operator.hpp"

namespace sgdlimits {

struct SchemeLawOptions {
  /// Wanted error: of a mean relative to its root mean square, of the gap relative to itself.
  double tolerance = 1e-9;
  Index max_nodes = 700;
  /// Observables are seen at Y + smoothing g, Y the chain, g ~ N(0, 1): schemes whose steps share Gaussians are such
  /// functions of a chain (Leimkuhler-Matthews: sqrt(tau h/2); Vilmart 2015).
  double smoothing = 0;
};

struct SchemeLaw {
  std::vector<Measurement> means;  ///< E h, one for each observable
  /// (log kept - log second)/h, kept and second the two largest moduli of the one-step operator's eigenvalues: the
  /// rate at which the scheme forgets its start. Compare lambda_1 of the diffusion.
  Measurement gap;
  /// -log(kept)/h >= 0: the rate at which paths leave the interval. Zero to rounding where the scheme has an
  /// invariant law; otherwise what is reported is the quasi-stationary law, that of paths which have not left.
  Measurement exit_rate;
  LineLattice lattice;  ///< the finest that was used
};

/// `scheme` discretises dX = -f' dt + sqrt(2 tau) dB, f the potential; nothing but the choice of the interval and of
/// the weight w = exp(-theta f/(2 tau)) uses f (OneStepOperator). The interval holds the Gibbs measure at temperature
/// tau/theta up to its tail 1e-16; theta is the first of 1, .7, .5, .35, .25, .18 at which neither paths leave (rate
/// below 1e-10 gaps) nor the law has weight at the ends, or that of the least loss: a scheme's law can be much wider
/// than mu, and for drifts that grow faster than linearly an explicit scheme is caught only where its steps
/// overshoot.
///
/// Lattices of 96, 144, 216, ... nodes, every other one on an interval wider by a tenth, until two agree to the
/// tolerance; the bound of each Measurement (grade estimate) is twice the last difference plus rounding,
/// 64 eps/(h gap) for means. So it covers quadrature, interpolation and interval; a factor 2 is right from order 1
/// on.
///
/// Status::not_converged: the bound exceeds 1e-3 of the scale at max_nodes, or paths leave faster than 1e-3 gaps
/// (then no law is close to stationary; the quasi-stationary one is the value); no_gibbs_measure and the like as
/// gibbs_box. Throws InvalidArgument as OneStepOperator, or if an observable is not finite on the interval.
Result<SchemeLaw> scheme_law(const Scheme& scheme, const Potential& potential, Temperature temperature,
                             const std::vector<LineFunction>& observables, const SchemeLawOptions& options = {});

/// E_mu h, mu = exp(-f/tau)/Z on the potential's domain, by composite Gauss-Legendre quadrature (16 points a panel);
/// panels are halved until two agree to 1e-14 of the root mean square, at most 2^14 of them, and the bound is the
/// last difference, so it is honest for kinks. Failures as gibbs_box; throws InvalidArgument if the dimension is
/// not 1.
Result<std::vector<Measurement>> gibbs_means(const Potential& potential, Temperature temperature,
                                             const std::vector<LineFunction>& observables);

}  // namespace sgdlimits
