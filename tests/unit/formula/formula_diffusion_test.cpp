// Equations from formulas: values, exact derivatives, classes of noise, solutions, and what is refused.
#include "models/formula/formula_diffusion.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "models/formula/formula.hpp"

namespace sgdlimits {
namespace {

Points somewhere() {
  Points x(16, 2);
  x.col(0) = Values::LinSpaced(16, -1.3, 1.4);
  x.col(1) = Values::LinSpaced(16, 0.9, -0.7);
  return x;
}

DiffusionFormulas plane() {
  return {.drift = {"sin(x+y)*t", "a*x"},
          .noise = {{"1+sin(x)/2", "x*y"}, {"cos(y)", "a"}},
          .noise_class = NoiseClass::commutative,
          .parameters = {{"a", 0.7}}};
}

// Fails if formulas, coordinates or the time are mixed up.
TEST(FormulaDiffusion, EvaluatesItsFormulas) {
  const FormulaDiffusion f = formula_diffusion(plane());
  EXPECT_EQ(f.variables, (std::vector<std::string>{"x", "y"}));
  const Points x = somewhere();
  Points drift(16, 2), noise(16, 4);
  Scratch scratch;
  f.coefficients.drift(2, x, drift, scratch);
  f.coefficients.noise(2, x, noise, scratch);
  EXPECT_LT((drift.col(0) - 2 * (x.col(0) + x.col(1)).sin()).abs().maxCoeff(), 1e-14);
  EXPECT_LT((drift.col(1) - 0.7 * x.col(0)).abs().maxCoeff(), 1e-15);
  EXPECT_LT((noise.col(0) - 1 - 0.5 * x.col(0).sin()).abs().maxCoeff(), 1e-15);
  EXPECT_LT((noise.col(1) - x.col(0) * x.col(1)).abs().maxCoeff(), 1e-15);
  EXPECT_LT((noise.col(2) - x.col(1).cos()).abs().maxCoeff(), 1e-15);
  EXPECT_LT((noise.col(3) - 0.7).abs().maxCoeff(), 1e-15);
}

// L^j sigma_k against differences along sigma_j. Fails if an index of the derivatives is wrong.
TEST(FormulaDiffusion, HasExactNoiseDerivatives) {
  const FormulaDiffusion f = formula_diffusion(plane());
  DiffusionCoefficients by_differences = f.coefficients;
  by_differences.noise_derivatives = {};
  const Points x = somewhere();
  Points exact(16, 8), approximate(16, 8);
  Scratch scratch;
  noise_derivatives(f.coefficients, 2, x, exact, scratch);
  noise_derivatives(by_differences, 2, x, approximate, scratch);
  EXPECT_LT((exact - approximate).abs().maxCoeff(), 1e-8);
  EXPECT_GT(noise_defect(f.coefficients, 0, x), 0.1);  // these two do not commute
}

TEST(FormulaDiffusion, FindsAdditiveNoise) {
  EXPECT_EQ(formula_diffusion({{"-x^3"}, {{"sqrt(2)*exp(-t)"}}}).coefficients.noise_class, NoiseClass::additive);
  EXPECT_EQ(formula_diffusion({{"-x^3"}, {{"1+0*x"}}}).coefficients.noise_class, NoiseClass::scalar);
  EXPECT_EQ(formula_diffusion({{"1"}, {{"2"}}}).variables, std::vector<std::string>{"x"});
}

TEST(FormulaSolution, KnowsTimePathStartAndParameters) {
  const auto x =
      formula_solution({"x0*exp((a-b^2/2)*t + b*w)"}, {"x"}, {0.5}, 1, {{"a", 1.01}, {"b", 0.87}, {"q", 1}});
  const Points w = Values::LinSpaced(9, -2, 2);
  EXPECT_LT((x(0.6, w) - 0.5 * ((1.01 - 0.5 * 0.87 * 0.87) * 0.6 + 0.87 * w).exp()).abs().maxCoeff(), 1e-14);
  const auto y = formula_solution({"x0+w1", "y0+w2"}, {"x", "y"}, {1, 2}, 2);
  Points two(2, 2);
  two << 1, 2, 3, 4;
  EXPECT_TRUE((y(1, two) == two.rowwise() + Eigen::Array2d(1, 2).transpose()).all());
}

TEST(FormulaDiffusion, RefusesMistakes) {
  EXPECT_THROW(formula_diffusion({{"x*"}, {{"1"}}}), FormulaError);
  EXPECT_THROW(formula_diffusion({{"x"}, {{"sni(x)"}}}), FormulaError);
  EXPECT_THROW(formula_diffusion({{}, {{"1"}}}), InvalidArgument);
  EXPECT_THROW(formula_diffusion({{"x"}, {}}), InvalidArgument);
  EXPECT_THROW(formula_diffusion({{"x*y"}, {{"1"}}}), InvalidArgument);
  EXPECT_THROW(formula_diffusion({{"x", "y"}, {{"1"}}}), InvalidArgument);
  EXPECT_THROW(formula_diffusion({.drift = {"x"}, .noise = {{"1"}}, .variables = {"t"}}), InvalidArgument);
  EXPECT_THROW(formula_diffusion({.drift = {"x"}, .noise = {{"1"}}, .parameters = {{"a", 1}}}), InvalidArgument);
  EXPECT_THROW(formula_diffusion({.drift = {"a*x"}, .noise = {{"1"}}, .parameters = {{"a", NAN}}}), InvalidArgument);
  EXPECT_THROW(formula_solution({"x0+z"}, {"x"}, {0}, 1), FormulaError);
  EXPECT_THROW(formula_solution({"w"}, {"x", "y"}, {0, 0}, 1), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
