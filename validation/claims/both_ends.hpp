/// Both ends of a claim, computed from its problem at an effort: densities on a grid, paths, eigenfunctions.
#pragma once

#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/sde/scheme.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "validation/claims/registry.hpp"
#include "validation/claims/three_grids.hpp"
#include "validation/rates/mode_decay.hpp"

namespace sgdlimits {

/// (x^2-1)^2 + x/4 at learning rate 1 from a colder, tilted Gibbs law in the higher well (so chi(0) is finite and c_1
/// is not 0): the problem of A2, A3 and A4 when the user names none.
ClaimProblem tilted_well_problem();

/// quick 1e5 paths (fewer would not see a temperature wrong by five per cent), standard 4e5, thorough 2e6; the grid
/// and the step are refined along. The step follows from the resolution of the claims, 0.05 sd: Heun biases a mean by
/// at most z^2/4 sd, z the relative step, and both ends agree with probability .99 inside it if (4.89 + 2.58)/sqrt(N)
/// + z^2/4 <= 0.05; 0.0236 + 0.01 at 1e5 paths and z = 0.2.
struct EffortSizes {
  Index paths;
  std::vector<Index> cells;  ///< an axis, in one, two and three dimensions
  double relative_step;      ///< step times the curvature
  double path_steps;         ///< the most that one ensemble may cost
};
EffortSizes sizes_of(Effort effort);

/// Root mean square of the largest |Hessian eigenvalue| over 256 draws of the law: the stiffness a scheme must
/// resolve.
double stiffness(const Potential& potential, const Law& law, std::uint64_t seed);

/// The box of the Gibbs measure (tail 1e-16) scaled about its centre, within the potential's domain.
Result<Box> claim_box(const ClaimProblem& problem, double scale);
std::shared_ptr<const Grid> claim_grid(const Box& box, Index cells);
/// Cells along each axis: the effort's, or so many more that the coarsest of three grids still has cells no wider
/// than the standard deviation of the initial law along the axis and than sqrt(tau/K) of a well, K the stiffness over
/// the initial law: coarser ones show no order. A multiple of four, and never more than at the thorough effort.
Index resolving_cells(const ClaimProblem& problem, const Box& box, const EffortSizes& sizes);

/// Densities at times (the initial time 0 first).
struct GridEnd {
  std::shared_ptr<const Generator> generator;
  std::vector<DensitySnapshot> snapshots;
  ThreeGrids grids;  ///< means: of law_observables
  /// The largest L1 error over the times.
  double l1_error() const;
};
/// From `problem.computed` where it is there.
Result<GridEnd> grid_end(const ClaimProblem& problem, const std::vector<double>& times, const EffortSizes& sizes,
                         const Execution& execution);

/// An ensemble of Heun paths at times.
struct EnsembleEnd {
  std::vector<Points> snapshots;
  /// Bound on the bias of means in standard deviations: (step stiffness)^2/4, that of a variance on a quadratic.
  double error = 0;
};
/// From the problem's initial law, or from `problem.computed` where it is there. `times` must be multiples of `step`;
/// times[0] = 0 is the initial ensemble. Never empty where ok.
Result<std::shared_ptr<const EnsembleEnd>> ensemble_end(const ClaimProblem& problem, const std::vector<double>& times,
                                                        double step, const EffortSizes& sizes,
                                                        const Execution& execution);

/// Gap and at least `modes` eigenfunctions, or from `problem.computed`, where four are computed for all.
Result<SpectralGapEstimate> spectral_end(const ClaimProblem& problem, Index modes, const Execution& execution);

/// Ends of one problem, by what they were computed from (the initial law by identity: claims change it). Every entry
/// has the bits that a fresh computation has. For claims that are checked one after another: no locks. It keeps what
/// it holds, N x d doubles a report time for an ensemble.
class ComputedEnds {
 public:
  using GridKey = std::tuple<std::shared_ptr<const Law>, std::vector<double>, Index>;          ///< times, cells
  using PathKey = std::tuple<std::shared_ptr<const Law>, std::vector<double>, double, Index>;  ///< times, step, paths

  std::map<GridKey, std::shared_ptr<const GridEnd>> grids;
  std::map<PathKey, std::shared_ptr<const EnsembleEnd>> ensembles;
  std::shared_ptr<const SpectralGapEstimate> spectrum;
};

/// 0 and the times rounded to multiples of the step, without repetitions.
std::vector<double> on_clock(const std::vector<double>& times, double step);

/// The first m eigenfunctions as a callable, interpolated from the eigen-solver's grid.
Eigenfunctions interpolated_eigenfunctions(const SpectralGapEstimate& spectrum, Index m);

}  // namespace sgdlimits
