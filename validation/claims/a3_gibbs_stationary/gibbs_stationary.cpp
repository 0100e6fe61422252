#include "validation/claims/a3_gibbs_stationary/gibbs_stationary.hpp"

#include <fmt/core.h>

#include <cmath>
#include <numbers>

#include "validation/claims/law_comparison.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

constexpr Index kBins = 50;

Comparison histogram(const GibbsStationaryMaterial& material, const Density& gibbs, Index j, double level) {
  const LineLaw sample = LineLaw::from_sample(material.ensemble.col(j));
  const LineLaw grid = LineLaw::from_density(gibbs.marginal(j));
  // |rho_t - mu| in total variation is at most chi(t)/2; a relative change e of a well's variance is below e.
  const double error = material.grid_error / 2 + material.remaining_chi / 2 + material.ensemble_error;
  const Distance distance = total_variation(sample, grid, kBins, error);
  const double n = static_cast<double>(material.ensemble.rows());
  const double seen = std::sqrt(std::numbers::pi / 2) * distance.expected_under_equality + error +
                      std::sqrt(std::log(1 / level) / (2 * n));
  const std::string name = material.potential.coordinate_names()[static_cast<std::size_t>(j)];
  return compare_distance(fmt::format("histogram of {} ({} bins, total variation)", name, kBins), distance, level,
                          seen <= 0.05);
}

// |A mu| against the sizes of the terms that cancel in it.
Hypothesis annihilated(const Generator& generator) {
  const Values& mu = generator.gibbs().averages();
  Values rate(mu.size());
  generator.apply(mu, rate);
  Values outflow = Values::Zero(mu.size());
  for (Index j = 0; j < generator.grid().dimension(); ++j) {
    const Index stride = generator.grid().stride(j), n = mu.size() - stride;
    outflow += generator.rate_up(j);
    outflow.tail(n) += generator.rate_down(j).head(n);
  }
  const double scale = (outflow * mu).maxCoeff();
  const double relative = scale > 0 ? rate.abs().maxCoeff() / scale : 0;
  return {"the discrete Gibbs measure is stationary on the grid", relative <= 1e-12,
          fmt::format("largest |A mu| over largest outflow {:.2g}", relative)};
}

// |E g - E_mu g| <= chi(t) sd_mu(g) says nothing that the rule could see unless chi(t) is below the tolerance.
Hypothesis near_enough(const GibbsStationaryMaterial& material) {
  const double most = material.tolerance / 2;
  const bool holds = material.remaining_chi <= most;
  return {"chi(t) is small enough to say anything", holds,
          fmt::format("chi({:.6g}) = {:.3g}, needed at most {:.3g}{}", material.time, material.remaining_chi, most,
                      holds ? "" : "; run longer, or start in mu")};
}

ClaimReport judge(const GibbsStationaryMaterial& material, const Density& gibbs) {
  const Index d = material.potential.dimension();
  const double level = kVerdictLevel / static_cast<double>(1 + 3 * d);
  ClaimReport report{
      .id = "A3",
      .name = "gibbs-stationary",
      .subject = material.subject,
      .statement = "mu = exp(-f/tau)/Z is stationary, and the law at a late time is within chi(t) of it",
      .source = "Shi, Su, Jordan 2020, lemma 2.2 and proposition 3.1"};
  report.hypotheses.push_back(annihilated(material.generator));
  report.hypotheses.push_back(near_enough(material));
  const LawComparison law{
      material.potential, gibbs, material.grid_error, material.ensemble_error + material.remaining_chi,
      material.tolerance, level, material.gibbs_means};
  const std::string when = fmt::format(" at t = {:.6g}", material.time);
  report.comparisons = compare_law_means(law, material.ensemble, when, *material.pool);
  for (Index j = 0; j < d; ++j) report.comparisons.push_back(histogram(material, gibbs, j, level));
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = explain(report.verdict, report.hypotheses, report.comparisons);
  return report;
}

}  // namespace

ClaimReport judge_gibbs_stationary(const GibbsStationaryMaterial& material, bool controls) {
  ClaimReport report = judge(material, material.generator.gibbs());
  if (!controls) return report;
  const Generator& g = material.generator;
  const Temperature hotter(1.05 * g.temperature().value());
  const Generator wrong(g.potential(), g.shared_grid(), hotter);
  GibbsStationaryMaterial offered = material;
  const std::vector<Observable> observables = law_observables(material.potential);
  for (std::size_t m = 0; m < offered.gibbs_means.size(); ++m)
    offered.gibbs_means[m] =
        mean_of_another_density(observables[m], wrong.gibbs(), g.gibbs(), material.gibbs_means[m]);
  ClaimReport control = judge(offered, wrong.gibbs());
  control.subject = fmt::format("control: Gibbs measure at temperature {:.6g} = 1.05 tau", hotter.value());
  // Without the hypothesis a control says as little as the claim.
  control.expected = report.verdict == Verdict::not_applicable ? Verdict::not_applicable : Verdict::refuted;
  report.controls.push_back(std::move(control));
  return report;
}

}  // namespace sgdlimits
