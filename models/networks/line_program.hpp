/// A net with one trained weight as a straight-line program; internal to models/networks.
#pragma once

#include <optional>

#include "core/line_program.hpp"
#include "models/networks/two_layer_net.hpp"

namespace sgdlimits::networks {

/// f(w) = (c/n) sum_i loss(y_i, a sigma(w x_i)) + (lambda/2) w^2 sample by sample, the prediction of equal inputs
/// once; empty unless p D = 1. The numbers of the specification enter as the doubles they are, n and 1/2 exactly.
std::optional<LineProgram> line_program(const TwoLayerNetSpec& spec);

}  // namespace sgdlimits::networks
