/// Coarse steps driven by the Brownian path of finer ones.
#pragma once

#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// The scheme (step h) driven by the Brownian path that the same scheme would see at step h/m (Scheme::coarsen):
/// increments are sums, (g_{km} + ... + g_{km+m-1})/sqrt(m), iterated integrals follow, so nested steps agree
/// exactly. Errors of two step sizes on one path are then strong errors (Kloeden, Platen 1992, section 9.3). Name,
/// orders and step size are those of the scheme. Throws InvalidArgument unless m >= 1 and the scheme draws Gaussians.
std::unique_ptr<Scheme> on_finer_path(std::shared_ptr<const Scheme> scheme, Index m);

}  // namespace sgdlimits
