/// Ctrl-C and SIGTERM as a stop request.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace sgdlimits {

/// While it lives, the first SIGINT or SIGTERM asks `token()` to stop, so that the run can write its checkpoint; a
/// second one kills the process. The signals are blocked in the calling thread and in every thread that it starts
/// afterwards, and one thread waits for them: no code runs in a signal handler.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }

 private:
  std::stop_source source_;
  sigset_t signals_{}, before_{};
  std::jthread waiter_;
};

}  // namespace sgdlimits
