#include "validation/claims/a4_chi_decay/chi_decay.hpp"

#include <fmt/core.h>

#include <cmath>

#include "core/errors.hpp"
#include "validation/claims/law_comparison.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

ClaimReport blank(const std::string& subject) {
  return {.id = "A4",
          .name = "chi-decay",
          .subject = subject,
          .statement = "chi(t) e^{lambda_1 t} never increases, and the late rate of chi is lambda_1 if c_1 is not 0",
          .source = "Shi, Su, Jordan 2020, lemma 5.2 and proposition 3.1"};
}

void finish(ClaimReport& report) {
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = explain(report.verdict, report.hypotheses, report.comparisons);
}

// A lower bound that late rates attain: refuted if certainly below it, consistent if at most `tolerance` below.
Comparison rate_at_least(std::string quantity, const Measurement& gap, const Measurement& rate, double tolerance) {
  Verdict verdict = Verdict::undecided;
  if (rate.lower() >= gap.upper() - tolerance) verdict = Verdict::consistent;
  if (rate.upper() < gap.lower()) verdict = Verdict::refuted;
  return {std::move(quantity), gap, rate, fmt::format("at least lambda_1, up to {:.3g}", tolerance), verdict};
}

Hypothesis finite_start(const ChiDecayMaterial& material) {
  const double chi2 = material.grid.front().chi_squared, larger = material.initial_chi_squared_on_larger_box;
  const bool finite = std::isfinite(chi2) && std::isfinite(larger);
  return {"chi(0) is finite", finite && std::abs(larger - chi2) <= 0.01 * (chi2 + larger) / 2,
          fmt::format("chi^2(0) is {:.6g} on the box and {:.6g} on one 1.3 times as large", chi2, larger)};
}

Hypothesis first_mode_present(const Measurement& c1, double chi) {
  return {"c_1 = <rho_0/mu, u_1> is not 0", std::abs(c1.value()) > std::max(c1.discretisation_bound(), 1e-6 * chi),
          fmt::format("c_1 = {:.6g} +- {:.2g}, chi(0) = {:.6g}", c1.value(), c1.discretisation_bound(), chi)};
}

// A gap offered as lambda_1; its error is scaled along.
Measurement scaled(const Measurement& gap, double factor) {
  return {
      factor * gap.value(), factor * gap.standard_error(),         factor * gap.discretisation_bound(), gap.side(),
      Grade::estimate,      fmt::format("{:.3g} lambda_1", factor)};
}

// A chi^2 restricted to modes is at most the whole one.
Comparison compare_modes_to_grid(const ModeSnapshot& snapshot, const ModeDecayMaterial& material, std::size_t k,
                                 double z) {
  const Measurement& whole = *material.grid_chi_squared[k];
  const double off = chi_squared_bias(snapshot, material.series.paths, material.ensemble_error) +
                     2 * material.eigenfunction_error * std::abs(snapshot.means.front().value());
  const Measurement modes(snapshot.chi_squared.value(), snapshot.chi_squared.standard_error(), off, Side::two_sided,
                          Grade::estimate, snapshot.chi_squared.how());
  Verdict verdict = Verdict::consistent;  // a bound that holds with room needs no resolution
  if (modes.lower(z) > whole.upper()) verdict = Verdict::refuted;
  return {fmt::format("chi^2 by modes at t = {:.6g}", snapshot.time), whole, modes, "not above the grid's chi^2",
          verdict};
}

void compare_curve(ClaimReport& report, const ChiDecayMaterial& material, double tolerance) {
  std::vector<double> times;
  std::vector<double> roots, errors;
  for (std::size_t k = 0; k < material.grid.size(); ++k) {
    // Below this the curve is rounding and the evolution's tolerance.
    const bool known = k == 0 || material.log_chi_steps[k].has_value();
    if (!known || !(material.grid[k].chi_squared > 1e-18 * material.grid.front().chi_squared)) break;
    times.push_back(material.grid[k].time);
    roots.push_back(k == 0 ? std::sqrt(material.grid.front().chi_squared)
                           : roots.back() * std::exp(material.log_chi_steps[k]->value()));
    errors.push_back(k == 0 ? 0 : material.log_chi_steps[k]->discretisation_bound());
  }
  if (times.size() < 2) return;
  const Values chi = Eigen::Map<const Values>(roots.data(), static_cast<Index>(roots.size()));
  const Values rates = local_rates(times, chi);
  for (Index i = 0; i < rates.size(); ++i) {
    const double from = times[static_cast<std::size_t>(i)], to = times[static_cast<std::size_t>(i + 1)];
    const double error = errors[static_cast<std::size_t>(i + 1)] / (to - from);
    report.comparisons.push_back(rate_at_least(
        fmt::format("rate of chi on [{:.6g}, {:.6g}]", from, to), material.gap,
        Measurement::deterministic(rates(i), error, Grade::estimate, "-d log chi/dt on the grid"), tolerance));
  }
  // late_rate takes the error of a value, of which a step has two; it looks at the last three rates.
  double value_error = 0;
  for (std::size_t i = times.size() > 4 ? times.size() - 3 : 1; i < times.size(); ++i)
    value_error = std::max(value_error, errors[i] / 2);
  const Result<Measurement> late = late_rate(times, chi, value_error);
  const Measurement rate =
      late.ok() ? late.value()
                : Measurement::deterministic(rates(rates.size() - 1), std::abs(rates(rates.size() - 1)) + tolerance,
                                             Grade::estimate, "last local rate, no limit known: " + late.why());
  report.comparisons.push_back(compare_equal("late rate of chi", material.gap, rate, tolerance));
  const double duration = times.back() - times.front();
  report.slack = chi(chi.size() - 1) / chi(0) * std::exp(material.gap.value() * duration);
}

