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
/// twice a row is most of what a step costs.
///
/// Mass. A rounding in g_i is carried on by the sweep and ends with weight p_i, where g_i itself has e_i; for
/// dt lambda_max = D over a flat potential p_i/e_i is about the smaller of sqrt(D) and the number of cells. Near a
/// fixed point each step rounds alike, so such errors add up over the steps, whatever the coefficients. The mass
/// that a step has lost to rounding is therefore measured, by sums that do not see the sweeps, and given back in
/// proportion to |rho|: a relative change of rounding size, the same for all cells, which keeps sign and Gibbs
/// measure. What is left is one rounding a cell.
class TridiagonalStep {
 public:
  TridiagonalStep(const Generator& generator, double dt);
  /// In place on cell averages of any sign.
  void step(double* rho) const;

 private:
  Values volumes_;
  Values inverse_pivot_;  // 1/p_i
  Values from_below_;     // (u_{i-1}/p_i) vol_{i-1}/vol_i: on averages
  Values from_above_;     // (d_i/p_i) vol_{i+1}/vol_i: on averages
};

}  // namespace sgdlimits
