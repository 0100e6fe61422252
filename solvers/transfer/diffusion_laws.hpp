/// The diffusions of modified_equation.hpp, and Gibbs in a plane, as MotionLaws; internal to solvers/transfer.
#pragma once

#include "solvers/transfer/modified_equation.hpp"
#include "solvers/transfer/sgd_laws.hpp"
#include "solvers/transfer/sgd_mesh.hpp"

namespace sgdlimits::transfer {

/// On the line, on two grids of cells/2 and cells. What fails is said in `remark`.
MotionLaws diffusion_on_line(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                             const Box& start, Index cells, const std::optional<Barrier>& barrier);

/// In the plane, on two grids of cells/2 and cells an axis in a box of the law's own. What fails is said in `remark`.
MotionLaws diffusion_in_plane(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                              const Box& start, Index cells, const std::optional<Barrier>& barrier,
                              const Execution& execution);

/// Gibbs at s/2 in any dimension that spectral_gap has.
MotionLaws gibbs_in_plane(const FiniteSum& sum, LearningRate s, Index cells, const std::optional<Barrier>& barrier,
                          const Execution& execution);

/// Escape time and committor of two grids, where both have them.
void set_well_change(const WellChange& coarse, const WellChange& fine, std::shared_ptr<const Grid> fine_grid,
                     const std::string& how, MotionLaws& laws);

}  // namespace sgdlimits::transfer
