/// What a reader of experiment files says to a text.
#pragma once

#include <string>

#include "apps/experiment/experiment.hpp"
#include "support/folder.hpp"

namespace sgdlimits::test {

/// The message with which the file is refused, without its place, or "accepted".
inline std::string message_of(const std::string& text) {
  const Folder folder;
  try {
    load_experiment(folder.write("e.toml", text));
  } catch (const ExperimentError& error) {
    return error.message();
  }
  return "accepted";
}

}  // namespace sgdlimits::test
