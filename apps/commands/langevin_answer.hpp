/// What `sgdlimits langevin` found: the study's numbers beside those of the Gibbs measure; internal to apps/commands.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment/run.hpp"

namespace sgdlimits {

/// Equality of a measured mean with the Gibbs mean, within the tolerance times the standard deviation of the
/// observable under the Gibbs measure.
struct ObservableAnswer {
  std::string name;
  Measurement mean;  ///< over the paths at the last time
  std::optional<Comparison> against_gibbs;
};

struct LangevinAnswer {
  const Experiment& experiment;
  RunResults results;                         ///< of the one study
  Report gibbs;                               ///< why there are no Gibbs means, if so
  std::vector<ObservableAnswer> observables;  ///< empty if the study failed
};

/// Runs the experiment's one study; `tolerance` in standard deviations. Interruption is the only failure: a study
/// that blew up is an answer without observables.
Result<LangevinAnswer> langevin_answer(const Experiment& experiment, const RunOptions& options, double tolerance,
                                       const Execution& execution);

nlohmann::ordered_json to_json(const LangevinAnswer& answer);
std::string langevin_text(const LangevinAnswer& answer);

}  // namespace sgdlimits
