/// V = |grad f|^2/(4 tau) - Lap f/2, the potential of the Schroedinger operator -tau Lap + V to which -L is unitarily
/// equivalent on L2(mu) (Witten 1982): where it lies below an eigenvalue, the eigenfunction can live.
#pragma once

#include "core/potential.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// lim inf of V at infinity within `limits`: the bottom of the essential spectrum of -L on L2(mu) in one dimension, a
/// lower bound for it in several (Persson 1960). Seen on two spheres of radius 2^10 and 2^14 times the box: a limit
/// if V agrees there to 1e-4, 0 if it falls, otherwise +infinity (V grows, or no side of `limits` is infinite). An
/// estimate.
double essential_spectrum_bottom(const Potential& potential, Temperature temperature, const Box& box,
                                 const Box& limits);

/// The bounding box of `box` and of the classically allowed region { V < energy } within `limits`: outside of it,
/// functions of -L with that eigenvalue decay (Agmon 1982). A box that holds the Gibbs measure need not hold this
/// region: a plateau or a well high above the minimum has no mass and slow modes of its own.
/// The region is seen on rays from the centre of `box` out to 2^14 of its radii, at distances in ratio 1.01 (1-D) or
/// 1.03; in one dimension by the mean of f'' between neighbouring points, so that kinks and narrow wells count. In
/// several dimensions a part between the rays (96 in the plane, 400 in space) is not seen.
Box classically_allowed_box(const Potential& potential, Temperature temperature, double energy, const Box& box,
                            const Box& limits);

}  // namespace sgdlimits
