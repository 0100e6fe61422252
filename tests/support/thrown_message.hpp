/// What a call says when it refuses.
#pragma once

#include <string>

#include "core/errors.hpp"

namespace sgdlimits::test {

/// The message of the InvalidArgument that the call throws, or "nothing was thrown".
template <class Call>
std::string thrown_message(Call call) {
  try {
    call();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace sgdlimits::test
