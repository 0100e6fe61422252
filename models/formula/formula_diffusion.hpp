/// Equations with state-dependent noise given as formulas, and their solutions.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/diffusion.hpp"

namespace sgdlimits {

/// dX = drift dt + sum_j noise_j dW_j in Ito's or Stratonovich's reading; which one is up to the caller
/// (ItoDiffusion or StratonovichDiffusion of the coefficients). Formulas as in docs/guide/formulas.md, in the
/// coordinates, the parameters and t, the time.
struct DiffusionFormulas {
  std::vector<std::string> drift;               ///< d formulas, one a coordinate
  std::vector<std::vector<std::string>> noise;  ///< m noises of d formulas each
  NoiseClass noise_class = NoiseClass::scalar;  ///< what is known about them; additive is found out
  std::vector<std::string> variables{};         ///< the d coordinates; empty: free symbols in order of appearance
  std::map<std::string, double> parameters{};   ///< symbols that stand for one finite number
};

struct FormulaDiffusion {
  std::vector<std::string> variables;
  DiffusionCoefficients coefficients;
};

/// Drift, noise and the derivatives L^j sigma_k that Milstein's scheme and the change between the calculi need, exact
/// (GiNaC). Noise formulas without a coordinate make the class additive, whatever was said. Throws FormulaError (text
/// of a formula) or InvalidArgument (numbers of formulas or coordinates that do not agree, bad names, parameters that
/// are not finite or in no formula).
FormulaDiffusion formula_diffusion(const DiffusionFormulas& formulas);

/// X(t) from t and W(t), N x noises: d formulas in t, the Brownian value w (w1, w2, ... for several noises), the
/// start x0 of each coordinate x, and the parameters. Throws as formula_diffusion.
std::function<Points(double t, PointsView w)> formula_solution(const std::vector<std::string>& formulas,
                                                               const std::vector<std::string>& variables,
                                                               const std::vector<double>& start, Index noises,
                                                               const std::map<std::string, double>& parameters = {});

}  // namespace sgdlimits
