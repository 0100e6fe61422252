/// Fine steps of the modified equations on a line; internal to A1.
#pragma once

#include <memory>

#include "core/finite_sum.hpp"
#include "core/temperature.hpp"
#include "solvers/sde/sgd_modified_equation.hpp"

namespace sgdlimits {

/// Explicit scheme of weak order 2 for scalar noise (Platen; Kloeden, Platen 1992, section 15.1, equation 1.1), with
/// drift a and diffusion b of the modified equation of SGD at learning rate s, step h:
///
///     Z = Y + h a + b dW,   Y+- = Y + h a +- b sqrt h,
///     Y' = Y + (h/2)(a(Z) + a) + (1/4)(b(Y+) + b(Y-) + 2 b) dW + (1/4)(b(Y+) - b(Y-)) (dW^2 - h)/sqrt h.
///
/// Sigma is the variance of f_i' over the terms, c the covariance factor of the batches; b = sqrt(s c Sigma) must be
/// smooth where the law lives.
std::unique_ptr<Scheme> modified_equation_step(std::shared_ptr<const FiniteSum> sum, LearningRate s,
                                               ModifiedEquation equation, double covariance_factor, double step);

}  // namespace sgdlimits
