#include "validation/claims/a9_discrete_time_risk/discrete_time_risk.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "validation/claims/law_comparison.hpp"
#include "validation/rates/convergence_order.hpp"

namespace sgdlimits {
namespace {

constexpr double kHalfOrder = 0.5;

/// a - b of two deterministic numbers; the bounds add.
Measurement minus(const Measurement& a, const Measurement& b, const char* how) {
  return Measurement::deterministic(a.value() - b.value(), a.discretisation_bound() + b.discretisation_bound(),
                                    Grade::estimate, how);
}

/// The larger of c and |m|/s.
void raise(Measurement& c, const Measurement& m, double s) {
  if (std::abs(m.value()) / s > c.value())
    c = Measurement::deterministic(std::abs(m.value()) / s, m.discretisation_bound() / s, Grade::estimate, c.how());
}

/// D(s): the largest difference over the times.
Measurement distance_at(const RiskAtRate& at) {
  Measurement largest = minus(at.discrete[0], at.continuous[0], "one-step operator against Fokker-Planck grid");
  for (std::size_t i = 1; i < at.discrete.size(); ++i) {
    const Measurement d = minus(at.discrete[i], at.continuous[i], "one-step operator against Fokker-Planck grid");
    if (std::abs(d.value()) > std::abs(largest.value())) largest = d;
  }
  return Measurement::deterministic(std::abs(largest.value()), largest.discretisation_bound(), Grade::estimate,
                                    largest.how());
}

/// The theorem's quantities on the ladder.
struct Constants {
  std::vector<double> rates;
  std::vector<Measurement> distance, excess;
  Measurement a = Measurement::exact(0, "largest eps(s)/s"), b = Measurement::exact(0, "largest D(s)/s");

  explicit Constants(const DiscreteTimeRiskMaterial& material) {
    for (const RiskAtRate& at : material.ladder) {
      rates.push_back(at.learning_rate);
      distance.push_back(distance_at(at));
      raise(b, distance.back(), at.learning_rate);
      excess.push_back(minus(at.gibbs, material.minimum, "quadrature of the Gibbs measure"));
      raise(a, excess.back(), at.learning_rate);
    }
  }
};

Comparison order_is(const std::string& quantity, double order, const std::vector<double>& rates,
                    const std::vector<Measurement>& errors) {
  const Result<Measurement> fitted = convergence_order(rates, errors);
  const Measurement prediction = Measurement::exact(order, "order in s");
  if (fitted.ok()) return compare_no_difference(quantity, prediction, fitted.value(), kHalfOrder);
  return {quantity, prediction, Measurement::deterministic(0, 10, Grade::estimate, fitted.why()),
          "an order needs a fit: " + fitted.why(), Verdict::undecided};
}

/// (A + B) s + sd chi(0) exp(-lambda t) at one rate and time.
Comparison bound_at(const DiscreteTimeRiskMaterial& material, const Constants& constants, const RiskAtRate& at,
                    std::size_t i) {
  const double s = at.learning_rate, t = material.times[i];
  const double decay = at.gibbs_deviation * at.initial_chi * std::exp(-at.gap.lower() * t);
  const double bound = (constants.a.value() + constants.b.value()) * s + decay;
  const double error = (constants.a.discretisation_bound() + constants.b.discretisation_bound()) * s;
  return compare_at_most(
      fmt::format("E f(x_k) - min f at s = {:.6g}, ks = {:.6g}", s, t),
      // A and B are suprema that contain this very number: the bound is met with equality at best, so errors count
      // for it
      Measurement::deterministic(bound + 2 * error, 0, Grade::estimate, "(A + B) s + sd chi(0) exp(-lambda_s ks)"),
      minus(at.discrete[i], material.minimum, "one-step operator"));
}

/// The time at which the bound is used most; a violation anywhere has the largest ratio of all.
Comparison tightest_bound(const DiscreteTimeRiskMaterial& material, const Constants& constants,
                          const RiskAtRate& at) {
  const auto ratio = [](const Comparison& c) { return c.measurement.value() / c.prediction.value(); };
  Comparison tightest = bound_at(material, constants, at, 0);
  for (std::size_t i = 1; i < material.times.size(); ++i) {
    Comparison next = bound_at(material, constants, at, i);
    if (ratio(next) > ratio(tightest)) tightest = std::move(next);
  }
  return tightest;
}

ClaimReport judge(const DiscreteTimeRiskMaterial& material, const Constants& constants, double order) {
  ClaimReport report{.id = "A9",
                     .name = "discrete-time-risk",
                     .subject = material.subject,
                     .statement =
                         "SGD with isotropic noise: |E f(x_k) - E f(X_s(ks))| <= B s, E_mu f - min f <= A s, so the "
                         "excess risk is at most (A + B) s + sd chi(0) exp(-lambda_s ks)",
                     .source = "Shi, Su, Jordan 2020, excess risk in discrete time"};
  const double largest = material.ladder.front().learning_rate;
  report.hypotheses.push_back(
      {"s <= 1/L", largest * material.lipschitz <= 1 + 1e-12,
       fmt::format("s up to {:.4g}, L = {:.4g} on {}", largest, material.lipschitz, material.interval)});
  report.comparisons.push_back(
      order_is(fmt::format("order of D(s), the largest over ks <= {:.6g}", material.times.back()), order,
               constants.rates, constants.distance));
  report.comparisons.push_back(order_is("order of eps(s) = E_mu f - min f", 1, constants.rates, constants.excess));
  double slack = 0;
  for (const RiskAtRate& at : material.ladder) {
    if (!std::isfinite(at.initial_chi)) continue;
    report.comparisons.push_back(tightest_bound(material, constants, at));
    const Comparison& last = report.comparisons.back();
    slack = std::max(slack, last.measurement.value() / last.prediction.value());
  }
  if (slack > 0) report.slack = slack;
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = fmt::format("A = {:.6g}, B = {:.6g}; {}", constants.a.value(), constants.b.value(),
                           explain(report.verdict, report.hypotheses, report.comparisons));
  return report;
}

}  // namespace

ClaimReport judge_discrete_time_risk(const DiscreteTimeRiskMaterial& material, bool controls) {
  const Constants constants(material);
  ClaimReport report = judge(material, constants, 1);
  if (controls) {
    ClaimReport control = judge(material, constants, 2);
    control.subject = "control: D(s) offered as of order 2";
    control.expected = Verdict::refuted;
    report.controls.push_back(std::move(control));
  }
  return report;
}

}  // namespace sgdlimits
