/// Schemes for equations whose noise depends on the state (core/diffusion.hpp); h the step, dW = sqrt(h) g.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/diffusion.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Euler-Maruyama: X + h b + sum_j sigma_j dW_j. Strong order 1/2, weak 1 (Kloeden, Platen 1992,
/// sections 10.2, 14.1), b and sigma smooth and globally Lipschitz; strong 1 where sigma is constant. Throws unless 0
/// < step < infinity.
std::unique_ptr<Scheme> euler_maruyama(const ItoDiffusion& equation, double step);

/// Milstein: Euler-Maruyama + (1/2) sum_jk L^j sigma_k (dW_j dW_k - delta_jk h). Strong order 1, weak 1 (Milstein
/// 1974; Kloeden, Platen 1992, section 10.3). Throws InvalidArgument for general noise, which needs Levy areas.
std::unique_ptr<Scheme> milstein(const ItoDiffusion& equation, double step);

/// Stratonovich Heun: Y = X + h a(X) + sigma(X) dW, then X + (h/2)(a(X) + a(Y)) + (1/2)(sigma(X) + sigma(Y)) dW. No
/// derivatives. Strong order 1 for scalar, diagonal and commutative noise, 1/2 in general; weak 1, and 2 for additive
/// noise (Rumelin 1982; Kloeden, Platen 1992, section 15.1).
std::unique_ptr<Scheme> stratonovich_heun(const StratonovichDiffusion& equation, double step);

/// One of the schemes above, for lists and commands. What it promises for a noise class: Scheme::orders().
struct DiffusionSchemeRecord {
  std::string name;                                                            ///< "milstein"
  std::string statement;                                                       ///< one step
  std::string source;                                                          ///< author, year, theorem
  std::unique_ptr<Scheme> (*make)(const ItoDiffusion& equation, double step);  ///< throws as the scheme's factory
};
/// euler-maruyama, milstein, stratonovich-heun (of the equation's Stratonovich form).
const std::vector<DiffusionSchemeRecord>& diffusion_scheme_catalogue();
/// Null for a name that is not in the catalogue.
const DiffusionSchemeRecord* find_diffusion_scheme(const std::string& name);

}  // namespace sgdlimits
