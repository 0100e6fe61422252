/// (I - dt A)^{-1} in one dimension by elimination without subtraction.
#pragma once

#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// With u_i = dt up(i), d_i = dt down(i) the mass form is tridiagonal with unit column sums. Eliminating upwards
/// (Grassmann, Taksar, Heyman 1985), the excess e_i (column sum of what is left) and the pivot p_i are
///
///     e_0 = 1,   p_i = e_i + u_i,   e_{i+1} = 1 + d_i e_i/p_i,
///
/// sums of positive numbers, as are the sweeps g_i = (m_i + u_{i-1} g_{i-1})/p_i, m_i <- g_i + (d_i/p_i) m_{i+1}.
/// Three stored coefficients a row and two fused operations on the chain: the latency of a fused multiply-add
/// twice a row is what a step costs.
class TridiagonalStep {
 public:
  TridiagonalStep(const Generator& generator, double dt);
  /// In place on cell averages.
  void step(double* rho) const;

 private:
  Index cells_;
  Values inverse_pivot_;  // 1/p_i
  Values from_below_;     // (u_{i-1}/p_i) vol_{i-1}/vol_i: on averages
  Values from_above_;     // (d_i/p_i) vol_{i+1}/vol_i: on averages
};

}  // namespace sgdlimits
