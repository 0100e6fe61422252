/// Boxes that hold the Gibbs measure, and whether there is one.
#pragma once

#include "core/potential.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// A box outside which mu = exp(-f/tau)/Z is negligible, without solving for eigenvalues: the bounding box of the
/// level set { f - min f <= -tau log(tail) } inside `limits` and the potential's domain, found by evaluating f on
/// lattices that grow and shrink around it. A side whose limit is finite keeps that limit where the level set
/// reaches it. For plots and initial boxes.
///
/// Throws InvalidArgument unless 0 < tail < 1. Failure: no_gibbs_measure (f stays below the level, or falls without
/// bound, far out); essential_spectrum (integrable, but f grows like a logarithm, so that the gap is 0); blew_up
/// (f is NaN or -infinity at a point, named in why); out_of_reach (d > 3).
/// Limits: a well narrower than 1/64 of the box that no lattice point, descent or facts().minima meets is not seen.
Result<Box> gibbs_box(const Potential& potential, Temperature temperature, double tail = 1e-16);
Result<Box> gibbs_box(const Potential& potential, Temperature temperature, double tail, const Box& limits);

}  // namespace sgdlimits
