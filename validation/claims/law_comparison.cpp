#include "validation/claims/law_comparison.hpp"

#include <fmt/core.h>

#include <cmath>

#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

// E sum_j |g_{i+1} - 2 g_i + g_{i-1}|/24: the midpoint rule's second-order term on each cell.
double midpoint_loss(const Density& density, const Values& g) {
  const Grid& grid = density.grid();
  Values bend = Values::Zero(grid.size());
  for (Index j = 0; j < grid.dimension(); ++j) {
    const Index stride = grid.stride(j), n = grid.axis(j).cells();
    for (Index i = 0; i < grid.size(); ++i) {
      const Index layer = (i / stride) % n;
      if (layer > 0 && layer + 1 < n) bend(i) += std::abs(g(i + stride) - 2 * g(i) + g(i - stride));
    }
  }
  return density.expectation(bend) / 24;
}

// How far the measurement is from the prediction in units of the half-width of the difference's interval.
double distance_in_half_widths(const Comparison& c) {
  const double half = c.prediction.upper() - c.prediction.value() + c.measurement.upper() - c.measurement.value();
  const double d = std::abs(c.measurement.value() - c.prediction.value());
  return half > 0 ? d / half : (d > 0 ? INFINITY : 0);
}

}  // namespace

std::vector<Observable> law_observables(const Potential& potential) {
  std::vector<Observable> observables = moment_observables(potential);
  observables.insert(observables.begin(), mean_potential_observable(potential));
  return observables;
}

GridMean grid_mean_with_error(const Density& density, const Observable& observable, double l1_error) {
  const Values g = grid_values(density.grid(), observable);
  const Values mass = density.averages() * density.grid().volumes();
  const double mean = density.expectation(g);
  double low = mean, high = mean;
  for (Index i = 0; i < g.size(); ++i) {
    if (mass(i) <= 1e-12) continue;
    low = std::min(low, g(i));
    high = std::max(high, g(i));
  }
  const double bound = l1_error * (high - low) / 2 + midpoint_loss(density, g);
  return {Measurement::deterministic(mean, bound, Grade::estimate, "mean on the grid"),
          std::sqrt(density.expectation((g - mean).square()))};
}

Measurement mean_of_another_density(const Observable& observable, const Density& density, const Density& kindred,
                                    const Measurement& refined_kindred) {
  const double change = std::abs(grid_mean(kindred, observable) - refined_kindred.value());
  return Measurement::deterministic(grid_mean(density, observable), refined_kindred.discretisation_bound() + change,
                                    Grade::estimate, "mean on one grid");
}

Comparison compare_distance(std::string quantity, const Distance& distance, double level, bool would_see) {
  Verdict verdict = would_see ? Verdict::consistent : Verdict::undecided;
  if (distance.p_value < level) verdict = Verdict::refuted;
  return {std::move(quantity),
          Measurement::deterministic(distance.expected_under_equality, 0, Grade::estimate,
                                     "mean of the distance of equal laws at this sample size"),
          distance.value, fmt::format("p-value {:.3g} of equality not below {:.3g}", distance.p_value, level),
          verdict};
}

std::vector<Comparison> compare_law_means(const LawComparison& law, const Points& ensemble, const std::string& when,
                                          ThreadPool& pool) {
  const std::vector<Observable> observables = law_observables(law.potential);
  const std::vector<SampleMean> means = sample_means(ensemble, observables, pool);
  const double z = bonferroni_quantile(law.level, 1);
  std::vector<Comparison> comparisons;
  for (std::size_t k = 0; k < observables.size(); ++k) {
    GridMean grid = grid_mean_with_error(law.density, observables[k], law.l1_error);
    if (!law.means.empty()) grid.mean = law.means[k];
    const double sd = grid.standard_deviation;
    const Measurement measured(means[k].mean, means[k].standard_error(), law.ensemble_error * sd, Side::two_sided,
                               Grade::estimate, fmt::format("mean over {} paths", means[k].count));
    comparisons.push_back(
        compare_no_difference("E " + observables[k].name + when, grid.mean, measured, law.tolerance * sd, z));
  }
  return comparisons;
}

std::vector<Comparison> compare_law(const LawComparison& law, const Points& ensemble, const std::string& when,
                                    ThreadPool& pool) {
  std::vector<Comparison> comparisons = compare_law_means(law, ensemble, when, pool);
  const std::vector<std::string> names = law.potential.coordinate_names();
  for (Index j = 0; j < law.potential.dimension(); ++j) {
    const LineLaw grid = LineLaw::from_density(law.density.marginal(j));
    const LineLaw sample = LineLaw::from_sample(ensemble.col(j));
    // A relative change e of the variance of a Gaussian well moves F by at most 0.13 e: ensemble_error covers it.
    const double error = law.l1_error / 2 + law.ensemble_error;
    const Distance distance = kolmogorov_smirnov(sample, grid, error);
    const double root = std::sqrt(static_cast<double>(ensemble.rows()));
    const bool would_see = kolmogorov_tail((0.05 - error) * root) < law.level;
    comparisons.push_back(
        compare_distance("KS of " + names[static_cast<std::size_t>(j)] + when, distance, law.level, would_see));
  }
  return comparisons;
}

std::string explain(Verdict verdict, const std::vector<Hypothesis>& hypotheses,
                    const std::vector<Comparison>& comparisons) {
  if (verdict == Verdict::not_applicable)
    for (const Hypothesis& h : hypotheses)
      if (!h.holds) return fmt::format("the hypothesis \"{}\" does not hold: {}", h.statement, h.evidence);
  const Comparison* worst = nullptr;
  for (const Comparison& c : comparisons)
    if (c.verdict == verdict && (!worst || distance_in_half_widths(c) > distance_in_half_widths(*worst))) worst = &c;
  if (!worst) return "nothing was compared";
  const std::string numbers = fmt::format("{}: measured {:.6g}, predicted {:.6g}", worst->quantity,
                                          worst->measurement.value(), worst->prediction.value());
  if (verdict == Verdict::consistent)
    return fmt::format("all {} comparisons agree; the widest relative gap is {}", comparisons.size(), numbers);
  if (verdict == Verdict::refuted) return fmt::format("{}; rule: {}", numbers, worst->rule);
  return fmt::format("the uncertainty is too large to say: {}; rule: {}", numbers, worst->rule);
}

}  // namespace sgdlimits
