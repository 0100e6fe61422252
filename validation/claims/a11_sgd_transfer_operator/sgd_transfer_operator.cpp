#include "validation/claims/a11_sgd_transfer_operator/sgd_transfer_operator.hpp"

#include <fmt/core.h>

#include <cmath>

#include "validation/claims/law_comparison.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

constexpr double kLevel = 1e-6, kResolution = 0.05, kTimeResolution = 0.1;

/// Mean of the values and its error.
Measurement mean_of(const Values& values, const std::string& how) {
  const double n = static_cast<double>(values.size()), mean = values.mean();
  return Measurement::sampled(mean, std::sqrt((values - mean).square().sum() / (n - 1) / n), how);
}

Measurement scaled(const Measurement& m, double factor) {
  return Measurement::deterministic(factor * m.value(), factor * m.discretisation_bound(), m.grade(), m.how());
}

/// Mean and variance of one ensemble against one invariant measure, the predicted variances times `factor`.
void compare_moments(const InvariantMeasure& measure, const Points& ensemble, const std::string& name, double factor,
                     double z, std::vector<Comparison>& comparisons) {
  for (Index j = 0; j < ensemble.cols(); ++j) {
    const Measurement& mean = measure.mean[static_cast<std::size_t>(j)];
    const Measurement variance = scaled(measure.variance[static_cast<std::size_t>(j)], factor);
    const double sd = std::sqrt(std::max(variance.value(), 0.0));
    const std::string of = fmt::format("x_{} {}", j, name);
    comparisons.push_back(
        compare_no_difference("mean of " + of, mean, mean_of(ensemble.col(j), "SGD's paths"), kResolution * sd, z));
    comparisons.push_back(compare_no_difference("variance of " + of, variance,
                                                mean_of((ensemble.col(j) - mean.value()).square(), "SGD's paths"),
                                                kResolution * variance.value(), z));
  }
}

bool has_passages(const SgdTransferMaterial& material) { return material.passage_times.size() > 0; }

double arrived(const SgdTransferMaterial& material) {
  return static_cast<double>(material.passage_times.isFinite().count());
}

/// Counts where hardly a path arrives, mean times where all do. `time`: predicted mean time, empty for never.
Comparison compare_escape(const SgdTransferMaterial& material, const std::optional<Measurement>& time, double z) {
  const double n = static_cast<double>(material.passage_times.size()), seen = arrived(material);
  const std::string counted = fmt::format("paths of {} that changed wells until t = {:.4g}", n, material.until);
  const Measurement count = Measurement::exact(seen, "counted");
  if (!time) return compare_equal(counted, Measurement::exact(0, "the better well is out of reach"), count, 0.5, z);
  if (seen == n)
    return compare_no_difference("mean time to change wells", *time, mean_of(material.passage_times, "SGD's paths"),
                                 kTimeResolution * time->value(), z);
  const double expected = n * -std::expm1(-material.until / time->value());
  return compare_no_difference(
      counted, Measurement::sampled(expected, std::sqrt(expected), "exponential passage times of that mean; Poisson"),
      count, std::max(1.0, kTimeResolution * expected), z);
}

ClaimReport blank(const SgdTransferMaterial& material) {
  ClaimReport report = sgd_transfer_report(material.subject);
  const auto fine = static_cast<Index>(material.laws.sgd().measures.size());
  report.hypotheses.push_back({"both grids find the same number of invariant measures",
                               fine == material.laws.coarse_measures,
                               fmt::format("{} and {}", fine, material.laws.coarse_measures)});
  return report;
}

ClaimReport control_of(const SgdTransferMaterial& material, double z) {
  ClaimReport control = blank(material);
  const MotionLaws* diffusion = material.laws.find("SME-1");
  if (has_passages(material) && diffusion && diffusion->escape_time) {
    control.subject = "control: the escape time of SME-1 offered as SGD's";
    control.comparisons.push_back(compare_escape(material, diffusion->escape_time, z));
  } else {
    control.subject = "control: 1.2 times the variance";
    compare_moments(material.laws.sgd().measures.front(), material.ensembles.front(), "", 1.2, z,
                    control.comparisons);
  }
  control.verdict = combine(control.hypotheses, control.comparisons);
  control.expected = Verdict::refuted;
  control.why = explain(control.verdict, control.hypotheses, control.comparisons);
  return control;
}

}  // namespace

ClaimReport sgd_transfer_report(std::string subject) {
  return {.id = "A11",
          .name = "sgd-transfer-operator",
          .subject = std::move(subject),
          .statement = "SGD on finite data has the invariant measures and escapes of its transfer operator",
          .source = "Shirokoff, Zaleski, arXiv 2409.12243"};
}

ClaimReport judge_sgd_transfer_operator(const SgdTransferMaterial& material, bool controls) {
  const MotionLaws& sgd = material.laws.sgd();
  ClaimReport report = blank(material);
  const Index d = material.laws.grid->dimension();
  const double z = bonferroni_quantile(kLevel, 1 + 2 * d * static_cast<Index>(sgd.measures.size()));
  for (std::size_t k = 0; k < material.ensembles.size() && k < sgd.measures.size(); ++k)
    compare_moments(sgd.measures[k], material.ensembles[k],
                    sgd.measures.size() > 1 ? fmt::format("in measure {}", k + 1) : "in the end", 1, z,
                    report.comparisons);
  if (has_passages(material) && (sgd.never_escapes || sgd.escape_time))
    report.comparisons.push_back(compare_escape(material, sgd.never_escapes ? std::nullopt : sgd.escape_time, z));
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = material.laws.summary();
  const MotionLaws* diffusion = material.laws.find("SME-1");
  if (sgd.gap && diffusion && diffusion->gap)
    report.why += fmt::format(" Gap: SGD {:.4g}, SME-1 {:.4g}.", sgd.gap->value(), diffusion->gap->value());
  if (controls) report.controls.push_back(control_of(material, z));
  return report;
}

}  // namespace sgdlimits
