/// Comparisons of an ensemble with a density on a grid, shared by the claims A2 and A3.
#pragma once

#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "core/potential.hpp"
#include "solvers/fokker_planck/generator.hpp"
#include "validation/claims/claim.hpp"
#include "validation/distances/one_dimensional.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// f, x_j and x_j^2 for all j.
std::vector<Observable> law_observables(const Potential& potential);

/// E g and sd(g) under a density. The discretisation bound is the density's L1 error times half the range of g over
/// the cells that carry more than 1e-12 of the mass, plus what the midpoint rule loses within cells,
/// (1/24) E sum_j |second difference of g along axis j|: pessimistic. A mean from three grids, where known, is
/// better.
struct GridMean {
  Measurement mean;
  double standard_deviation;
};
GridMean grid_mean_with_error(const Density& density, const Observable& observable, double l1_error);

/// E g of a density that exists on one grid alone, where a kindred one on the same grid has been refined: the bound
/// is the refined one's plus what refinement changed.
Measurement mean_of_another_density(const Observable& observable, const Density& density, const Density& kindred,
                                    const Measurement& refined_kindred);

/// A distance with its p-value against the level: refuted if p < level; consistent if not and the sample is large
/// enough that 0.05 in distance would have been refuted; otherwise undecided.
Comparison compare_distance(std::string quantity, const Distance& distance, double level, bool would_see);

/// One sentence: which comparison is furthest from its prediction, in units of its uncertainty.
std::string explain(Verdict verdict, const std::vector<Hypothesis>& hypotheses,
                    const std::vector<Comparison>& comparisons);

/// The law with bounded means, on any of the ensemble's points.
struct LawComparison {
  const Potential& potential;
  const Density& density;
  double l1_error = 0;
  /// Extra bounds on every mean, in standard deviations of the observable (step size, remaining chi).
  double ensemble_error = 0;
  double tolerance = 0.05;  ///< resolution in standard deviations
  double level = 0;         ///< of each single comparison
  /// Means of law_observables from three grids (three_grids.hpp), instead of the density's own with l1_error; may be
  /// empty.
  std::vector<Measurement> means = {};
};

/// Means, then Kolmogorov-Smirnov on every marginal. 1 + 3 d comparisons.
std::vector<Comparison> compare_law(const LawComparison& law, const Points& ensemble, const std::string& when,
                                    ThreadPool& pool);
/// The means alone: 1 + 2 d comparisons.
std::vector<Comparison> compare_law_means(const LawComparison& law, const Points& ensemble, const std::string& when,
                                          ThreadPool& pool);

}  // namespace sgdlimits
