/// What `sgdlimits langevin` found: the study's numbers beside those of the Gibbs measure; internal to apps/commands.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment/run.hpp"
#include "solvers/sde/histogram.hpp"

namespace sgdlimits {

/// A mean and its equality with the Gibbs mean, within the tolerance times the standard deviation of the observable
/// under the Gibbs measure.
struct MeanAnswer {
  Measurement mean;
  std::optional<Comparison> against_gibbs;
};

struct ObservableAnswer {
  std::string name;
  MeanAnswer at_the_end;              ///< over the paths at the last time
  std::optional<MeanAnswer> in_time;  ///< over paths and times from average_from on
  std::optional<Measurement> autocorrelation_time;
  std::vector<std::pair<double, Measurement>> quantiles;  ///< by level, at the last time
  std::optional<Histogram> histogram;                     ///< at the last time
};

struct LangevinAnswerOptions {
  double tolerance = 0.05;  ///< in standard deviations
  Index histogram = 0;      ///< bins; 0: none
};

struct LangevinAnswer {
  const Experiment& experiment;
  RunResults results;                         ///< of the one study
  Report gibbs;                               ///< why there are no Gibbs means, if so
  std::vector<ObservableAnswer> observables;  ///< empty if the study failed
  std::optional<Measurement> exit_rate, exited_share;
};

/// Runs the experiment's one study. Interruption is the only failure: a study that blew up is an answer without
/// observables.
Result<LangevinAnswer> langevin_answer(const Experiment& experiment, const RunOptions& options,
                                       const LangevinAnswerOptions& asked, const Execution& execution);

nlohmann::ordered_json to_json(const LangevinAnswer& answer);
std::string langevin_text(const LangevinAnswer& answer);

}  // namespace sgdlimits
