/// The parts of an experiment file; internal to apps/experiment.
#pragma once

#include <toml++/toml.h>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/experiment/experiment.hpp"
#include "apps/experiment/section.hpp"
#include "core/column_law.hpp"
#include "models/data/sample_law.hpp"

namespace sgdlimits::experiment {

/// [potential]: kind and its keys. `folder` is where data paths start.
std::shared_ptr<const Potential> read_potential(Section& section, const std::filesystem::path& folder,
                                                const PotentialFactories& user, std::uint64_t seed);

/// Inputs (n x D) and targets (n) of a net.
struct TrainingData {
  Eigen::MatrixXd inputs;
  Eigen::VectorXd targets;
  std::vector<std::string> input_names;
};
/// potential.data = {file | columns | synthetic, ...}. The resolved text holds the columns used, inline.
TrainingData read_data(Section& section, const std::filesystem::path& folder, std::uint64_t seed);

/// potential.data = {law, ...}: where samples come from instead of data, and those on which the risk is measured.
struct SampledData {
  std::shared_ptr<const SampleLaw> law;
  Index test_samples = 0;  ///< 0: not given
  std::uint64_t seed = 0;
};
SampledData read_sampled_data(Section& section, std::uint64_t run_seed);
/// The same for a formula: symbols with a law each.
struct SampleColumnData {
  std::map<std::string, std::shared_ptr<const ColumnLaw>> columns;
  Index nodes = 0, test_samples = 0;  ///< 0: not given
  std::uint64_t seed = 0;
};
SampleColumnData read_sample_columns(Section& section, std::uint64_t run_seed);
/// KEY.teacher
Teacher read_teacher(Section& parent, Index dimension, std::uint64_t seed);

/// [dynamics] into temperature, initial law, clock and observables of the problem, whose potential is known.
void read_dynamics(Section& section, Problem& problem);

/// "loss", "f" or an expression in the coordinate names. Throws FormulaError.
Observable make_observable(const std::string& expression, std::shared_ptr<const Potential> potential);

/// One [[study]].
Study read_study(Section& section, const Experiment& experiment);
Compare read_compare(Section& section, const Experiment& experiment);
ClaimChecks read_claims(Section& section, const Experiment& experiment);
Verdict read_verdict(Section& section, const std::string& key, std::optional<std::string> otherwise = {});
Sweep read_sweep(Section& section);
/// One [[fit]]; the studies and the sweep of the experiment are known.
FitSpec read_fit(Section& section, const Experiment& experiment);

/// Writes the override's value into the tree; positions in it refer to "--set KEY=VALUE".
void apply_override(toml::table& root, const std::string& assignment);

}  // namespace sgdlimits::experiment
