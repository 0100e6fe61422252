/// Means of a diffusion at a finite time on a lattice, from its backward equation: what schemes are compared with.
#pragma once

#include <functional>

#include "core/diffusion.hpp"
#include "core/potential.hpp"
#include "solvers/markov/lattice.hpp"

namespace sgdlimits {

/// u_t = b . grad u + (1/2) sum_ij a_ij d_i d_j u, autonomous, in one or two coordinates.
struct BackwardEquation {
  std::function<void(PointsView x, PointsOut b, Scratch& scratch)> drift;       ///< N x d
  std::function<void(PointsView x, PointsOut a, Scratch& scratch)> covariance;  ///< N x d d, a_ij in column i d + j
};
/// Of dX = b dt + sum_j sigma_j dW_j at time 0: a = sum_j sigma_j sigma_j^T.
BackwardEquation backward_equation(const ItoDiffusion& equation);

/// E[h(X_T) | X_0 = start], one mean a column of h. v = w u on the nodes; derivatives by sinc functions on lines,
/// by trigonometric polynomials on circles, both exponentially accurate for analytic v that decays to the ends
/// (Stenger 1981; Trefethen 2000); e^{TL} v by Taylor series in steps, to rounding. Shares nothing with any scheme.
/// Errors are those of two lattices. Throws InvalidArgument unless 0 < T < infinity.
Values kolmogorov_means(const BackwardEquation& equation, const Lattice& lattice, const Points& start, double until,
                        const std::function<Points(PointsView x)>& functions);

}  // namespace sgdlimits
