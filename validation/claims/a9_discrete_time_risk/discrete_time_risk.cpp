#include "validation/claims/a9_discrete_time_risk/discrete_time_risk.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "validation/claims/law_comparison.hpp"
#include "validation/rates/convergence_order.hpp"

namespace sgdlimits {
namespace {

constexpr double kOrderTolerance = 0.25;  // half-way to the neighbouring half order
constexpr double kStandsOut = 5;          // bounds

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

/// E f(x_k) - E f(X_s) at a time.
Measurement distance_at(const RiskAtRate& at, std::size_t i) {
  return minus(at.discrete[i], at.continuous[i], "one-step operator against Fokker-Planck grid");
}

/// Root mean square over the times: a norm of the vector, so that one time at which it passes through zero, or
/// another at which it is largest, does not bend the slope.
Measurement mean_square_distance(const RiskAtRate& at) {
  double squares = 0, bounds = 0;
  for (std::size_t i = 0; i < at.discrete.size(); ++i) {
    const Measurement d = distance_at(at, i);
    squares += d.value() * d.value();
    bounds += d.discretisation_bound() * d.discretisation_bound();
  }
  const double n = static_cast<double>(at.discrete.size());
  return Measurement::deterministic(std::sqrt(squares / n), std::sqrt(bounds / n), Grade::estimate,
                                    "one-step operator against Fokker-Planck grid, root mean square over the times");
}

/// The theorem's quantities on the ladder.
struct Constants {
  std::vector<double> rates;
  std::vector<Measurement> distance, excess;
  Measurement a = Measurement::exact(0, "largest eps(s)/s"), b = Measurement::exact(0, "largest D(s)/s");

