// Fits and verdicts on orders on errors that are known, the schemes' bits, and what is refused.
#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "models/diffusions/diffusion_problem.hpp"
#include "solvers/sde/diffusion.hpp"
#include "solvers/sde/ensemble.hpp"
#include "validation/orders/path_order.hpp"

namespace sgdlimits {
namespace {

/// Errors C h^p (1 + c h^q) with a relative standard error.
std::vector<StepError> power_law(double p, double c, double q, double relative) {
  std::vector<StepError> errors;
  for (int level = 3; level <= 8; ++level) {
    const double h = std::ldexp(1.0, -level), value = 0.7 * std::pow(h, p) * (1 + c * std::pow(h, q));
    errors.push_back({h, Measurement::sampled(value, relative * value, "made up")});
  }
  return errors;
}

// Fails if the fit is off, or the interval does not cover what a next-order term does to the slope
// (a third of the error at the largest step, where it is of order 1/2).
TEST(SampledOrder, ContainsTheOrderOfAPowerLaw) {
  for (const double p : {0.5, 1.0, 1.5, 2.0})
    for (const double c : {-0.7, 0.0, 1.0})
      for (const double q : {0.5, 1.0, 2.0}) {
        const Result<Measurement> order = sampled_order(power_law(p, c, q, 1e-3));
        ASSERT_TRUE(order.ok());
        EXPECT_LT(order->lower(), p) << p << c << q;
        EXPECT_GT(order->upper(), p) << p << c << q;
      }
}

TEST(SampledOrder, LeavesOutWhatDoesNotStandOut) {
  std::vector<StepError> errors = power_law(1, 0, 1, 1e-3);
  errors.back().error = Measurement::sampled(5, 2, "noise");
  const Result<Measurement> order = sampled_order(errors);
  ASSERT_TRUE(order.ok());
  EXPECT_NEAR(order->value(), 1, 1e-6);
  for (std::size_t k = 3; k < errors.size(); ++k) errors[k].error = Measurement::sampled(5, 2, "noise");
  EXPECT_EQ(sampled_order(errors).status(), Status::not_converged);
  std::swap(errors[0], errors[1]);
  EXPECT_THROW(sampled_order(errors), InvalidArgument);
}

// The rule of order.hpp, case by case.
TEST(OrderVerdict, FollowsTheRule) {
  const auto interval = [](double lower, double upper) {
    return Measurement::deterministic(0.5 * (lower + upper), 0.5 * (upper - lower), Grade::estimate, "made up");
  };
  const auto verdict = [&](double lower, double upper) { return judge_order(interval(lower, upper), 1); };
  EXPECT_EQ(verdict(0.8, 1.2).verdict, Verdict::consistent);
  EXPECT_TRUE(verdict(0.8, 1.2).sharp);
  EXPECT_EQ(verdict(0.4, 1.2).verdict, Verdict::undecided);
  EXPECT_EQ(verdict(0.8, 1.6).verdict, Verdict::undecided);
  EXPECT_EQ(verdict(0.4, 0.9).verdict, Verdict::refuted);
  EXPECT_EQ(verdict(1.1, 1.9).verdict, Verdict::consistent);
  EXPECT_FALSE(verdict(1.1, 1.9).sharp);
  EXPECT_FALSE(verdict(1.001, 1.2).sharp);
  EXPECT_EQ(verdict(0.8, 0.96).verdict, Verdict::consistent);
  EXPECT_FALSE(verdict(0.8, 0.96).sharp);
  EXPECT_EQ(verdict(0.4, 0.96).verdict, Verdict::undecided);
}

ItoDiffusion brownian() { return diffusion_problem("geometric-brownian-motion").equation; }

SchemeFactory milstein_of(const ItoDiffusion& equation) {
  return [equation](double h) { return milstein(equation, h); };
}

TEST(PathOrder, RefusesBadArguments) {
  const PathProblem problem{{0.5}, 1};
  const SchemeFactory make = milstein_of(brownian());
  EXPECT_THROW(strong_order(make, problem, {{0.3}, 1000, 1}), InvalidArgument);
  EXPECT_THROW(strong_order(make, problem, {{0.25}, 10, 1}), InvalidArgument);
  EXPECT_THROW(strong_order(make, {{0.5}, 1, diffusion_problem("spiral").solution, 2}, {{0.25}, 1000, 1}),
               InvalidArgument);
  EXPECT_THROW(path_weak_order(make, problem, {}, {{0.25}, 1000, 1}), InvalidArgument);
  EXPECT_THROW(order_kind_from_name("stong"), InvalidArgument);
}

// Fails if an estimate depends on threads or blocks.
TEST(PathOrder, SameBitsForThreadsAndBlocks) {
  const DiffusionProblem& p = diffusion_problem("tanh");
  const PathProblem problem{p.start, 1, p.solution, 1};
  const PathOrderOptions options{{0.25, 0.125, 0.0625, 0.03125}, 3001, 5};
  Execution execution = Execution::with_threads(3);
  execution.block = 64;
  const auto one = path_weak_order(milstein_of(p.equation), problem, order_observables({"x"}), options);
  const auto two = path_weak_order(milstein_of(p.equation), problem, order_observables({"x"}), options, execution);
  ASSERT_EQ(one->errors.size(), two->errors.size());
  for (std::size_t k = 0; k < one->errors.size(); ++k)
    EXPECT_EQ(one->errors[k].error.value(), two->errors[k].error.value());
}

TEST(DiffusionSchemes, SameBitsForThreadsAndBlocks) {
  const DiffusionProblem& problem = diffusion_problem("diagonal");
  for (const DiffusionSchemeRecord& record : diffusion_scheme_catalogue()) {
    const auto scheme = record.make(problem.equation, 0.01);
    EXPECT_EQ(scheme->name(), record.name);
    Ensemble one;
    one.points = Points::Constant(2077, 2, 0.3);
    Ensemble two = one;
    advance(one, *scheme, 50);
    Execution execution = Execution::with_threads(3);
    execution.block = 1000;
    advance(two, *scheme, 20, execution);
    execution.block = 64;
    advance(two, *scheme, 30, execution);
    EXPECT_TRUE((one.points == two.points).all()) << record.name;
  }
}

TEST(DiffusionSchemes, MistakesAreRefused) {
  DiffusionCoefficients c = brownian().coefficients();
  EXPECT_THROW(euler_maruyama(ItoDiffusion(c), 0), InvalidArgument);
  c.noises = 2;
  EXPECT_THROW(ItoDiffusion{c}, InvalidArgument);
  c.noise_class = NoiseClass::diagonal;
  EXPECT_THROW(ItoDiffusion{c}, InvalidArgument);
  c = brownian().coefficients();
  c.drift = {};
  EXPECT_THROW(StratonovichDiffusion{c}, InvalidArgument);
  EXPECT_EQ(find_diffusion_scheme("euler"), nullptr);
}

}  // namespace
}  // namespace sgdlimits
