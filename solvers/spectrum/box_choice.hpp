/// The box on which eigenvalues are computed: large enough that it no longer matters, verified by growing it.
#pragma once

#include <limits>

#include "core/parallel.hpp"
#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// The generator of a potential on a grid, with f capped 700 tau above its minimum where it overflows to +infinity.
/// Status::blew_up with the point if f is NaN or -infinity at a cell centre.
Result<std::shared_ptr<const Generator>> generator_on(const Potential& potential, std::shared_ptr<const Grid> grid,
                                                      Temperature temperature);

struct BoxChoice {
  Box box;
  Index modes = 0;         ///< how many of the wanted modes lie below the essential spectrum
  Values relative_effect;  ///< change of each of them when the box grew by 1.3, relative
  double essential_bottom = std::numeric_limits<double>::infinity();  ///< +infinity: none recognised
  Index growths = 0;
  std::shared_ptr<const Generator> generator;  ///< the coarse one on the box
};

/// Starts from `gibbs_box` with tail 1e-12 inside `limits` and widens the free sides by 1.15 until no wanted
/// eigenvalue changes by more than 1e-8 relative when all free sides grow by 1.3 in total: both boxes carry the same
/// lattice, so nothing but the box changes. A side held by `limits` is a reflecting end and stays. A box that passes is
/// widened to `classically_allowed_box` of the highest wanted eigenvalue, and tried again, until it holds that region.
///
/// If V has a finite limit S at infinity (see `essential_spectrum_bottom`), the box is made so long that its own
/// lowest standing wave, tau (pi/length)^2, is below 2e-3 S; modes that stay above S (1 - 2e-3) are then no
/// eigenvalues and are dropped (states bound by less than that are not told apart from the continuum). In 2-D and 3-D
/// S is a lower bound only and V may not show a channel, so there the same is done, along the axes that the modes
/// feel, also when growing the box does not help; a mode is kept if it does not feel the long box, and the bottom is
/// the limit of the first one that does, from both boxes (an estimate to some ten per
/// cent). If no mode stops feeling the box there, the status is not_converged: nothing is claimed.
Result<BoxChoice> choose_box(const Potential& potential, Temperature temperature, const Box& limits, Index wanted,
                             const Execution& execution);

}  // namespace sgdlimits
