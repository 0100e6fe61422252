/// Stochastic gradient descent with schedules, momentum and added noise.
#pragma once

#include "solvers/sde/learning_rate_schedule.hpp"
#include "solvers/sde/stochastic_gradient.hpp"

namespace sgdlimits {

/// Momentum with factor 0 <= beta < 1 in the form whose learning rate is that of plain SGD: as s -> 0 both kinds
/// follow x' = -grad f on the clock t_k = s_0 + ... + s_{k-1} for every beta (Kovachki, Stuart 2021).
///   heavy ball (Polyak 1964):  v <- beta v + (1 - beta) g(x),              x <- x - s_k v
///   Nesterov (1983):           v <- beta v + (1 - beta) g(x - s_k beta v), x <- x - s_k v
/// For a constant rate heavy ball is x_{k+1} = x_k - a g(x_k) + beta (x_k - x_{k-1}) with a = (1 - beta) s.
struct Momentum {
  enum class Kind { none, heavy_ball, nesterov };
  Kind kind = Kind::none;
  double beta = 0;

  static Momentum heavy_ball(double beta) { return {Kind::heavy_ball, beta}; }
  static Momentum nesterov(double beta) { return {Kind::nesterov, beta}; }
};
/// "none", "heavy-ball", "nesterov"
std::string to_string(Momentum::Kind kind);

/// A Gaussian N(0, V_k I) added to the positions in each step, V_k = linear s_k + quadratic s_k^2.
struct AddedNoise {
  double linear = 0, quadratic = 0;

  /// V_k = 2 s_k tau: with the exact gradient this is Euler-Maruyama for dX = -grad f dt + sqrt(2 tau) dB.
  static AddedNoise langevin(Temperature tau) { return {2 * tau.value(), 0}; }
  /// V_k = 4 s_k tau: noisy SGD of the mean-field theory (Mei, Montanari, Nguyen 2018), whose step is
  /// theta_i += 2 s_k (y - yhat) grad sigma - 2 lam s_k theta_i + sqrt(4 s_k tau) g. It is x - s_k grad f + ... for
  /// f = N (y - yhat)^2 + lam sum_i |theta_i|^2, that is loss factor N and ridge 2 lam; tau is the temperature of
  /// F = R/2 + (lam/2) int |theta|^2 + tau int rho log rho, so the temperature of f is 2 tau.
  static AddedNoise mean_field(Temperature tau) { return {4 * tau.value(), 0}; }
  /// V_k = s_k^2 sd^2: every gradient is off by N(0, sd^2 I).
  static AddedNoise gradient_error(double sd) { return {0, sd * sd}; }

  double variance(double rate) const { return rate * (linear + rate * quadratic); }
  bool none() const { return linear == 0 && quadratic == 0; }
};

/// x_{k+1} = x_k - s_k g_k(x_k) + sqrt(V_k) G_k at time t_k of the schedule, g_k from `gradient`, G_k ~ N(0, I), with
/// momentum as above; then points are (x, v), N x 2d, and positions() is d. Without momentum it is folded at finite
/// ends of the domain. Plain SGD of a law that takes many steps at once (core/sampled_sum.hpp) runs path by path.
/// mini_batch_gradient, constant rate and nothing else: the bits of mini_batch_sgd.
///
/// Throws InvalidArgument unless 0 <= beta < 1 (0 for Kind::none), the coefficients of V_k are at least 0 and finite,
/// and the domain is the whole space where there is momentum.
struct SgdOptions {
  LearningRateSchedule schedule;
  Momentum momentum = {};
  AddedNoise noise = {};
};
std::unique_ptr<Scheme> stochastic_gradient_descent(std::shared_ptr<const StochasticGradient> gradient,
                                                    SgdOptions options);

}  // namespace sgdlimits
