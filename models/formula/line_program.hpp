/// A formula of one variable as a straight-line program.
#pragma once

#include <optional>

#include "core/line_program.hpp"
#include "models/formula/program.hpp"

namespace sgdlimits::formula {

/// The mean over the samples (or the function itself, without samples) of the root, which reads one variable, input
/// 0. Factors and sums are those of the graph, the loop over samples is written out. Empty where a comparison (equal,
/// less,
/// ...) or a power with a variable exponent occurs.
std::optional<LineProgram> line_program(const Graph& graph, int root, const Samples& samples);

}  // namespace sgdlimits::formula
