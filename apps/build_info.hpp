/// What this binary is: version, commit, compiler and flags. For --version and the manifest.
#pragma once

#include <string>

namespace sgdlimits {

struct BuildInfo {
  std::string version;   ///< "0.1.0"
  std::string git_hash;  ///< of the source tree at build time, with "-dirty" if changed; "unknown" outside a clone
  std::string compiler;  ///< "GNU 12.2.0"
  std::string flags;     ///< build type and compile options
};

const BuildInfo& build_info();

}  // namespace sgdlimits
