/// What a langevin study keeps along its paths beside snapshots; internal to apps/experiment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/experiment/run_context.hpp"
#include "apps/experiment/sweep_results.hpp"
#include "solvers/sde/autocorrelation_time.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/time_average.hpp"

namespace sgdlimits::experiment {

/// Time averages and autocorrelation times of the observables, looked at every `stride` steps of (average_from,
/// until], and first exits, looked for at every step. Memory does not depend on the number of steps.
class PathStatistics {
 public:
  PathStatistics(const Problem& problem, const Study& study, const Scheme& scheme);

  /// Moves the ensemble to `target` or to the next look before it, looks, and returns what `advance` does.
  Report advance_to(std::int64_t target, Ensemble& ensemble, const Scheme& scheme, const Execution& execution);

  /// State after an ensemble has come to `step`; `restore` is false where the bytes are of another step.
  std::string bytes(std::int64_t step) const;
  bool restore(const std::string& bytes, std::int64_t step);

  void add_rows(StudyRecord& record, const Execution& execution) const;

 private:
  std::int64_t next_look(std::int64_t step) const;
  void look(const Ensemble& ensemble, const Execution& execution);
  Report move(std::int64_t steps, Ensemble& ensemble, const Scheme& scheme, const Execution& execution);
  void add_exits(StudyRecord& record) const;

  const Problem& problem_;
  const Study& study_;
  double step_size_;
  std::int64_t first_ = 0, stride_ = 0;  ///< stride 0: no looks
  std::optional<TimeAverage> averages_;
  std::vector<AutocorrelationTime> correlations_;  ///< one an observable; empty for few paths
  std::optional<FirstPassage> passage_;
};

/// A row for each level and observable at each time of the snapshots.
void add_quantiles(const Problem& problem, const Study& study, StudyRecord& record, ThreadPool& pool);

/// Correlations between the means of the observables over the paths of each ensemble, at each report time; 0 where an
/// observable does not vary. Nothing for ensembles with one observable.
std::vector<RowCorrelations> row_correlations(const Experiment& experiment, const RunResults& results,
                                              ThreadPool& pool);

}  // namespace sgdlimits::experiment
