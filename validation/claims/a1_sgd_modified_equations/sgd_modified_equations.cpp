#include "validation/claims/a1_sgd_modified_equations/sgd_modified_equations.hpp"

#include <fmt/core.h>

#include <cmath>

#include "validation/claims/law_comparison.hpp"
#include "validation/rates/convergence_order.hpp"

namespace sgdlimits {
namespace {

constexpr double kHalfOrder = 0.5, kPathResolution = 0.05;

std::vector<Measurement> errors(const std::vector<Measurement>& sgd, const std::vector<Measurement>& equation) {
  std::vector<Measurement> result;
  for (std::size_t k = 0; k < sgd.size(); ++k)
    result.push_back(Measurement::deterministic(sgd[k].value() - equation[k].value(),
                                                sgd[k].discretisation_bound() + equation[k].discretisation_bound(),
                                                Grade::estimate, "SGD minus its modified equation"));
  return result;
}

Comparison order_is(const std::string& quantity, double order, const std::vector<double>& rates,
                    const std::vector<Measurement>& error) {
  const Result<Measurement> fitted = convergence_order(rates, error);
  const Measurement prediction = Measurement::exact(order, "order in s");
  if (fitted.ok()) return compare_no_difference(quantity, prediction, fitted.value(), kHalfOrder);
  return {quantity, prediction, Measurement::deterministic(0, 10, Grade::estimate, fitted.why()),
          "an order needs a fit: " + fitted.why(), Verdict::undecided};
}

void compare_orders(const ModifiedEquationMaterial& material, double first_order, std::vector<Comparison>& rows) {
  for (const ModifiedEquationMeans& means : material.means) {
    rows.push_back(
        order_is("order of SME-1, " + means.observable, first_order, material.rates, errors(means.sgd, means.first)));
    rows.push_back(
        order_is("order of SME-2, " + means.observable, 2, material.rates, errors(means.sgd, means.second)));
  }
}

ClaimReport judge(const ModifiedEquationMaterial& exact, const ModifiedEquationMaterial& own, double first_order) {
  ClaimReport report{
      .id = "A1",
      .name = "sgd-modified-equations",
      .subject = own.subject,
      .statement = "SGD approximates SME-1 weakly with order 1 and SME-2 with order 2 in the learning rate",
      .source = "Li, Tai, E 2019, weak approximation of orders 1 and 2"};
  compare_orders(exact, first_order, report.comparisons);
  compare_orders(own, first_order, report.comparisons);
  for (std::size_t j = 0; j < own.path_means.size(); ++j) {
    const Measurement& paths = own.path_means[j];
    const double resolution = kPathResolution * std::abs(own.means[j].sgd[0].value());
    report.comparisons.push_back(compare_no_difference(
        fmt::format("{} of mini-batch SGD paths at s = {:.4g}", own.means[j].observable, own.rates[0]),
        own.means[j].sgd[0], paths, resolution));
  }
  for (const EquationPaths& paths : own.equation_paths) {
    for (std::size_t j = 0; j < paths.means.size(); ++j) {
      const Measurement& mean = own.means[j].of(paths.equation)[0];
      report.comparisons.push_back(compare_no_difference(
          fmt::format("{} of {} at s = {:.4g}", own.means[j].observable, paths.name, own.rates[0]), mean,
          paths.means[j], kPathResolution * std::abs(mean.value())));
    }
  }
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = explain(report.verdict, report.hypotheses, report.comparisons);
  return report;
}

Measurement closed_form(double value) { return Measurement::exact(value, "closed form"); }

}  // namespace

ModifiedEquationMaterial exact_modified_equations(int levels) {
  ModifiedEquationMaterial material{.rates = {}, .means = {}, .path_means = {}, .time = 1, .subject = "closed forms"};
  ModifiedEquationMeans curvature{"E x^2 for f_g = g x^2/2", {}, {}, {}},
      shift{"E x^2 for f_g = (x-g)^2/2", {}, {}, {}};
  for (int level = 0; level < levels; ++level) {
    const double s = 0.1 * std::ldexp(1.0, -level), k = std::round(1 / s);
    material.rates.push_back(s);
    curvature.sgd.push_back(closed_form(std::pow((1 - s) * (1 - s) + s * s, k)));
    curvature.first.push_back(closed_form(std::exp(-2 + s)));
    curvature.second.push_back(closed_form(std::exp(-2.0)));  // -2a - s a^2 + s v^2
    // mean^2 + variance from x_0 = 1; SME-1: rate 1, SME-2: rate 1 + s/2, diffusion sqrt(s)
    const double keep = std::pow((1 - s) * (1 - s), k), rate = 1 + s / 2;
    shift.sgd.push_back(closed_form(keep + s / (2 - s) * (1 - keep)));
    shift.first.push_back(closed_form(std::exp(-2.0) + s / 2 * (1 - std::exp(-2.0))));
    shift.second.push_back(closed_form(std::exp(-2 * rate) + s / (2 * rate) * (1 - std::exp(-2 * rate))));
  }
  material.means = {curvature, shift};
  return material;
}

ClaimReport judge_modified_equations(const ModifiedEquationMaterial& exact, const ModifiedEquationMaterial& own,
                                     bool controls) {
  ClaimReport report = judge(exact, own, 1);
  if (controls) {
    ClaimReport control = judge(exact, own, 2);
    control.subject = "control: SME-1 offered as of order 2";
    control.expected = Verdict::refuted;
    report.controls.push_back(std::move(control));
  }
  return report;
}

}  // namespace sgdlimits
