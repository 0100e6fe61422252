#include <algorithm>
#include <thread>

#include "apps/commands/sub_commands.hpp"

namespace sgdlimits {

ExperimentSource read_source(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                             const PotentialFactories& user) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) throw NoInput(file.string() + ": there is no such file");
  if (std::filesystem::is_directory(file, error))
    throw NoInput(file.string() + " is a folder, not an experiment file");
  return ExperimentSource::read(file, overrides, user);
}

Experiment read_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                           const PotentialFactories& user) {
  return load_experiment(read_source(file, overrides, user));
}

int thread_count(const CommonOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 1024);
}

}  // namespace sgdlimits
