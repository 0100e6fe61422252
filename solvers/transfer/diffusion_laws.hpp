/// The diffusions of modified_equation.hpp, and Gibbs in a plane, as MotionLaws; internal to solvers/transfer.
#pragma once

#include "solvers/transfer/modified_equation.hpp"
#include "solvers/transfer/sgd_laws.hpp"

namespace sgdlimits::transfer {

/// On the line, on two grids of cells/2 and cells. What fails is said in `remark`.
MotionLaws diffusion_on_line(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                             const Box& start, Index cells, const std::optional<Barrier>& barrier);

/// Gibbs at s/2 in any dimension that spectral_gap has.
MotionLaws gibbs_in_plane(const FiniteSum& sum, LearningRate s, Index cells, const std::optional<Barrier>& barrier,
                          const Execution& execution);

}  // namespace sgdlimits::transfer
