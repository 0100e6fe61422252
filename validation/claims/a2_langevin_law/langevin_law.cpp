#include "validation/claims/a2_langevin_law/langevin_law.hpp"

#include <fmt/core.h>

#include <cmath>
#include <utility>

#include "core/errors.hpp"
#include "validation/claims/law_comparison.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

constexpr double kHotter = 1.05;
constexpr double kHotterTolerance = 1e-4;  // L1, in time

// (snapshot, ensemble) numbers of the times that both ends have.
std::vector<std::pair<std::size_t, std::size_t>> common_times(const std::vector<DensitySnapshot>& grid,
                                                              const std::vector<double>& times) {
  std::vector<std::pair<std::size_t, std::size_t>> common;
  for (std::size_t k = 0; k < times.size(); ++k)
    for (std::size_t i = 0; i < grid.size(); ++i)
      if (std::abs(grid[i].time - times[k]) <= 1e-9 * (1 + std::abs(times[k]))) {
        common.emplace_back(i, k);
        break;
      }
  return common;
}

bool is_start(const LangevinLawMaterial& material, double time) { return time == material.grid.front().time; }

ClaimReport judge(const LangevinLawMaterial& material, const std::vector<DensitySnapshot>& grid) {
  const auto common = common_times(grid, material.times);
  const Index each = 1 + 3 * material.potential.dimension();
  const double level =
      kVerdictLevel / static_cast<double>(std::max<Index>(1, each * static_cast<Index>(common.size())));

  ClaimReport report{.id = "A2",
                     .name = "langevin-law",
                     .subject = material.subject,
                     .statement = "The ensemble X_t has the density rho_t of the Fokker-Planck equation",
                     .source = "Fokker 1914, Planck 1917; Shi, Su, Jordan 2020, section 3"};
  double drift = 0;
  for (const DensitySnapshot& snapshot : grid) drift = std::max(drift, std::abs(snapshot.density.mass() - 1));
  report.hypotheses.push_back(
      {"the grid keeps the mass", drift <= 1e-9, fmt::format("largest |mass - 1| {:.2g}", drift)});
  for (const auto& [i, k] : common) {
    LawComparison law{material.potential,      grid[i].density,    material.grid_error,
                      material.ensemble_error, material.tolerance, level};
    if (!material.means.empty()) law.means = material.means[i];
    const std::string when = fmt::format(" at t = {:.6g}", material.times[k]);
    const std::vector<Comparison> found = compare_law(law, material.ensemble[k], when, *material.pool);
    if (is_start(material, grid[i].time)) {
      const bool same = combine({}, found) != Verdict::refuted;
      report.hypotheses.push_back({"both ends start from one law", same, explain(combine({}, found), {}, found)});
    } else {
      report.comparisons.insert(report.comparisons.end(), found.begin(), found.end());
    }
  }
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = explain(report.verdict, report.hypotheses, report.comparisons);
  return report;
}

Temperature hotter_than(Temperature temperature) { return Temperature(kHotter * temperature.value()); }

// Means of densities that exist on one grid alone. Their space error is taken to be as large as what refinement did
// to the means of the true densities.
std::vector<std::vector<Measurement>> means_of_another_run(const LangevinLawMaterial& material,
                                                           const std::vector<DensitySnapshot>& grid) {
  std::vector<std::vector<Measurement>> means(material.means.size());
  const std::vector<Observable> observables = law_observables(material.potential);
  for (std::size_t i = 0; i < means.size(); ++i)
    for (std::size_t m = 0; m < observables.size(); ++m)
      means[i].push_back(
          mean_of_another_density(observables[m], grid[i].density, material.grid[i].density, material.means[i][m]));
  return means;
}

ClaimReport hotter_control(const LangevinLawMaterial& material) {
  ClaimReport control;
  if (material.hotter) {
    LangevinLawMaterial wrong = material;
    wrong.grid_error += kHotterTolerance;
    wrong.means = means_of_another_run(material, *material.hotter);
    control = judge(wrong, *material.hotter);
  } else {
    Execution execution;
    execution.pool = material.pool;
    Result<std::vector<DensitySnapshot>> densities = hotter_densities(material.generator, material.grid, execution);
    if (densities.ok()) {
      LangevinLawMaterial with = material;
      with.hotter = std::make_shared<const std::vector<DensitySnapshot>>(std::move(densities).value());
      return hotter_control(with);
    }
    control.id = "A2";
    control.name = "langevin-law";
    control.why = "the control could not be computed: " + densities.why();
  }
  const double temperature = hotter_than(material.generator.temperature()).value();
  control.subject = fmt::format("control: density at temperature {:.6g} = 1.05 tau", temperature);
  control.expected = Verdict::refuted;
  return control;
}

}  // namespace

Result<std::vector<DensitySnapshot>> hotter_densities(const Generator& generator,
                                                      const std::vector<DensitySnapshot>& grid,
                                                      const Execution& execution) {
  const auto hotter = std::make_shared<const Generator>(generator.potential(), generator.shared_grid(),
                                                        hotter_than(generator.temperature()));
  const double start = grid.front().time;
  std::vector<double> times;
  for (std::size_t i = 1; i < grid.size(); ++i) times.push_back(grid[i].time - start);
  EvolutionOptions options;
  options.tolerance = kHotterTolerance;
  Result<Evolution> evolution = evolve(hotter, grid.front().density, times, options, execution);
  if (!evolution.ok()) return Result<std::vector<DensitySnapshot>>(evolution.report());
  std::vector<DensitySnapshot> densities = std::move(evolution).value().snapshots;
  for (std::size_t i = 0; i < densities.size(); ++i) densities[i].time = grid[i].time;
  return densities;
}

ClaimReport judge_langevin_law(const LangevinLawMaterial& material, bool controls) {
  if (material.times.size() != material.ensemble.size())
    throw InvalidArgument("number of ensemble snapshots", static_cast<double>(material.ensemble.size()),
                          "that of the times");
  if (material.grid.empty()) throw InvalidArgument("densities", "none", "at least one");
  ClaimReport report = judge(material, material.grid);
  if (controls) report.controls.push_back(hotter_control(material));
  return report;
}

}  // namespace sgdlimits
