#include "validation/claims/a6_poincare_inequality/poincare_inequality.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "core/noise.hpp"

namespace sgdlimits {
namespace {

constexpr double kTolerance = 0.01;  // half of what the control is off, and well above the grid's error
constexpr Index kWaves = 6;

// Centres scaled by the Gibbs measure's own means and standard deviations.
Points standardised_centers(const Generator& generator) {
  Points x = generator.grid().centers();
  for (Index j = 0; j < x.cols(); ++j) {
    const double mean = generator.gibbs().expectation(x.col(j));
    const double sd = std::sqrt(generator.gibbs().expectation((x.col(j) - mean).square()));
    x.col(j) = (x.col(j) - mean) / sd;
  }
  return x;
}

// h = b.x + x^T Q x/4 + sum of waves a cos(w.x + phase), all coefficients random, w ~ N(0, I): features of the size
// of the Gibbs measure itself and smaller.
Values random_function(const Points& x, const Noise& noise, Index number) {
  const Index d = x.cols();
  std::int64_t next = 0;
  const auto normal = [&] { return noise.normal(number, next++); };
  Values h = Values::Zero(x.rows());
  for (Index j = 0; j < d; ++j) h += normal() * x.col(j);
  for (Index j = 0; j < d; ++j)
    for (Index k = j; k < d; ++k) h += normal() / 4 * x.col(j) * x.col(k);
  for (Index wave = 0; wave < kWaves; ++wave) {
    const double amplitude = normal(), phase = std::numbers::pi * normal();
    Values argument = Values::Constant(x.rows(), phase);
    for (Index j = 0; j < d; ++j) argument += normal() * x.col(j);
    h += amplitude * argument.cos();
  }
  return h;
}

double ratio_of(const Generator& generator, ValuesView h, double poincare_constant) {
  const PoincareSides sides = poincare_sides(generator, h);
  return sides.gradient_energy > 0 ? sides.variance / (poincare_constant * sides.gradient_energy) : 0;
}

ClaimReport judge(const PoincareMaterial& material, double largest_energy_ratio, double poincare_constant) {
  ClaimReport report{.id = "A6",
                     .name = "poincare-inequality",
                     .subject = material.subject,
                     .statement = "Var_mu h <= C_P E_mu |grad h|^2 with C_P = tau/lambda_1, attained by u_1",
                     .source = "Shi, Su, Jordan 2020, lemma 5.4"};
  const double relative = material.gap.discretisation_bound() / material.gap.value();
  report.hypotheses.push_back(
      {"lambda_1 is a positive eigenvalue", material.gap.lower() > 0,
       fmt::format("lambda_1 = {:.10g} +- {:.2g}", material.gap.value(), material.gap.discretisation_bound())});
  const double random = largest_energy_ratio / poincare_constant;
  const double attained = ratio_of(material.generator, material.first_eigenfunction, poincare_constant);
  const auto measured = [&](double ratio, const char* how) {
    return Measurement::deterministic(ratio, ratio * relative, Grade::estimate, how);
  };
  report.comparisons.push_back(
      compare_at_most(fmt::format("largest Var h/(C_P E |grad h|^2) over {} random h", material.functions),
                      Measurement::exact(1 + kTolerance / 10, "the inequality, up to the grid's 1e-3"),
                      measured(random, "on the grid")));
  report.comparisons.push_back(compare_equal("Var u_1/(C_P E |grad u_1|^2)", Measurement::exact(1, "equality"),
                                             measured(attained, "on the grid"), kTolerance));
  report.slack = std::max(random, attained);
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why =
      fmt::format("random functions reach {:.4g} of the bound, the first eigenfunction {:.8g}", random, attained);
  return report;
}

}  // namespace

PoincareSides poincare_sides(const Generator& generator, ValuesView h) {
  const Grid& grid = generator.grid();
  if (h.size() != grid.size())
    throw InvalidArgument("length of h", static_cast<double>(h.size()), "the number of cells");
  const Density& mu = generator.gibbs();
  const double mean = mu.expectation(h);
  const Values mass = mu.averages() * grid.volumes();
  double energy = 0;
  for (Index j = 0; j < grid.dimension(); ++j) {
    const Index n = grid.size() - grid.stride(j);
    // Pairs in the last layer have rate 0.
    energy += (mass.head(n) * generator.rate_up(j).head(n) * (h.tail(n) - h.head(n)).square()).sum();
  }
  return {mu.expectation((h - mean).square()), energy / generator.temperature().value()};
}

ClaimReport judge_poincare_inequality(const PoincareMaterial& material, bool controls) {
  const double constant = material.generator.temperature().value() / material.gap.value();
  const Points x = standardised_centers(material.generator);
  const Noise noise(material.seed, Stream::test);
  double largest = 0;
  for (Index number = 0; number < material.functions; ++number)
    largest = std::max(largest, ratio_of(material.generator, random_function(x, noise, number), 1));
  ClaimReport report = judge(material, largest, constant);
  if (controls) {
    ClaimReport control = judge(material, largest, constant / 1.05);
    control.subject = "control: C_P/1.05 with the first eigenfunction";
    control.expected = Verdict::refuted;
    report.controls.push_back(std::move(control));
  }
  return report;
}

}  // namespace sgdlimits
