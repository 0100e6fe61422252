/// Nets for the tests of this folder.
#pragma once

#include "models/networks/two_layer_net.hpp"
#include "unit/models/differences.hpp"

namespace sgdlimits::testing {

/// Outer weights of scale 2 in 1/sqrt(N) scaling, with ridge and a factor of the loss that is not one; no data yet.
inline TwoLayerNetSpec random_net(Activation activation, Loss loss, Index width) {
  TwoLayerNetSpec spec;
  spec.activation = activation;
  spec.loss = loss;
  spec.scale = OutputScale::inverse_root_width;
  spec.loss_factor = 0.7;
  spec.ridge = 0.13;
  spec.outer_weights = random_points(width, 1, 2.0, 12).col(0).head(width).matrix();
  return spec;
}

}  // namespace sgdlimits::testing
