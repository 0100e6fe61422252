/// The quadrature of a population risk, checked where a study was.
#include <fmt/format.h>

#include <algorithm>

#include "apps/experiment/run_context.hpp"
#include "models/formula/sampled_formula.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr Index kPoints = 64;
constexpr double kTolerance = 1e-6;  // of a run; the rule was chosen at kRiskTolerance around the origin

/// Centres of cells at equal shares of the mass.
Points quantiles(const Density& density) {
  const Points centers = density.grid().centers();
  const Values mass = density.averages() * density.grid().volumes();
  Points x(kPoints, centers.cols());
  double below = 0;
  Index k = 0;
  for (Index i = 0; i < centers.rows(); ++i) {
    below += mass(i) / mass.sum();
    for (; k < kPoints && static_cast<double>(k) + 0.5 <= below * kPoints; ++k) x.row(k) = centers.row(i);
  }
  return x.topRows(k);
}

/// Where the law of the study has its mass; no row where it has no law.
Points points_of(const StudyOutcome& outcome) {
  if (outcome.ensemble) {
    const Points& last = outcome.ensemble->snapshots.back();
    return last.topRows(std::min(kPoints, last.rows()));
  }
  if (outcome.evolution) return quantiles(outcome.evolution->snapshots.back().density);
  if (outcome.spectrum) return quantiles(outcome.spectrum->generator->gibbs());
  return {};
}

}  // namespace

void check_risk(const RunContext& context, const Study& study, StudyRecord& record) {
  const Problem& problem = context.experiment.problem(study.problem);
  const auto* risk = dynamic_cast<const SampledFormula*>(problem.potential.get());
  StudyOutcome& outcome = record.outcome;
  const Points x = points_of(outcome);
  if (!risk || x.rows() == 0) return;
  const RiskError error = risk->risk_error(x);
  const std::string what = fmt::format(
      "f is a mean by quadrature: {} nodes a column and {} differ by at most {:.2g} of E|F| or E|grad F| at {} "
      "points "
      "of this law",
      risk->nodes(), risk->nodes() / 2, error.relative, x.rows());
  if (error.relative <= kTolerance) {
    const auto first = std::ranges::find_if(context.experiment.studies,
                                            [&](const Study& other) { return other.problem == study.problem; });
    const bool says_it = first->name == study.name || error.relative > kRiskTolerance;
    if (!risk->is_test_sample() && says_it) outcome.remarks.push_back(what + ".");
    return;
  }
  outcome.report = {Status::not_converged, what + ", which is too much; raise nodes, or write test_samples", {}};
  outcome.ensemble.reset();
  outcome.evolution.reset();
  outcome.spectrum.reset();
  record.rows.clear();
}

}  // namespace sgdlimits::experiment
