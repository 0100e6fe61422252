/// Shift-invert block Krylov iteration for the generator on a grid of more than one dimension.
#pragma once

#include "solvers/spectrum/lowest_modes.hpp"

namespace sgdlimits {

/// See `lowest_modes`, which is what one calls.
Result<Modes> block_krylov_modes(const Generator& generator, Index wanted, const Points& start, double ceiling,
                                 const Execution& execution);

}  // namespace sgdlimits
