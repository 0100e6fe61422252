/// Expectations of piecewise-linear neurons under Gaussian inputs, without sampling: the exact population risk of a
/// two-layer net on Gaussian classes.
#pragma once

#include "models/data/sample_law.hpp"

namespace sgdlimits {

/// True for relu and piecewise-linear, sigma(t) = sigma_0 + sum_i kappa_i max(t - t_i, 0), which all below needs.
bool is_piecewise_linear(Activation activation);

/// E sigma(m + s G), G ~ N(0, 1), s >= 0, in closed form:
/// sigma_0 + sum_i kappa_i ((m - t_i) Phi((m - t_i)/s) + s phi((m - t_i)/s)).
/// Throws InvalidArgument unless is_piecewise_linear, m is finite, 0 <= s < infinity.
double gaussian_mean(Activation activation, double mean, double sd);

/// A Gaussian pre-activation.
struct Preactivation {
  double mean, sd;
};
/// e(r) = E sigma(m_1 + s_1 G_1) sigma(m_2 + s_2 G_2), standard Gaussians of correlation r in [-1, 1]. By Price's
/// theorem (1958) e(r) = e(0) + r e'(0) + int_0^r (r - u) e''(u) du with
///   e(0), e'(0) products of one-dimensional means,  e''(u) = s_1 s_2 sum_ij kappa_i kappa_j phi_u(alpha_i, beta_j),
/// phi_u the density of the pair at the kinks alpha_i = (t_i - m_1)/s_1, beta_j = (t_j - m_2)/s_2. Gauss-Legendre in
/// arcsin u, where the integrand is smooth: error below 1e-12 of 1 + s_1 s_2 unless kinks nearly meet as |r| -> 1,
/// where it is below 1e-7. For m = 0 it is U(theta, theta') of the mean-field theory under one Gaussian. Throws
/// InvalidArgument as gaussian_mean, and for |r| > 1.
double gaussian_product(Activation activation, Preactivation first, Preactivation second, double correlation);

/// f(W) = c E (y - yhat)^2 + (lambda/2) |W|^2 of sampled_two_layer_net and its gradient at each of N weights (N x
/// pD):
///   c sum_classes prob (y^2 - 2 y sum_j b_j E sigma_j + sum_jl b_j b_l E sigma_j sigma_l) + ...,   b = S a,
/// and, with x = m + diag(s) G, by Stein's identity
///   df/dw_j = 2 c sum_classes prob (m M_j + diag(s^2) (w_j C_j + sum_l b_j b_l E[sigma'_j sigma'_l] w_l)) + lambda
///   w_j, M_j = b_j (sum_l b_l E sigma'_j sigma_l - y E sigma'_j),  C_j = b_j (sum_l b_l E sigma''_j sigma_l - y E
///   sigma''_j).
/// O(p^2) quadratures a class: about a second for the risk of p = 800 neurons and two classes. Where w_j = 0 the risk
/// has no gradient if the mean meets a kink. Throws InvalidArgument unless is_piecewise_linear(spec.activation), the
/// loss is the square and shapes match.
Values population_risk(const TwoLayerNetSpec& spec, const GaussianClasses& law, PointsView weights);
Points population_risk_gradient(const TwoLayerNetSpec& spec, const GaussianClasses& law, PointsView weights);

}  // namespace sgdlimits
