/// Activation functions of one neuron, with the constants that theorems on two-layer nets use.
#pragma once

#include <string>
#include <vector>

namespace sgdlimits {

enum class Activation {
  sigmoid,   ///< 1/(1 + e^{-z})
  tanh,      ///< tanh z
  softplus,  ///< log(1 + e^z)
  relu,      ///< max(z, 0); derivative 0 at 0, second derivative 0 (its point mass at 0 is not seen)
  gelu,      ///< z Phi(z), Phi the standard normal distribution function (Hendrycks, Gimpel 2016; not the tanh form)
  /// -2.5 below 1/2, 7.5 above 3/2, linear between (Mei, Montanari, Nguyen 2018); derivative 0 at both kinks, second
  /// derivative 0 (its point masses are not seen)
  piecewise_linear,
};

/// All of them, in the order of the enumeration.
const std::vector<Activation>& all_activations();
/// "sigmoid", "tanh", "softplus", "relu", "gelu", "piecewise-linear".
std::string to_string(Activation activation);
/// The inverse of to_string. Throws InvalidArgument with the nearest valid name.
Activation activation_from_name(const std::string& name);
/// The formula, e.g. "1/(1+exp(-z))".
std::string formula(Activation activation);

/// sigma(z), sigma'(z), sigma''(z).
struct ActivationValues {
  double value, first, second;
};
/// Accurate to a few ulp of the larger of the result and the smallest normal number, without overflow, for every
/// finite z. The readable reference of the vectorised kernel.
ActivationValues evaluate(Activation activation, double z);

/// Suprema over the real line; infinity where there is none.
struct ActivationConstants {
  double bound;      ///< B_sigma = sup |sigma|
  double lipschitz;  ///< L = M_D = sup |sigma'|
  double curvature;  ///< M_D' = sup |sigma''|; infinite where sigma' jumps
  /// sup |z sigma'(z) - sigma(z)|: where it is finite and sigma', sigma'' are bounded, the ridge loss is a Villani
  /// function for every ridge > 0.
  double homogeneity_defect;
};
ActivationConstants activation_constants(Activation activation);

}  // namespace sgdlimits
