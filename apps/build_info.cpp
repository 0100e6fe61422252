#include "apps/build_info.hpp"

#include "git_hash.hpp"  // written by cmake/git_hash.cmake at every build

namespace sgdlimits {

const BuildInfo& build_info() {
  static const BuildInfo info{SGDLIMITS_VERSION, SGDLIMITS_GIT_HASH, SGDLIMITS_COMPILER, SGDLIMITS_FLAGS};
  return info;
}

}  // namespace sgdlimits
