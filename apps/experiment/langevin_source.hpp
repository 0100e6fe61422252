/// The experiment that the options of `sgdlimits langevin` mean.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/experiment/experiment.hpp"

namespace sgdlimits {

/// TOML literals by key, in order.
using TomlKeys = std::vector<std::pair<std::string, std::string>>;

/// Name of the one study of such an experiment.
inline const std::string kLangevinStudy = "langevin";

/// The text of a file that has a [potential] of kind formula and nothing else.
std::string formula_text(const std::string& formula, const std::vector<std::string>& variables,
                         const std::vector<std::pair<std::string, double>>& parameters);

/// The potential and dynamics of `base` (a file, or formula_text) with the keys of [dynamics] and run.seed replaced,
/// and one study of kind langevin in place of its studies, comparisons, claims, sweep and fits. The text of the
/// result is the whole experiment: it resolves as a file that is run.
ExperimentSource langevin_source(const ExperimentSource& base, const TomlKeys& dynamics, const TomlKeys& study,
                                 std::optional<std::uint64_t> seed);

}  // namespace sgdlimits
