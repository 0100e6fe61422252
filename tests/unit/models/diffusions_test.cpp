// The test problems for schemes: their solutions solve them, their forms are inverse, their noise is of its class.
#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "models/diffusions/diffusion_problem.hpp"
#include "models/diffusions/gradient_problem.hpp"

namespace sgdlimits {
namespace {

constexpr double kWidth = 1e-5;

/// Whether dX = a dt + sum_j sigma_j o dW_j, which by the chain rule of Stratonovich's calculus is dX/dt = a(X),
/// dX/dw_j = sigma_j(X) for X(t, w).
void expect_solves(const DiffusionProblem& problem) {
  const DiffusionCoefficients c = problem.equation.stratonovich().coefficients();
  const Index d = c.dimension, m = c.noises;
  Points w(8, m);
  for (Index j = 0; j < m; ++j)
    for (Index i = 0; i < 8; ++i) w(i, j) = 0.9 * std::sin(1.7 * static_cast<double>(i) + static_cast<double>(j));
  const double t = 0.4;
  const Points x = problem.solution(t, w);
  Points drift(8, d), noise(8, d * m);
  Scratch scratch;
  c.drift(t, x, drift, scratch);
  c.noise(t, x, noise, scratch);
  const Points slope = (problem.solution(t + kWidth, w) - problem.solution(t - kWidth, w)) / (2 * kWidth);
  EXPECT_LT((slope - drift).abs().maxCoeff(), 1e-7) << problem.name;
  for (Index j = 0; j < m; ++j) {
    Points up = w, down = w;
    up.col(j) += kWidth;
    down.col(j) -= kWidth;
    const Points along = (problem.solution(t, up) - problem.solution(t, down)) / (2 * kWidth);
    EXPECT_LT((along - noise.middleCols(j * d, d)).abs().maxCoeff(), 1e-7) << problem.name << j;
  }
}

// Fails for a wrong solution, a wrong start, or an equation in the other calculus.
TEST(DiffusionProblems, SolutionsSolve) {
  for (const DiffusionProblem& problem : diffusion_problems()) {
    if (!problem.solution) continue;
    const Points start = problem.solution(0, Points::Zero(1, problem.equation.coefficients().noises));
    for (std::size_t i = 0; i < problem.start.size(); ++i)
      EXPECT_NEAR(start(0, static_cast<Index>(i)), problem.start[i], 1e-15) << problem.name;
    expect_solves(problem);
  }
}

// Fails if a derivative or the sign of a correction is wrong, or noise does not commute as it is said to.
TEST(DiffusionProblems, FormsAreInverseAndClassesHold) {
  Scratch scratch;
  const Points line = Values::LinSpaced(16, -1.5, 1.5);
  for (const DiffusionProblem& problem : diffusion_problems()) {
    const auto d = static_cast<Index>(problem.start.size());
    const Points x = line.replicate(1, d) + 0.13;
    EXPECT_LT(noise_defect(problem.equation.coefficients(), 0, x), 1e-8) << problem.name;
    DiffusionCoefficients by_differences = problem.equation.coefficients();
    by_differences.noise_derivatives = {};
    Points exact(16, d * by_differences.noises * by_differences.noises), approximate = exact;
    noise_derivatives(problem.equation.coefficients(), 0, x, exact, scratch);
    noise_derivatives(by_differences, 0, x, approximate, scratch);
    EXPECT_LT((exact - approximate).abs().maxCoeff(), 1e-8) << problem.name;
    Points b(16, d), back(16, d), stratonovich(16, d);
    problem.equation.coefficients().drift(0, x, b, scratch);
    problem.equation.stratonovich().coefficients().drift(0, x, stratonovich, scratch);
    problem.equation.stratonovich().ito().coefficients().drift(0, x, back, scratch);
    EXPECT_LT((b - back).abs().maxCoeff(), 1e-12) << problem.name;
    if (problem.name == "geometric-brownian-motion") {
      EXPECT_LT((stratonovich - (1.01 - 0.5 * 0.87 * 0.87) * x).abs().maxCoeff(), 1e-12);
    }
  }
}

TEST(DiffusionProblems, PeriodicOnesArePeriodic) {
  Scratch scratch;
  Points x = Values::LinSpaced(8, -2, 2), moved(8, 1), here(8, 1);
  for (const DiffusionProblem& problem : diffusion_problems()) {
    if (problem.period == 0) continue;
    const DiffusionCoefficients& c = problem.equation.coefficients();
    for (const VectorField& field : {c.drift, c.noise}) {
      field(0, x, here, scratch);
      field(0, x + problem.period, moved, scratch);
      EXPECT_LT((here - moved).abs().maxCoeff(), 1e-13) << problem.name;
    }
  }
}

// Fails if a gradient or Hessian is not that of f, or the equation in Ito form has another drift or temperature.
TEST(GradientProblems, AreGradients) {
  Scratch scratch;
  for (const GradientProblem& problem : gradient_problems()) {
    const Potential& f = *problem.potential;
    const Index d = f.dimension();
    ASSERT_EQ(static_cast<Index>(problem.start.size()), d);
    const Points x = Points(Values::LinSpaced(8, -1.4, 1.4)).replicate(1, d) + 0.05;
    Points gradient(8, d), drift(8, d), noise(8, d * d), up = gradient, down = gradient;
    f.gradient(x, gradient, scratch);
    for (Index j = 0; j < d; ++j) {
      Values high(8), low(8);
      Points moved = x;
      moved.col(j) += kWidth;
      f.value(moved, high, scratch);
      f.gradient(moved, up, scratch);
      moved.col(j) -= 2 * kWidth;
      f.value(moved, low, scratch);
      f.gradient(moved, down, scratch);
      EXPECT_LT(((high - low) / (2 * kWidth) - gradient.col(j)).abs().maxCoeff(), 1e-8) << problem.name;
      for (Index i = 0; i < 8; ++i) {
        const Eigen::MatrixXd hessian = f.hessian(x.row(i).transpose().matrix(), scratch);
        EXPECT_LT(((up.row(i) - down.row(i)) / (2 * kWidth) - hessian.col(j).transpose().array()).abs().maxCoeff(),
                  1e-8)
            << problem.name;
      }
    }
    const ItoDiffusion equation = additive_diffusion(problem.potential, problem.temperature);
    EXPECT_EQ(equation.coefficients().noise_class, NoiseClass::additive);
    EXPECT_EQ(noise_defect(equation.coefficients(), 0, x), 0);
    equation.coefficients().drift(0, x, drift, scratch);
    equation.coefficients().noise(0, x, noise, scratch);
    EXPECT_TRUE((drift == -gradient).all());
    EXPECT_NEAR(noise.square().rowwise().sum()(0), 2 * problem.temperature * static_cast<double>(d), 1e-14);
  }
}

TEST(DiffusionProblems, NamesAreChecked) {
  try {
    diffusion_problem("tahn");
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.remedy(), "did you mean \"tanh\"?");
  }
  EXPECT_EQ(find_gradient_problem("none"), nullptr);
  for (const std::string& name : diffusion_problem_names()) EXPECT_EQ(find_gradient_problem(name), nullptr);
}

}  // namespace
}  // namespace sgdlimits