ClaimReport judge_curve(const ChiDecayMaterial& material, double rate_tolerance) {
  ClaimReport report = blank(material.subject);
  report.hypotheses.push_back(finite_start(material));
  const double chi2 = material.grid.front().chi_squared;
  report.hypotheses.push_back(
      first_mode_present(material.first_coefficient, std::isfinite(chi2) ? std::sqrt(chi2) : 1));
  if (std::isfinite(chi2) && chi2 > 0) compare_curve(report, material, rate_tolerance * material.gap.value());
  finish(report);
  if (report.verdict == Verdict::consistent)
    report.why =
        fmt::format("chi falls at least at the rate {:.6g} on every report interval, and its late rate is {:.6g}",
                    material.gap.value(), report.comparisons.back().measurement.value());
  return report;
}

ClaimReport judge_modes(const ModeDecayMaterial& material, double rate_tolerance) {
  const ModeSeries& series = material.series;
  const Measurement &gap = material.gap, &c1 = material.first_coefficient;
  const bool with_grid = material.grid_chi_squared.size() == series.times.size();
  const auto count = static_cast<Index>(series.times.size());
  const double z = bonferroni_quantile(kVerdictLevel, 1 + count * (with_grid ? 2 : 1));
  ClaimReport report = blank(material.subject);
  report.hypotheses.push_back(first_mode_present(c1, 1));

  for (Index i = 0; i < count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const double t = series.times[k], decay = std::exp(-gap.value() * t), size = std::abs(c1.value()) * decay;
    const double error = c1.discretisation_bound() * decay + size * std::expm1(gap.discretisation_bound() * t);
    const double se = std::sqrt(series.first_mode_covariance(i, i));
    const double sd = se * std::sqrt(static_cast<double>(series.paths));
    report.comparisons.push_back(compare_no_difference(
        fmt::format("E u_1 at t = {:.6g}", t),
        Measurement::deterministic(c1.value() * decay, error, Grade::estimate, "c_1 e^{-lambda_1 t}"),
        Measurement(series.first_mode(i), se, material.ensemble_error * sd + material.eigenfunction_error,
                    Side::two_sided, Grade::estimate, "mean of u_1 over the ensemble"),
        0.05 * std::max(1.0, std::abs(c1.value())), z));
    if (with_grid && material.grid_chi_squared[k])
      report.comparisons.push_back(compare_modes_to_grid(series.snapshots[k], material, k, z));
  }
  const Result<DecayFit> fit = first_mode_rate(series);
  if (fit.ok()) {
    const Measurement& r = fit->rate;
    report.comparisons.push_back(compare_no_difference(
        "rate of mean u_1", gap,
        Measurement(r.value(), r.standard_error(), material.ensemble_error * std::abs(r.value()), Side::two_sided,
                    Grade::estimate, r.how()),
        rate_tolerance * gap.value(), z));
  }
  finish(report);
  if (report.verdict != Verdict::consistent) return report;
  if (fit.ok()) {
    report.why =
        fmt::format("E u_1 follows c_1 e^(-lambda_1 t) at all times; its rate is {:.6g} +- {:.2g} against {:.6g}",
                    fit->rate.value(), z * fit->rate.standard_error(), gap.value());
  } else {
    report.verdict = Verdict::undecided;
    report.why = "the means agree but no rate could be fitted: " + fit.why();
  }
  return report;
}

ClaimReport as_control(ClaimReport report, std::string subject) {
  report.subject = std::move(subject);
  report.expected = Verdict::refuted;
  return report;
}

}  // namespace

ClaimReport judge_chi_decay(const ChiDecayMaterial& material, bool controls, double rate_tolerance) {
  if (material.grid.size() < 4)
    throw InvalidArgument("number of densities", static_cast<double>(material.grid.size()), "at least 4");
  ClaimReport report = judge_curve(material, rate_tolerance);
  if (controls) {
    ChiDecayMaterial wrong = material;
    wrong.gap = scaled(material.gap, 1.2);
    report.controls.push_back(as_control(judge_curve(wrong, rate_tolerance), "control: 1.2 lambda_1 as the gap"));
  }
  return report;
}

ClaimReport judge_mode_decay(const ModeDecayMaterial& material, bool controls, double rate_tolerance) {
  ClaimReport report = judge_modes(material, rate_tolerance);
  if (controls) {
    ModeDecayMaterial wrong = material;
    wrong.gap = scaled(material.gap, 1.2);
    report.controls.push_back(as_control(judge_modes(wrong, rate_tolerance), "control: 1.2 lambda_1 as the gap"));
  }
  return report;
}

}  // namespace sgdlimits
