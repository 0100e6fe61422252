/// The rate at which a Langevin diffusion leaves a set for good: the principal Dirichlet eigenvalue.
#pragma once

#include <memory>
#include <optional>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "solvers/spectrum/killed_generator.hpp"

namespace sgdlimits {

struct DirichletOptions {
  double tolerance = 1e-4;  ///< relative
  /// Reflecting box; where infinite: `gibbs_box` with tail 1e-16, inside the potential's domain.
  std::optional<Box> box;
  Index max_cells = 200'000;  ///< in 3-D no more than 50 000; then Status::not_converged with the bound reached
};

/// Lowest eigenvalue lambda > 0 of -L h = grad f . grad h - tau Lap h on D, h = 0 on the boundary phi = 0 and no flux
/// at the ends of the box. With T the first time outside of D, from every start in D
///
///     P(T > t) ~ c exp(-lambda t),   t -> infinity,
///
/// and c = 1 from the quasi-stationary distribution. Larger D, smaller lambda.
struct DirichletEigenvalue {
  Measurement rate;             ///< with a bound on its error, grade estimate
  double observed_order = 0;    ///< of the grids (their means over offsets); NaN where differences show none
  QuasiStationaryState finest;  ///< on the finest grid
  std::shared_ptr<const Density> quasi_stationary;  ///< of the finest grid; cut cells hold their mass as an average
};

/// D is the component of { phi > 0 } that holds `start`.
///
/// 1-D: D is an interval whose ends are found by bisection (on a lattice of 4096 points: a gap of D narrower than
/// that is not seen) and made ends of the grid, f' may jump; 2-D and 3-D: `killed_on_level_set` on the bounding box
/// of D.
///
/// Error: 1-D grids n, 1.5 n, 2 n, ... are extrapolated with the observed order (`extrapolate`). In 2-D and 3-D the
/// error is c h^2 plus a part of third order that depends on how the grid lies to the boundary. So there are four
/// grids of each width, shifted against each other (against walls, of slightly different widths), which shows that
/// part as scatter, and `extrapolate_offsets` takes value and bound from all of them. To it comes rounding; the box
/// and phi are taken as given. Where phi is not smooth (corners, an interpolant's kinks) the order is lower at coarse
/// widths, and the bound relies on the scatter alone.
///
/// Throws InvalidArgument if phi(start) <= 0, the dimensions differ or the tolerance is not in (0, 1). Failure:
/// out_of_reach (d > 3; D fills the box, so that nothing is killed), not_converged, and those of `gibbs_box`.
/// Limits: D must be resolved by 64 (2-D), 32 (3-D) cells an axis of the box.
Result<DirichletEigenvalue> principal_dirichlet_eigenvalue(const Potential& potential, Temperature temperature,
                                                           const LevelFunction& phi, const Eigen::VectorXd& start,
                                                           const DirichletOptions& options = {},
                                                           const Execution& execution = {});

}  // namespace sgdlimits
