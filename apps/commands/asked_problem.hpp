/// The potential and the noise scale that a command line asks for; internal to apps/commands.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/commands/sub_commands.hpp"

namespace sgdlimits {

struct AskedProblem {
  std::shared_ptr<const Potential> potential;
  Temperature temperature;
};

/// From --formula with --variables and --param, or an experiment file with --set; and --learning-rate or
/// --temperature. `command` names itself in messages. Throws UsageError, FormulaError, and as read_experiment.
AskedProblem asked_problem(const ProblemArguments& arguments, const std::string& command,
                           const PotentialFactories& user);

/// "x=-1:1,y=0:"; an end left out is free. Nothing if --domain was not given. Throws UsageError.
std::optional<Box> asked_box(const ProblemArguments& arguments, const std::vector<std::string>& coordinates);

}  // namespace sgdlimits
