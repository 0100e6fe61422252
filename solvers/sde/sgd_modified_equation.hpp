/// The diffusions that have the law of mini-batch SGD to first and second order in its learning rate, in d
/// dimensions.
#pragma once

#include <memory>

#include "core/finite_sum.hpp"
#include "core/sampled_sum.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Sigma(x): covariance of one sample's gradient (core/finite_sum.hpp); c: 1/B with replacement and online,
/// (n-B)/((n-1) B) without replacement. Both are Ito equations (Li, Tai, E 2019, theorems for smooth f_i with bounded
/// derivatives):
///   sme1: dX = -grad f dt + sqrt(s c Sigma(X)) dB,                          weak error O(s) over a fixed time
///   sme2: dX = -grad(f + (s/4) abs(grad f)^2) dt + sqrt(s c Sigma(X)) dB,   weak error O(s^2)
enum class ModifiedEquation { sme1, sme2 };
/// "SME-1", "SME-2"
std::string to_string(ModifiedEquation equation);

/// The drift at N points, N x d: -grad f, or -(grad f + (s/2) Hess f grad f). Hess f grad f by the exact Hessian
/// where there is one, else by central differences of the gradient of fourth order along grad f (error about 1e-12
/// relative).
void modified_drift(const Potential& f, LearningRate s, ModifiedEquation equation, PointsView x, PointsOut drift,
                    Scratch& scratch);

/// Which square root of Sigma. The law is the same; the paths differ.
enum class CovarianceRoot {
  symmetric,    ///< the symmetric one, d Gaussians a step, O(n d^2 + d^3) a point
  per_samples,  ///< (grad f_i - grad f)_i / sqrt(n), d x n, n Gaussians a step, O(n d) a point; for d > n
};

/// Euler-Maruyama of step h for a modified equation: X + h b(X) + sqrt(s c h) Sigma(X)^(1/2) g. Weak order 1 in h at
/// fixed s (Talay, Tubaro 1990), so that h well below s leaves the error of the equation itself. The step h is
/// numerical; s is part of the equation. Throws InvalidArgument unless 0 < h < infinity, 1 <= B, and B <= n without
/// replacement, or if the domain of f has finite ends.
std::unique_ptr<Scheme> sgd_modified_equation(std::shared_ptr<const FiniteSum> sum, LearningRate s, Index batch,
                                              Replacement replacement, ModifiedEquation equation, CovarianceRoot root,
                                              double step);

/// c(B) of n samples, as above. Throws InvalidArgument unless 1 <= B, and B <= n without replacement.
double batch_covariance_factor(Index terms, Index batch, Replacement replacement);

/// The same for online SGD, c = 1/B and the symmetric root: f(x) = E F(x; Z), of which `law` sees the samples and
/// must know Sigma. Throws as above, or if `law` does not know it.
std::unique_ptr<Scheme> sgd_modified_equation(std::shared_ptr<const Potential> f,
                                              std::shared_ptr<const SampledSum> law, LearningRate s, Index batch,
                                              ModifiedEquation equation, double step);

}  // namespace sgdlimits
