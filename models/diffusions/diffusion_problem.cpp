#include "models/diffusions/diffusion_problem.hpp"

#include <cmath>
#include <numbers>

#include "models/names.hpp"

namespace sgdlimits {
namespace {

using Column = Values (*)(const Values&);

/// One coordinate, one noise; sigma' where it is smooth.
ItoDiffusion on_line(Column b, Column sigma, Column sigma_prime) {
  DiffusionCoefficients c;
  c.drift = [b](double, PointsView x, PointsOut out, Scratch&) { out.col(0) = b(x.col(0)); };
  c.noise = [sigma](double, PointsView x, PointsOut out, Scratch&) { out.col(0) = sigma(x.col(0)); };
  c.noise_derivatives = [sigma, sigma_prime](double, PointsView x, PointsOut out, Scratch&) {
    out.col(0) = sigma(x.col(0)) * sigma_prime(x.col(0));
  };
  return ItoDiffusion(c);
}

DiffusionProblem geometric_brownian_motion() {
  return {.name = "geometric-brownian-motion",
          .statement = "dX = 1.01*x dt + 0.87*x dW, X(0) = 0.5",
          .description = "linear; every moment in closed form",
          .equation = on_line([](const Values& x) -> Values { return 1.01 * x; },
                              [](const Values& x) -> Values { return 0.87 * x; },
                              [](const Values& x) -> Values { return Values::Constant(x.size(), 0.87); }),
          .start = {0.5},
          .solution = [](double t, PointsView w) -> Points {
            return 0.5 * ((1.01 - 0.5 * 0.87 * 0.87) * t + 0.87 * w).exp();
          },
          .solution_text = "0.5*exp((1.01 - 0.87^2/2)*t + 0.87*w)"};
}

/// X stays in (-1, 1); outside, where a step may fall, 1 - x^2 is continued by 0: theorems ask for Lipschitz
/// coefficients, and the cubic would blow up.
DiffusionProblem tanh_problem() {
  return {.name = "tanh",
          .statement = "dX = (1-x)*(1-x^2) dt + (1-x^2) dW, X(0) = 0.2, coefficients 0 outside of [-1, 1]",
          .description = "cubic drift, noise that vanishes at the ends of a bounded interval",
          .equation = on_line([](const Values& x) -> Values { return (1 - x) * (1 - x.square()).max(0.0); },
                              [](const Values& x) -> Values { return (1 - x.square()).max(0.0); },
                              [](const Values& x) -> Values { return (x.abs() < 1).select(-2 * x, 0.0); }),
          .start = {0.2},
          .solution = [](double t, PointsView w) -> Points { return (t + w + std::atanh(0.2)).tanh(); },
          .solution_text = "tanh(t + w + atanh(0.2))"};
}

DiffusionProblem sinh_problem() {
  return {.name = "sinh",
          .statement = "dX = (x/2 + sqrt(1+x^2)) dt + sqrt(1+x^2) dW, X(0) = 0",
          .description = "unbounded nonlinear noise; Kloeden, Platen 1992, (4.4.34)",
          .equation = on_line([](const Values& x) -> Values { return 0.5 * x + (1 + x.square()).sqrt(); },
                              [](const Values& x) -> Values { return (1 + x.square()).sqrt(); },
                              [](const Values& x) -> Values { return x / (1 + x.square()).sqrt(); }),
          .start = {0.0},
          .solution = [](double t, PointsView w) -> Points { return (t + w).sinh(); },
          .solution_text = "sinh(t + w)"};
}

DiffusionProblem ginzburg_landau() {
  return {.name = "ginzburg-landau",
          .statement = "dX = (1.5*x - x^3) dt + x dW, X(0) = 0.8",
          .description = "cubic drift with noise that multiplies the state; Kloeden, Platen 1992, (4.4.42)",
          .equation = on_line([](const Values& x) -> Values { return 1.5 * x - x.cube(); },
                              [](const Values& x) -> Values { return x; },
                              [](const Values& x) -> Values { return Values::Ones(x.size()); }),
          .start = {0.8}};
}

DiffusionProblem kubo() {
  return {.name = "kubo",
          .statement = "dX = J X (dt + 0.8 o dW), J a quarter turn, X(0) = (1, 0)",
          .description = "Kubo oscillator in its Ito form: a rotation, the modulus is kept",
          .equation = kubo_oscillator().ito(),
          .start = {1.0, 0.0},
          .solution = [](double t, PointsView w) -> Points {
            Points x(w.rows(), 2);
            x.col(0) = (t + 0.8 * w.col(0)).cos();
            x.col(1) = (t + 0.8 * w.col(0)).sin();
            return x;
          },
          .solution_text = "(cos(t + 0.8*w), sin(t + 0.8*w))"};
}

/// The matrices of multiplication by complex numbers commute.
DiffusionProblem spiral() {
  DiffusionCoefficients c;
  c.dimension = 2;
  c.noises = 2;
  c.noise_class = NoiseClass::commutative;
  c.drift = [](double, PointsView, PointsOut out, Scratch&) { out.setZero(); };
  c.noise = [](double, PointsView x, PointsOut out, Scratch&) {
    const double re[2] = {0.3, -0.4}, im[2] = {0.5, 0.2};
    for (int j = 0; j < 2; ++j) {
      out.col(2 * j) = re[j] * x.col(0) - im[j] * x.col(1);
      out.col(2 * j + 1) = im[j] * x.col(0) + re[j] * x.col(1);
    }
  };
  return {.name = "spiral",
          .statement = "dX = (0.3 + 0.5i) X o dW_1 + (-0.4 + 0.2i) X o dW_2, X complex, X(0) = 1",
          .description = "two noises that commute, neither diagonal nor scalar",
          .equation = StratonovichDiffusion(c).ito(),
          .start = {1.0, 0.0},
          .solution = [](double, PointsView w) -> Points {
            const Values radius = (0.3 * w.col(0) - 0.4 * w.col(1)).exp(), angle = 0.5 * w.col(0) + 0.2 * w.col(1);
            Points x(w.rows(), 2);
            x.col(0) = radius * angle.cos();
            x.col(1) = radius * angle.sin();
            return x;
          },
          .solution_text = "exp((0.3 + 0.5i)*w1 + (-0.4 + 0.2i)*w2)"};
}

DiffusionProblem diagonal() {
  DiffusionCoefficients c;
  c.dimension = c.noises = 2;
  c.noise_class = NoiseClass::diagonal;
  c.drift = [](double, PointsView x, PointsOut out, Scratch&) {
    out.col(0) = (x.col(0) + x.col(1)).sin();
    out.col(1) = out.col(0);
  };
  c.noise = [](double, PointsView x, PointsOut out, Scratch&) {
    out.setZero();
    out.col(0) = 1 + 0.5 * x.col(0).sin();
    out.col(3) = (1 + x.col(1).square()).sqrt();
  };
  c.noise_derivatives = [](double, PointsView x, PointsOut out, Scratch&) {
    out.setZero();
    out.col(0) = (1 + 0.5 * x.col(0).sin()) * 0.5 * x.col(0).cos();
    out.col(7) = x.col(1);
  };
  return {
      .name = "diagonal",
      .statement = "dX = sin(x+y) dt + (1 + sin(x)/2) dW_1, dY = sin(x+y) dt + sqrt(1+y^2) dW_2, from (0.3, -0.2)",
      .description = "independent noises in the plane, drift that does not separate",
      .equation = ItoDiffusion(c),
      .start = {0.3, -0.2}};
}

/// With a coordinate on the circle the Markov operators of schemes and the generator are matrices without boundary.
DiffusionProblem circle() {
  return {.name = "circle",
          .statement = "dX = (sin(x) + 0.5*cos(2*x)) dt + (1 + 0.5*sin(x)) dW, X(0) = 0.7",
          .description = "nonlinear and periodic: weak errors without sampling",
          .equation = on_line([](const Values& x) -> Values { return x.sin() + 0.5 * (2 * x).cos(); },
                              [](const Values& x) -> Values { return 1 + 0.5 * x.sin(); },
                              [](const Values& x) -> Values { return 0.5 * x.cos(); }),
          .start = {0.7},
          .period = 2 * std::numbers::pi};
}

}  // namespace

StratonovichDiffusion kubo_oscillator() {
  DiffusionCoefficients c;
  c.dimension = 2;
  c.drift = [](double, PointsView x, PointsOut out, Scratch&) {
    out.col(0) = -x.col(1);
    out.col(1) = x.col(0);
  };
  c.noise = [](double, PointsView x, PointsOut out, Scratch&) {
    out.col(0) = -0.8 * x.col(1);
    out.col(1) = 0.8 * x.col(0);
  };
  return StratonovichDiffusion(c);
}

const std::vector<DiffusionProblem>& diffusion_problems() {
  static const std::vector<DiffusionProblem> problems = {geometric_brownian_motion(),
                                                         tanh_problem(),
                                                         sinh_problem(),
                                                         ginzburg_landau(),
                                                         kubo(),
                                                         spiral(),
                                                         diagonal(),
                                                         circle()};
  return problems;
}

std::vector<std::string> diffusion_problem_names() {
  std::vector<std::string> names;
  for (const DiffusionProblem& problem : diffusion_problems()) names.push_back(problem.name);
  return names;
}

const DiffusionProblem& diffusion_problem(const std::string& name) {
  for (const DiffusionProblem& problem : diffusion_problems())
    if (problem.name == name) return problem;
  throw_unknown_name("problem", name, diffusion_problem_names());
}

}  // namespace sgdlimits
