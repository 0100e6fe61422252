/// Equations with state-dependent noise and their solutions, for tests of schemes.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "solvers/sde/diffusion.hpp"

namespace sgdlimits::test {

/// The Ito form, a start, and X(t) as a function of t and the Brownian path's end W(t) (N x m); empty: not known.
struct DiffusionProblem {
  std::string name;
  ItoDiffusion equation;
  std::vector<double> start;
  std::function<Points(double t, PointsView w)> solution;
};

/// One coordinate, one noise, b and sigma as functions of a column.
inline ItoDiffusion on_line(Values (*b)(const Values&), Values (*sigma)(const Values&)) {
  DiffusionCoefficients c;
  c.drift = [b](double, PointsView x, PointsOut out, Scratch&) { out.col(0) = b(x.col(0)); };
  c.noise = [sigma](double, PointsView x, PointsOut out, Scratch&) { out.col(0) = sigma(x.col(0)); };
  return ItoDiffusion(c);
}

/// dX = 1.01 X dt + .87 X dW, X_0 = 1/2
inline DiffusionProblem geometric_brownian_motion() {
  return {
      "gbm",
      on_line([](const Values& x) -> Values { return 1.01 * x; }, [](const Values& x) -> Values { return 0.87 * x; }),
      {0.5},
      [](double t, PointsView w) -> Points { return 0.5 * ((1.01 - 0.5 * 0.87 * 0.87) * t + 0.87 * w).exp(); }};
}

/// X = tanh(t + W + artanh(.2)): dX = (1 - X)(1 - X^2) dt + (1 - X^2) dW. X stays in (-1, 1); outside, where a step
/// may fall, 1 - X^2 is continued by 0, for the theorems ask for Lipschitz coefficients and the cubic would blow up.
inline DiffusionProblem tanh_problem() {
  return {"tanh",
          on_line([](const Values& x) -> Values { return (1 - x) * (1 - x.square()).max(0.0); },
                  [](const Values& x) -> Values { return (1 - x.square()).max(0.0); }),
          {0.2},
          [](double t, PointsView w) -> Points { return (t + w + std::atanh(0.2)).tanh(); }};
}

/// X = sinh(t + W): dX = (X/2 + sqrt(1 + X^2)) dt + sqrt(1 + X^2) dW (Kloeden, Platen 1992, 4.4.34)
inline DiffusionProblem sinh_problem() {
  return {"sinh",
          on_line([](const Values& x) -> Values { return 0.5 * x + (1 + x.square()).sqrt(); },
                  [](const Values& x) -> Values { return (1 + x.square()).sqrt(); }),
          {0.0},
          [](double t, PointsView w) -> Points { return (t + w).sinh(); }};
}

/// dX = (1.5 X - X^3) dt + X dW, the Ginzburg-Landau equation (Kloeden, Platen 1992, 4.4.42)
inline DiffusionProblem ginzburg_landau() {
  return {"ginzburg_landau",
          on_line([](const Values& x) -> Values { return 1.5 * x - x.cube(); },
                  [](const Values& x) -> Values { return x; }),
          {0.8},
          {}};
}

/// Kubo oscillator dX = J X (dt + .8 o dW), J a quarter turn: a rotation by t + .8 W
inline StratonovichDiffusion kubo_equation() {
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
inline DiffusionProblem kubo() {
  return {"kubo", kubo_equation().ito(), {1.0, 0.0}, [](double t, PointsView w) -> Points {
            Points x(w.rows(), 2);
            x.col(0) = (t + 0.8 * w.col(0)).cos();
            x.col(1) = (t + 0.8 * w.col(0)).sin();
            return x;
          }};
}

/// Two noises, neither diagonal nor scalar: Y = log of the polar form turns and stretches, X_1 + i X_2 =
/// exp((.3 + .5 i) W_1 + (-.4 + .2 i) W_2); the matrices of multiplication by complex numbers commute.
inline DiffusionProblem spiral() {
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
  return {"spiral", StratonovichDiffusion(c).ito(), {1.0, 0.0}, [](double, PointsView w) -> Points {
            const Values radius = (0.3 * w.col(0) - 0.4 * w.col(1)).exp(), angle = 0.5 * w.col(0) + 0.2 * w.col(1);
            Points x(w.rows(), 2);
            x.col(0) = radius * angle.cos();
            x.col(1) = radius * angle.sin();
            return x;
          }};
}

/// Independent noises in the plane, drift not separable: dX_i = sin(X_1 + X_2) dt + sigma_i(X_i) dW_i
inline DiffusionProblem diagonal_problem() {
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
  return {"diagonal", ItoDiffusion(c), {0.3, -0.2}, {}};
}

}  // namespace sgdlimits::test
