/// Potentials of one variable that rigorous arithmetic can evaluate: a straight-line program and the same function in
/// doubles.
#pragma once

#include <cmath>
#include <functional>

#include "core/potential.hpp"

namespace sgdlimits::testing {

class ProgramPotential final : public Potential {
 public:
  using Function = std::function<double(double)>;
  ProgramPotential(LineProgram program, Function value, Function slope, Function curvature,
                   Box domain = Box::everywhere(1))
      : program_(std::move(program)),
        value_(std::move(value)),
        slope_(std::move(slope)),
        curvature_(std::move(curvature)),
        domain_(std::move(domain)) {}

  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = x.col(0).unaryExpr(value_); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g.col(0) = x.col(0).unaryExpr(slope_); }
  void laplacian(PointsView x, ValuesOut l, Scratch&) const override { l = x.col(0).unaryExpr(curvature_); }
  bool has_exact_hessian() const override { return true; }
  Box domain() const override { return domain_; }
  std::optional<LineProgram> line_program() const override { return program_; }

 private:
  LineProgram program_;
  Function value_, slope_, curvature_;
  Box domain_;
};

/// h (x^2 - 1)^2 + c x
inline ProgramPotential double_well(double h = 1, double c = 0) {
  LineProgram p;
  const int x = p.input();
  const int well = p.scale(h, p.power(p.apply(LineOp::add, p.power(x, 2), p.constant(-1)), 2));
  p.set_result(p.apply(LineOp::add, well, p.scale(c, x)));
  return {p, [=](double t) { return h * (t * t - 1) * (t * t - 1) + c * t; },
          [=](double t) { return 4 * h * t * (t * t - 1) + c; }, [=](double t) { return h * (12 * t * t - 4); }};
}

/// coefficient x^exponent
inline ProgramPotential monomial(double coefficient, int exponent, Box domain = Box::everywhere(1)) {
  LineProgram p;
  p.set_result(p.scale(coefficient, p.power(p.input(), exponent)));
  const double a = coefficient, n = exponent;
  return {p, [=](double t) { return a * std::pow(t, n); }, [=](double t) { return a * n * std::pow(t, n - 1); },
          [=](double t) { return n < 2 ? 0.0 : a * n * (n - 1) * std::pow(t, n - 2); }, std::move(domain)};
}

}  // namespace sgdlimits::testing
