/// The lowest eigenvalues of -L on a grid that the method chooses, with an error bound.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "solvers/fokker_planck/generator.hpp"
#include "solvers/spectrum/box.hpp"
#include "solvers/spectrum/critical_points.hpp"
#include "solvers/spectrum/inertia.hpp"

namespace sgdlimits {

struct SpectralGapOptions {
  Index modes = 5;          ///< nonzero eigenvalues wanted, at least 1
  double tolerance = 1e-6;  ///< relative, for each of them
  /// Reflecting box; where infinite (the default: the potential's domain) the method chooses the box from the
  /// eigenfunctions' tails, so that no eigenvalue changes by more than 1e-8 relative when it grows by 1.3.
  std::optional<Box> box;
  Index max_cells = 1'500'000;  ///< then Status::not_converged with the accuracy reached
};

struct SpectralGapEstimate {
  std::vector<Measurement> eigenvalues;  ///< nonzero, ascending, with absolute error bounds
  SpectralGap gap;
  PoincareConstant poincare_constant;
  double error_bound = 0;                        ///< absolute, of eigenvalues[0]
  std::vector<double> residuals{};               ///< |H u - lambda u| / |u| on the finest grid
  std::shared_ptr<const Generator> generator{};  ///< on the finest grid
  /// u_1, ..., u_m as functions h (eigenvectors of L, not of H), cells x modes, E_mu u_k^2 = 1, sign fixed by
  /// the first cell of largest (to 1e-6) |u_k sqrt(mu)| being positive.
  Points eigenfunctions{};
  std::optional<double> essential_spectrum_bottom{};  ///< where one was recognised below the modes wanted
  CountProof count_proof{};
};

/// Failure statuses: no_gibbs_measure (f does not grow; exp(-f/tau) not integrable), essential_spectrum (no
/// eigenvalue below the essential spectrum: its bottom is in why and essential_spectrum_bottom), not_converged,
/// out_of_reach (dimension above 3).
///
/// 1-D: relative accuracy down to gaps of 1e-12, by subtraction-free elimination inside inverse iteration.
/// Error bound: Richardson from a sequence of grids with the observed order, plus the box effect, plus the
/// residual; contains the truth and is at most 100 times the larger of true error and tolerance.
Result<SpectralGapEstimate> spectral_gap(const Potential& potential, Temperature temperature,
                                         const SpectralGapOptions& options = {}, const Execution& execution = {});

}  // namespace sgdlimits
