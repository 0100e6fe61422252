/// Diffusions of the plane whose noise depends on the state, as positive Markov chains on a grid.
#pragma once

#include <functional>
#include <memory>

#include "core/diffusion.hpp"
#include "core/grid.hpp"
#include "core/parallel.hpp"
#include "core/potential.hpp"
#include "core/result.hpp"
#include "solvers/transfer/communicating_classes.hpp"

namespace sgdlimits {

/// Coefficients of dX = b(X) dt + sqrt(D(X)) dB (Ito) at the points x, N x 2: b is N x 2, covariance is N x 3 with
/// columns D_11, D_12, D_22. Pure; called by many threads.
using PlaneCoefficients = std::function<void(PointsView x, PointsOut b, PointsOut covariance)>;

/// b and D = sum_j sigma_j sigma_j^T at time 0 of a diffusion of dimension 2.
PlaneCoefficients plane_coefficients(const ItoDiffusion& diffusion);

/// A chain on the cells' centres; off-diagonal entries are rates per time, the diagonal is empty.
struct PlaneChain {
  std::shared_ptr<const Grid> grid;
  TransitionMatrix rates;
  /// False at the centres where the chain is consistent of order 1 only: noise too flat for the grid's stencil, or
  /// too weak beside the drift.
  Eigen::Array<bool, Eigen::Dynamic, 1> second_order;
  Values noise;  ///< trace D at the centres
};

/// The generator L u = b . grad u + (1/2) D : Hess u, in units of cells (y_j = x_j/h_j, beta_j = b_j/h_j,
/// M_jk = D_jk/(h_j h_k)), by jumps along the three vectors +-e of Selling's decomposition M = sum rho_e e e^T:
///
///     (L_h u)(y) = sum_e (rho_e/2) (B(-w_e) (u(y+e) - u(y)) + B(w_e) (u(y-e) - u(y))),   w_e = 2 e . M^{-1} beta,
///
/// B the Bernoulli function. Rates are nonnegative, so that mass is kept and stays positive, whatever D_12 is: a
/// Markov-chain approximation (Kushner, Dupuis 2001) of which the mean of the step is exactly b and the covariance is
/// D plus sum_e rho_e ((w_e/2) coth(w_e/2) - 1) e e^T = O(h^2); consistent of order 2, so weak statistics of the
/// stationary law, hitting times of fixed sets and eigenvalues are of order 2. With M diagonal it is the scheme of
/// Scharfetter and Gummel (1969) in the form that needs b and D at centres only.
///
/// Conditions. Order 2 needs lambda_min(M) >= theta lambda_max(M), theta = n^{-4/3}, n the smaller number of cells an
/// axis. Where that fails (noise of rank one, as of two samples), lambda_min is raised to it by a multiple of the
/// identity: diffusion of relative size h^{4/3}, with vectors e of at most (2/theta)^{1/2} and typically
/// theta^{-1/4} cells, so that the error of the long stencils, h^2 |e|^2, is of the same size. Where the fitted
/// formula would add more diffusion than one-sided differences of the drift, |beta_1| + |beta_2|, these are taken:
/// order 1. `second_order` says where neither happened. D = 0 is allowed (the drift alone, one-sided).
///
/// Jumps that would leave the grid are left out: the ends reflect, at order 1; no matter where the law has no mass.
///
/// Throws InvalidArgument unless the grid has two uniform axes and the coefficients are finite with D >= 0.
PlaneChain plane_chain(const PlaneCoefficients& coefficients, std::shared_ptr<const Grid> grid,
                       const Execution& execution = {});

/// The stationary law of the chain, by elimination without subtraction: cell masses, sum 1. Failure: out_of_reach if
/// the chain has several closed classes, if the noise vanishes (below 1e-12 of its maximum) at cells of more than
/// 1e-6 of the mass together, or if the elimination takes more than 2e11 operations (long jumps on a large grid).
Result<Values> stationary_law(const PlaneChain& chain);

/// The smallest box whose outermost of 64 layers on each side hold less than 1e-9 of the mass, within `domain` and
/// around `inside` (where the wells are), searched from `start`: ends that hold more move out by a quarter, others
/// come in; where masses over- or underflow the box is drawn a third nearer to `inside`. Failure: that of
/// stationary_law, or not_converged.
Result<Box> plane_diffusion_box(const PlaneCoefficients& coefficients, const Box& start, const Box& domain,
                                const Box& inside, const Execution& execution = {});

}  // namespace sgdlimits
