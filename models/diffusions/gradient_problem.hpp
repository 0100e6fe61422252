/// Motion in a potential with additive noise, for proofs of orders: dX = -grad f dt + sqrt(2 tau) dB, or the
/// underdamped motion in f.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/diffusion.hpp"
#include "core/finite_sum.hpp"
#include "core/potential.hpp"

namespace sgdlimits {

struct GradientProblem {
  std::string name;         ///< "double-well"
  std::string statement;    ///< f in the syntax of formulas, and tau
  std::string description;  ///< what it is for
  std::shared_ptr<const Potential> potential;
  double temperature;
  std::vector<double> start;  ///< X(0); momenta start at 0
  double until = 1;
};

/// double-well (Ginzburg-Landau drift x - x^3), log-cosh (drift -tanh x - x/2), cosh (drift -sinh x), rippled (two
/// coordinates), cosine-well (bounded curvature: every splitting is stable at h = 1/2).
const std::vector<GradientProblem>& gradient_problems();
std::vector<std::string> gradient_problem_names();
/// Null for a name that is none of them.
const GradientProblem* find_gradient_problem(const std::string& name);

/// The overdamped motion as an equation with additive noise, d = m.
ItoDiffusion additive_diffusion(std::shared_ptr<const Potential> potential, double temperature);

/// Three terms of one angle, period 2 pi: gradients sin x + .8 sin 2x, 1.2 sin x + 1.3 cos x, -cos x. Their covariance
/// varies with x and never vanishes: for modified equations of SGD on a circle.
std::shared_ptr<const FiniteSum> three_waves();

}  // namespace sgdlimits
