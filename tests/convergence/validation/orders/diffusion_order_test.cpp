// Strong orders of the schemes for state-dependent noise, against solutions or on refined paths, and planted faults.
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "models/diffusions/diffusion_problem.hpp"
#include "solvers/sde/brownian_path.hpp"
#include "solvers/sde/diffusion.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "validation/orders/path_order.hpp"

namespace sgdlimits {
namespace {

using Maker = SchemeFactory;

constexpr Index kPaths = 8000;

Ensemble start_of(const DiffusionProblem& problem, Index paths, std::uint32_t replicate) {
  Ensemble ensemble;
  ensemble.seed = 77;
  ensemble.replicate = replicate;
  ensemble.points = Points::Zero(paths, static_cast<Index>(problem.start.size()));
  for (std::size_t i = 0; i < problem.start.size(); ++i)
    ensemble.points.col(static_cast<Index>(i)).setConstant(problem.start[i]);
  return ensemble;
}

PathProblem paths_of(const DiffusionProblem& problem) {
  return {problem.start, problem.until, problem.solution, problem.equation.coefficients().noises};
}

/// Six steps 1/16, ..., 1/512.
PathOrderOptions five_halvings() {
  PathOrderOptions options;
  for (int level = 4; level <= 9; ++level) options.steps.push_back(std::ldexp(1.0, -level));
  options.paths = kPaths;
  options.seed = 77;
  return options;
}

Measurement measured(const DiffusionProblem& problem, const Maker& make) {
  const Result<OrderEstimate> estimate = strong_order(make, paths_of(problem), five_halvings());
  EXPECT_TRUE(estimate.ok()) << estimate.why();
  return estimate->order;
}

bool holds_order(const Measurement& fitted, double declared) {
  const OrderVerdict verdict = judge_order(fitted, declared);
  return verdict.verdict == Verdict::consistent && verdict.sharp;
}

Maker maker(const std::string& name, const ItoDiffusion& equation) {
  return [name, equation](double h) { return find_diffusion_scheme(name)->make(equation, h); };
}

std::vector<std::string> scheme_names() {
  std::vector<std::string> names;
  for (const DiffusionSchemeRecord& record : diffusion_scheme_catalogue()) names.push_back(record.name);
  return names;
}

std::string camel(std::string name) {
  std::erase(name, '-');
  return name;
}

std::vector<DiffusionProblem> some(const std::vector<std::string>& names) {
  std::vector<DiffusionProblem> all;
  for (const std::string& name : names) all.push_back(diffusion_problem(name));
  return all;
}

class DiffusionOrders : public ::testing::TestWithParam<std::tuple<std::string, std::size_t>> {};

// Fails if the order is a half off, or if the scheme converges to another solution: then the order is 0.
TEST_P(DiffusionOrders, Strong) {
  const auto& [name, place] = GetParam();
  const DiffusionProblem& problem = diffusion_problems()[place];
  const Maker make = maker(name, problem.equation);
  const double declared = *make(0.1)->orders().strong;
  EXPECT_EQ(declared, name == "euler-maruyama" ? 0.5 : 1.0);
  const Measurement fitted = measured(problem, make);
  EXPECT_TRUE(holds_order(fitted, declared)) << fitted.lower() << " " << fitted.value() << " " << fitted.upper();
}

INSTANTIATE_TEST_SUITE_P(Schemes, DiffusionOrders,
                         ::testing::Combine(::testing::ValuesIn(scheme_names()),
                                            ::testing::Range(std::size_t{0}, diffusion_problems().size())),
                         [](const auto& test) {
                           return camel(std::get<0>(test.param)) + "_" +
                                  camel(diffusion_problems()[std::get<1>(test.param)].name);
                         });

// Planted: Ito coefficients read as Stratonovich ones, by Heun, converge to another process.
TEST(DiffusionFaults, ItoReadAsStratonovichIsCaught) {
  for (const DiffusionProblem& problem : some({"geometric-brownian-motion", "tanh", "sinh"})) {
    const Measurement fitted = measured(problem, [&](double h) {
      return stratonovich_heun(StratonovichDiffusion(problem.equation.coefficients()), h);
    });
    EXPECT_EQ(judge_order(fitted, 1).verdict, Verdict::refuted) << problem.name;
    EXPECT_LT(fitted.upper(), 0.5) << problem.name;
  }
}

// Planted: Milstein without its correction, that is derivatives of zero, has order 1/2 and not 1.
TEST(DiffusionFaults, MissingCorrectionIsCaught) {
  for (const DiffusionProblem& problem : some({"geometric-brownian-motion", "tanh", "kubo"})) {
    DiffusionCoefficients c = problem.equation.coefficients();
    c.noise_derivatives = [](double, PointsView, PointsOut out, Scratch&) { out.setZero(); };
    const Measurement fitted = measured(problem, [&](double h) { return milstein(ItoDiffusion(c), h); });
    EXPECT_FALSE(holds_order(fitted, 1)) << problem.name;
    EXPECT_LT(fitted.value(), 0.75) << problem.name;
  }
}

// Planted: noise of sqrt(2h) for sqrt(h), a factor of the SDE's convention; the error does not go to zero.
TEST(DiffusionFaults, WrongRootIsCaught) {
  for (const DiffusionProblem& problem : some({"geometric-brownian-motion", "tanh", "kubo"}))
    for (const std::string& name : scheme_names()) {
      DiffusionCoefficients c = problem.equation.coefficients();
      c.noise = [noise = c.noise](double t, PointsView x, PointsOut out, Scratch& scratch) {
        noise(t, x, out, scratch);
        out *= std::sqrt(2.0);
      };
      const Measurement fitted = measured(problem, maker(name, ItoDiffusion(c)));
      EXPECT_FALSE(holds_order(fitted, name == "euler-maruyama" ? 0.5 : 1)) << problem.name << " " << name;
    }
}

// The modulus of the Kubo oscillator is kept in Stratonovich's reading: its error is of order 1; read as Ito, with
// the same coefficients, E |X|^2 grows as exp(.64 t).
TEST(Kubo, ModulusIsKeptInStratonovichAlone) {
  const DiffusionProblem problem = diffusion_problem("kubo");
  Ensemble right = start_of(problem, kPaths, 1), wrong = right;
  advance(right, *stratonovich_heun(kubo_oscillator(), 1e-3), 1000);
  advance(wrong, *euler_maruyama(ItoDiffusion(kubo_oscillator().coefficients()), 1e-3), 1000);
  EXPECT_LT((right.points.square().rowwise().sum().sqrt() - 1).abs().maxCoeff(), 2e-3);
  const MeanAndError grown = ensemble_mean(wrong.points.square().rowwise().sum());
  EXPECT_NEAR(grown.mean(0), std::exp(0.64), 4.9 * grown.standard_error(0) + 0.002);
}

// dX = (dW_1, dW_2, X_1 dW_2) has a Levy area: steps h and h/2 of X_3 differ by sqrt(T h/4) for Euler-Maruyama
// (errors sqrt(T h/2)) and by sqrt(T h/8) for Milstein, if the noise is said to commute (errors sqrt(T h/4)): order
// 1/2.
TEST(LevyArea, IsMissedByTheKnownAmount) {
  DiffusionCoefficients c;
  c.dimension = 3;
  c.noises = 2;
  c.noise_class = NoiseClass::general;
  c.drift = [](double, PointsView, PointsOut out, Scratch&) { out.setZero(); };
  c.noise = [](double, PointsView x, PointsOut out, Scratch&) {
    out.setZero();
    out.col(0).setOnes();
    out.col(4).setOnes();
    out.col(5) = x.col(0);
  };
  EXPECT_THROW(milstein(ItoDiffusion(c), 0.1), InvalidArgument);
  DiffusionCoefficients pretended = c;
  pretended.noise_class = NoiseClass::commutative;
  EXPECT_GT(noise_defect(pretended, 0, Points::Random(8, 3)), 0.1);
  EXPECT_EQ(stratonovich_heun(StratonovichDiffusion(c), 0.1)->orders().strong, 0.5);
  const DiffusionProblem problem{
      .name = "levy", .statement = "", .description = "", .equation = ItoDiffusion(c), .start = {0.0, 0.0, 0.0}};
  const double h = 1.0 / 64;
  const auto square_of = [&](const Maker& maker) {
    Ensemble coarse = start_of(problem, 100000, 9), fine = coarse;
    advance(coarse, *maker(h), 64);
    advance(fine, *on_refined_path(maker(h / 2), 1), 128);
    return ensemble_mean((coarse.points.col(2) - fine.points.col(2)).square());
  };
  const MeanAndError euler = square_of([&](double s) { return euler_maruyama(ItoDiffusion(c), s); });
  EXPECT_NEAR(euler.mean(0), h / 4, 4.9 * euler.standard_error(0));
  const MeanAndError with = square_of([&](double s) { return milstein(ItoDiffusion(pretended), s); });
  EXPECT_NEAR(with.mean(0), h / 8, 4.9 * with.standard_error(0));
}

}  // namespace
}  // namespace sgdlimits