  explicit Constants(const DiscreteTimeRiskMaterial& material) {
    for (const RiskAtRate& at : material.ladder) {
      rates.push_back(at.learning_rate);
      distance.push_back(mean_square_distance(at));
      for (std::size_t i = 0; i < at.discrete.size(); ++i) raise(b, distance_at(at, i), at.learning_rate);
      excess.push_back(minus(at.gibbs, material.minimum, "quadrature of the Gibbs measure"));
      raise(a, excess.back(), at.learning_rate);
    }
  }
};

Comparison no_order(const std::string& quantity, double order, const std::string& why) {
  return {quantity, Measurement::exact(order, "order in s"), Measurement::deterministic(0, 10, Grade::estimate, why),
          "an order needs a fit: " + why, Verdict::undecided};
}

Comparison order_at_least(const std::string& quantity, double order, const std::vector<double>& rates,
                          const std::vector<Measurement>& errors) {
  const Result<Measurement> fitted = convergence_order(rates, errors);
  if (!fitted.ok()) return no_order(quantity, order, fitted.why());
  Verdict verdict = Verdict::undecided;
  if (fitted->upper() < order)
    verdict = Verdict::refuted;
  else if (fitted->lower() > order - kOrderTolerance)
    verdict = Verdict::consistent;
  return {quantity, Measurement::exact(order, "order in s, at least"), fitted.value(),
          fmt::format("interval above {0:.4g} - {1:.3g} and not wholly below {0:.4g}", order, kOrderTolerance),
          verdict};
}

Comparison order_is_one(const std::string& quantity, const std::vector<double>& rates,
                        const std::vector<Measurement>& errors) {
  const Result<Measurement> fitted = convergence_order(rates, errors);
  if (!fitted.ok()) return no_order(quantity, 1, fitted.why());
  return compare_no_difference(quantity, Measurement::exact(1, "order in s"), fitted.value(), kOrderTolerance);
}

/// Index of the time at which |C| is largest.
std::size_t time_of_largest(const std::vector<Measurement>& leading_term) {
  return static_cast<std::size_t>(
      std::max_element(leading_term.begin(), leading_term.end(),
                       [](const auto& a, const auto& b) { return std::abs(a.value()) < std::abs(b.value()); }) -
      leading_term.begin());
}

/// C(t) against the limit of D(s)/s, with its sign.
Comparison limit_is_leading_term(const DiscreteTimeRiskMaterial& material, const Constants& constants,
                                 std::size_t i) {
  std::vector<Measurement> signed_distance;
  for (const RiskAtRate& at : material.ladder) signed_distance.push_back(distance_at(at, i));
  return compare_no_difference(fmt::format("limit of (E f(x_k) - E f(X_s))/s at ks = {:.6g}", material.times[i]),
                               material.leading_term[i], leading_coefficient(constants.rates, signed_distance, 1),
                               constants.b.value() / 4);
}

bool leading_term_stands_out(const DiscreteTimeRiskMaterial& material) {
  if (material.leading_term.empty()) return false;
  const Measurement& c = material.leading_term[time_of_largest(material.leading_term)];
  return std::abs(c.value()) > kStandsOut * c.discretisation_bound();
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

/// What is known of the leading term, in words.
std::string leading_term_text(const DiscreteTimeRiskMaterial& material) {
  if (material.leading_term.empty()) return "the leading term of D is not computed between walls";
  const std::size_t i = time_of_largest(material.leading_term);
  const Measurement& c = material.leading_term[i];
  return fmt::format("leading term of D: C = {:.6g} at ks = {:.6g}{}", c.value(), material.times[i],
                     leading_term_stands_out(material) ? "" : ", not told from zero: order 1 of D is not asserted");
}

std::vector<Comparison> orders(const DiscreteTimeRiskMaterial& material, const Constants& constants, double least) {
  const std::string over = fmt::format("over ks <= {:.6g}", material.times.back());
  std::vector<Comparison> result{
      order_at_least("least order of D(s), " + over, least, constants.rates, constants.distance)};
  if (leading_term_stands_out(material))
    result.push_back(order_is_one("order of D(s), " + over, constants.rates, constants.distance));
  if (!material.leading_term.empty())
    result.push_back(limit_is_leading_term(material, constants, time_of_largest(material.leading_term)));
  result.push_back(order_at_least("least order of eps(s) = E_mu f - min f", 1, constants.rates, constants.excess));
  return result;
}

/// `least`: the order that is claimed of D.
ClaimReport judge(const DiscreteTimeRiskMaterial& material, double least) {
  const Constants constants(material);
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
  report.comparisons = orders(material, constants, least);
  double slack = 0;
  for (const RiskAtRate& at : material.ladder) {
    if (!std::isfinite(at.initial_chi)) continue;
    report.comparisons.push_back(tightest_bound(material, constants, at));
    const Comparison& last = report.comparisons.back();
    slack = std::max(slack, last.measurement.value() / last.prediction.value());
  }
  if (slack > 0) report.slack = slack;
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why =
      fmt::format("A = {:.6g}, B = {:.6g}, {}; {}", constants.a.value(), constants.b.value(),
                  leading_term_text(material), explain(report.verdict, report.hypotheses, report.comparisons));
  return report;
}

ClaimReport as_control(ClaimReport report, const char* subject) {
  report.subject = subject;
  report.expected = Verdict::refuted;
  return report;
}

using PlantedEnd = std::vector<Measurement> RiskAtRate::*;

/// The claim with the discrete end replaced by a planted one.
ClaimReport planted(DiscreteTimeRiskMaterial material, PlantedEnd end, const char* subject) {
  for (RiskAtRate& at : material.ladder) at.discrete = at.*end;
  return as_control(judge(material, 1), subject);
}

}  // namespace

ClaimReport judge_discrete_time_risk(const DiscreteTimeRiskMaterial& material, bool controls) {
  ClaimReport report = judge(material, 1);
  if (!controls) return report;
  if (leading_term_stands_out(material))
    report.controls.push_back(as_control(judge(material, 2), "control: D(s) offered as of order 2"));
  if (!material.ladder.front().unscaled_noise.empty())
    report.controls.push_back(
        planted(material, &RiskAtRate::unscaled_noise, "control: noise of temperature s_0/2 at every s"));
  // without C nothing tells a wrong factor of the noise
  if (!material.ladder.front().doubled_noise.empty() && !material.leading_term.empty())
    report.controls.push_back(planted(material, &RiskAtRate::doubled_noise, "control: noise sqrt(2 s) for sqrt(s)"));
  return report;
}

}  // namespace sgdlimits
