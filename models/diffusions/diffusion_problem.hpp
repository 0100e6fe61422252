/// Equations with known solutions, or that separate right schemes from wrong ones: the problems on which orders of
/// convergence are proved. All are nonlinear, in more than one dimension, or have noise that multiplies the state;
/// their noise is of order one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/diffusion.hpp"

namespace sgdlimits {

struct DiffusionProblem {
  std::string name;         ///< "geometric-brownian-motion"
  std::string statement;    ///< the equation, in the syntax of formulas where it has one coordinate
  std::string description;  ///< what it is for, and its source
  ItoDiffusion equation;
  std::vector<double> start{};  ///< X(0), length d
  double until = 1;             ///< T
  /// X(T) as a function of T and W(T), N x m to N x d; empty: not known.
  std::function<Points(double t, PointsView w)> solution{};
  std::string solution_text{};  ///< the same in words
  /// Coefficients have this period: on the circle functions need no boundary. 0: the line.
  double period = 0;
};

/// geometric-brownian-motion, tanh, sinh, ginzburg-landau, kubo, spiral, diagonal, circle.
const std::vector<DiffusionProblem>& diffusion_problems();
std::vector<std::string> diffusion_problem_names();
/// Throws InvalidArgument for an unknown name, with the nearest valid one.
const DiffusionProblem& diffusion_problem(const std::string& name);

/// The Kubo oscillator dX = J X (dt + .8 o dW), J a quarter turn: a rotation by t + .8 W, so |X| is kept. Problem
/// "kubo" is its Ito form.
StratonovichDiffusion kubo_oscillator();

}  // namespace sgdlimits
