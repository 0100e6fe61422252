/// The diffusions that are put in SGD's place, on a grid of the line or the plane.
#pragma once

#include <memory>

#include "core/finite_sum.hpp"
#include "core/grid.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"
#include "solvers/spectrum/birth_death.hpp"
#include "solvers/transfer/batch_law.hpp"
#include "solvers/transfer/plane_diffusion.hpp"

namespace sgdlimits {

/// Sigma: core/finite_sum.hpp; c the covariance factor of the batches (1/B with replacement, (n-B)/((n-1) B)
/// without).
enum class DiffusionModel {
  gibbs,  ///< dX = -f' dt + sqrt(s) dB: temperature s/2, whatever Sigma is (Shi, Su, Jordan 2020)
  sme1,   ///< dX = -f' dt + sqrt(s c Sigma(X)) dB (Li, Tai, E 2019, order 1)
  sme2,   ///< dX = -(f + (s/4) f'^2)' dt + sqrt(s c Sigma(X)) dB (the same, order 2)
};

/// "Gibbs at s/2", "SME-1", "SME-2"
std::string to_string(DiffusionModel model);

/// dX = b(X) dt + sqrt(D(X)) dB (Ito) as a reversible chain on the cells.
struct LineDiffusion {
  std::shared_ptr<const Grid> grid;
  BirthDeathChain rates;  ///< of mass, per time
  Values mass;            ///< stationary, sum 1
};

/// Finite volumes for d_t rho = -(b rho - (D rho)'/2)', no flux through the ends: with u = D rho and w = 2 b h/D at
/// the edge between i and i + 1 the flux is (B(-w) u_i - B(w) u_{i+1})/(2h), B the Bernoulli function (Scharfetter,
/// Gummel 1969), so the rates D_i B(-w)/(2h^2) up and D_{i+1} B(w)/(2h^2) down are positive, mass is kept, and the
/// discrete stationary law follows from detailed balance in logarithms. Order 2 in h. Uniform grid of one axis.
///
/// Failure out_of_reach: D vanishes somewhere (at most 1e-12 of its maximum), where the equation degenerates.
/// Throws InvalidArgument unless f and the grid have dimension 1.
Result<LineDiffusion> line_diffusion(const FiniteSum& sum, LearningRate s, const BatchLaw& batches,
                                     DiffusionModel model, std::shared_ptr<const Grid> grid);

/// The interval grown from `start` within f's domain until the stationary density at its free ends is e^{-36} of its
/// maximum. Failure: that of line_diffusion, or not_converged.
Result<Box> diffusion_box(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                          const Box& start);

/// The rates as a sparse chain, for hitting times and committors.
TransitionMatrix rates_of(const LineDiffusion& diffusion);

/// Coefficients of the model in the plane, for plane_chain: b = -grad f (gibbs, sme1) or -grad f - (s/2) Hess f grad
/// f (sme2), D = s I (gibbs) or s c Sigma(x). `sum` must outlive the result. Throws InvalidArgument unless f has
/// dimension 2.
PlaneCoefficients plane_coefficients(const FiniteSum& sum, LearningRate s, const BatchLaw& batches,
                                     DiffusionModel model);

}  // namespace sgdlimits
