#include "validation/claims/a3_gibbs_stationary/step_bias.hpp"

#include <fmt/core.h>

#include <cmath>

#include "solvers/markov/scheme_law.hpp"
#include "validation/rates/convergence_order.hpp"

namespace sgdlimits {
namespace {

constexpr int kSteps = 5;
constexpr double kFirstStep = 0.2, kHalfOrder = 0.5;

using SchemeFactory = std::unique_ptr<Scheme> (*)(std::shared_ptr<const Drift>, Temperature, double);

void compare_scheme(const ClaimProblem& problem, double stiffness, SchemeFactory make, double shift,
                    std::vector<Comparison>& rows) {
  const Potential& potential = *problem.potential;
  const std::vector<LineFunction> observables{[&](ValuesView x, ValuesOut h) {
                                                Scratch scratch;
                                                potential.value(x, h, scratch);
                                              },
                                              [](ValuesView x, ValuesOut h) { h = x.square(); }};
  const Result<std::vector<Measurement>> exact = gibbs_means(potential, problem.temperature, observables);
  if (!exact.ok()) return;
  const auto drift = std::make_shared<GradientDrift>(problem.potential);
  std::vector<double> steps;
  std::vector<std::vector<Measurement>> errors(observables.size());
  std::string name;
  double declared = 0;
  for (int k = 0; k < kSteps; ++k) {
    const double step = kFirstStep / stiffness * std::ldexp(1.0, -k);
    const std::unique_ptr<Scheme> scheme = make(drift, problem.temperature, step);
    name = scheme->name();
    declared = *scheme->orders().invariant_measure + shift;
    const Result<SchemeLaw> law = scheme_law(*scheme, potential, problem.temperature, observables);
    if (!law.ok()) continue;
    steps.push_back(step);
    for (std::size_t j = 0; j < errors.size(); ++j) {
      const Measurement &here = law->means[j], &mu = exact.value()[j];
      errors[j].push_back(Measurement::deterministic(here.value() - mu.value(),
                                                     here.discretisation_bound() + mu.discretisation_bound(),
                                                     Grade::estimate, "one-step operator against quadrature"));
    }
  }
  for (std::size_t j = 0; j < errors.size(); ++j) {
    const Result<Measurement> order = convergence_order(steps, errors[j]);
    if (!order.ok()) continue;
    rows.push_back(compare_no_difference(fmt::format("order of the bias of {} in {}", name, j == 0 ? "E f" : "E x^2"),
                                         Measurement::exact(declared, "declared by the scheme"), order.value(),
                                         kHalfOrder));
  }
}

}  // namespace

std::vector<Comparison> step_bias_orders(const ClaimProblem& problem, double stiffness, double shift) {
  std::vector<Comparison> rows;
  if (problem.potential->dimension() != 1 || !problem.potential->domain().is_everywhere()) return rows;
  for (const SchemeFactory make : {&euler_maruyama, &heun}) compare_scheme(problem, stiffness, make, shift, rows);
  return rows;
}

}  // namespace sgdlimits
