/// The rate at which Langevin leaves the worse well, as the isotropic theory has it; internal to apps/experiment.
#pragma once

#include "core/parallel.hpp"
#include "solvers/spectrum/critical_points.hpp"
#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "solvers/spectrum/killed_rate.hpp"
#include "solvers/spectrum/spectral_gap.hpp"

namespace sgdlimits::experiment {

/// q = (u_1 - u_1(a))/(u_1(b) - u_1(a)), u_1 the first eigenfunction, a the worse minimum, b the better one: 0 at a,
/// 1 at b and flat inside both wells. Left is the set { q < threshold }.
class WellCoordinate {
 public:
  WellCoordinate(const SpectralGapEstimate& spectrum, const Barrier& barrier);

  const Box& box() const { return box_; }
  /// Gibbs mass of the better well, E_mu q = -u_1(a)/(u_1(b) - u_1(a)).
  double better_mass() const { return better_mass_; }
  void evaluate(PointsView x, ValuesOut q) const { q_.evaluate(x, q); }
  /// threshold - q at the point that lies `distance` down the gradient of q: the set { q < threshold } moved
  /// outwards. Gradient by central differences over a cell of the spectrum's grid.
  LevelFunction below(double threshold, double distance) const;

 private:
  GridInterpolant q_;
  Box box_;
  Eigen::ArrayXd spacing_;
  double better_mass_ = 0;
};

/// Rates per unit of time.
struct EscapePrediction {
  Measurement continuous;  ///< principal Dirichlet eigenvalue lambda of { q < threshold }
  Measurement at_steps;    ///< passages counted per time, looked at after steps of length h only
  double asymptotic = 0;   ///< lambda_1 E_mu q/threshold
  double relaxation = 0;   ///< distance of the next rate in the survival probability

  /// (relaxation/rate) times the mean of exp(-relaxation t) over from < t <= until: what a second mode with the
  /// amplitude of the first would change the measured rate by, relative.
  double second_mode(double from, double until) const;
};

/// From any start, the survival probability in { q < threshold } decays at lambda in the end.
///
/// A path that is looked at after steps of length h is seen outside as if the boundary were 0.5826 sqrt(2 tau h)
/// farther out, 0.5826 = -zeta(1/2)/sqrt(2 pi), up to o(sqrt h) (Broadie, Glasserman, Kou 1997; Gobet, Menozzi 2010):
/// lambda_h, the eigenvalue of the set moved by that much. Passages per time are then (1 - e^{-lambda_h h})/h. The
/// bound is that of the eigenvalue plus (lambda - lambda_h)^2/lambda_h, the size of the next order: an estimate. It
/// is that of the diffusion; the error of the scheme that moves the paths (for Euler-Maruyama of first order in h) is
/// no part of it.
///
/// Asymptotic: from L u_1 = -lambda_1 u_1 and Dynkin's formula, theta = lambda_1 E int_0^T (E_mu q - q) dt, and q = 0
/// until the path leaves; q > 0 on the way makes it too high, the more the lower the barrier.
Result<EscapePrediction> predict_escape(const Potential& potential, Temperature temperature,
                                        const SpectralGapEstimate& spectrum, const WellCoordinate& q,
                                        const Eigen::VectorXd& start, double threshold, double step,
                                        const Execution& execution);

}  // namespace sgdlimits::experiment
