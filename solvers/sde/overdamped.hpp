/// Schemes for the overdamped equation dX = b(t, X) dt + sqrt(2 tau) dB beyond Euler-Maruyama and Heun
/// (solvers/sde/scheme.hpp). By name: solvers/sde/catalogue.hpp. Which one for which question: docs/guide/schemes.md.
///
/// N x d blocks; g, g', ... standard Gaussians, fresh for each path and step; h the step. Orders are for b smooth and
/// globally Lipschitz unless said. At finite ends of the domain of b results are folded back (weak order 1 there).
/// All throw InvalidArgument unless 0 < h < infinity, or if the drift is null or sees the ensemble.
#pragma once

#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Leimkuhler-Matthews: X_{k+1} = X_k + h b(X_k) + sqrt(2 tau h) (g_k + g_{k+1})/2, b = b(X) a gradient.
/// One evaluation of b a step. Invariant measure of order 2 (Leimkuhler, Matthews 2013; Leimkuhler, Matthews,
/// Tretyakov 2014, Theorem 3.4), exact on quadratics; weak order 1 at finite times and for rates, strong order 1/2,
/// since the noise is that of a path half a step late. The memory of g_k is no state: it is asked again, so copies,
/// splits and restarts continue to the bit. For superlinear b no step has an invariant measure.
std::unique_ptr<Scheme> leimkuhler_matthews(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// Its Markov chain Y_{k+1} = Y_k + h b(Y_k + sqrt(tau h/2) g_k) + sqrt(2 tau h) g_k, one Gaussian a step; X_k =
/// Y_k + sqrt(tau h/2) g_k is the scheme above (Vilmart 2015). Y alone has the invariant measure to order 1 only.
/// Throws InvalidArgument if the domain of b has finite ends.
std::unique_ptr<Scheme> leimkuhler_matthews_chain(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// SRA1: H = X + (3/4) h b(t, X) + (3/2) sqrt(2 tau) J, X + h (b(t, X)/3 + (2/3) b(t + 3h/4, H)) + sqrt(2 tau) dW,
/// J = (1/h) int_0^h W ds = (sqrt(h)/2)(g + g'/sqrt(3)), dW = sqrt(h) g: strong order 3/2, weak 2, invariant measure
/// 2 (Roessler 2010, section 6.3). Two evaluations of b, 2 d Gaussians: those of g first, then of g'. On refined
/// paths (solvers/sde/brownian_path.hpp) coarse integrals are those of the fine path. Superlinear b: no invariant
/// measure.
std::unique_ptr<Scheme> sra1(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// Tamed Euler: X + h b(X)/(1 + h |b(X)|) + sqrt(2 tau h) g, |.| Euclidean. b one-sided Lipschitz with polynomial
/// growth: strong order 1 for additive noise (1/2 in general: Hutzenthaler, Jentzen, Kloeden 2012, Theorem 1.1), weak
/// 1; dissipative: geometrically ergodic with the invariant measure to order 1 (Brosse, Durmus, Moulines, Sabanis
/// 2019). Taming has a length scale: the bias grows with |b| h, so it is large where Euler-Maruyama's is moderate.
std::unique_ptr<Scheme> tamed_euler(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// Euler-Maruyama with steps of at most kappa max(1, |X|)/|b(X)|, kappa = 1/2, so that no drift step exceeds half the
/// distance to the origin; the clock ticks every h, where observers look. Between ticks a step is the longest of h,
/// h/2, h/4, ... that is short enough and begins at a multiple of itself, so at time t X sees the levels of the path
/// of solvers/sde/brownian_path.hpp: Euler-Maruyama to the bit where nothing is cut, and on refined paths clocks of h
/// and h/2 take the same steps wherever both cut. For b one-sided Lipschitz with polynomial growth strong order 1 for
/// additive noise, weak 1 (Fang, Giles 2020, Theorems 2, 4; steps there are a function of X alone, of which
/// these keep the upper bound), and an invariant measure, to order 1, if <x, b(x)> <= -c |x| |b(x)|, c > 1/4, for
/// large x (Fang, Giles 2019). A path that needs more than 4096 steps, or one shorter than 2^-40 h, in one h is lost.
std::unique_ptr<Scheme> adaptive_euler(std::shared_ptr<const Drift> drift, Temperature tau, double step);

/// Theta scheme X' = X + h ((1 - theta) b(X) + theta b(X')) + sqrt(2 tau h) g, b = -grad f, 1/2 <= theta <= 1.
/// Strong 1, weak 1, invariant measure 1; theta = 1/2 (trapezoidal): weak 2, invariant measure 2 (Kloeden, Platen
/// 1992, sections 12.2, 15.4), exact on quadratics. theta = 1 (implicit Euler) has an invariant measure for
/// superlinear dissipative b (Mattingly, Stuart, Higham 2002, section 8). Each path is solved by Newton with
/// backtracking on I + theta h Hess f (the Laplacian in one dimension) to a residual of 1e-12 times the right side or
/// of rounding; a solution is unique if Hess f > -1/(theta h). A path without solution after 60 evaluations is lost.
/// Throws InvalidArgument also for theta outside [1/2, 1], or if the domain of f has finite ends.
std::unique_ptr<Scheme> theta_scheme(std::shared_ptr<const Potential> potential, Temperature tau, double step,
                                     double theta);

/// Exponential Euler with linear part A, symmetric d x d: X + h phi(-hA) b(X) + C g, phi(z) = (e^z - 1)/z,
/// C^2 = tau A^{-1}(1 - e^{-2hA}) = 2 tau h phi(-2hA): exact in law for b = -A(x - c), whatever h. Otherwise
/// strong, weak, invariant measure 1 (Jentzen, Kloeden 2009; in finite dimension with additive noise). Costs d^2 a
/// path beside b. Refined paths share the stochastic convolution. Throws InvalidArgument also unless A is symmetric,
/// finite, d x d.
std::unique_ptr<Scheme> exponential_euler(std::shared_ptr<const Drift> drift, const Eigen::MatrixXd& linear_part,
                                          Temperature tau, double step);

/// The linear part that the catalogue takes: Hess f at the lowest minimum among the facts of f, or at 0 without one.
Eigen::MatrixXd reference_hessian(const Potential& potential);

}  // namespace sgdlimits
