/// Means under the Gibbs measure in one to three dimensions, by quadrature.
#pragma once

#include <functional>
#include <vector>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "core/potential.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// h(x_i) for a batch, N x d to length N; called by many threads.
using PointFunction = std::function<void(PointsView x, ValuesOut h, Scratch& scratch)>;

/// E_mu h_k and the standard deviation of h_k under mu = exp(-f/tau)/Z on the potential's domain.
struct GibbsAverages {
  std::vector<Measurement> means;
  Values standard_deviations;
};

/// d = 1: gibbs_means (Gauss-Legendre panels). d = 2, 3: the midpoint rule with n^d cells on the box of gibbs_box at
/// tail 1e-18, n = 64, 128, ..., 1024 (d = 2) or 24, 48, ..., 192 (d = 3), until two agree to 1e-12 of the root mean
/// square; the bound is the last difference and rounding. The rule converges faster than any power of n where f and h
/// are smooth and the box is wide, as n^-2 at walls and kinks, where the bound is pessimistic by a factor 3.
///
/// Status::not_converged if a bound still exceeds 1e-3 of the root mean square; as gibbs_box where there is no Gibbs
/// measure, and out_of_reach for d > 3; interrupted. Throws InvalidArgument("observable k") if one is not finite
/// where mu has mass. Same bits for any number of threads.
Result<GibbsAverages> gibbs_averages(const Potential& potential, Temperature temperature,
                                     const std::vector<PointFunction>& functions, const Execution& execution = {});

}  // namespace sgdlimits
