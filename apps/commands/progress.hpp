/// Progress on stderr while something runs.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>

namespace sgdlimits {

/// "particles    [=======>            ]  38 %  0:12, 0:20 left  3.1 %/s", at most `width` characters.
std::string progress_bar_line(const std::string& label, double fraction, double seconds, int width);
/// "particles: 38 % after 12 s, about 20 s left": for logs.
std::string progress_plain_line(const std::string& label, double fraction, double seconds);

/// One thread draws: on a terminal a bar ten times a second, else a plain line every ten seconds; nothing if quiet.
/// `set` costs an atomic store. The line is wiped at the end, so that tables start on a clean one.
class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A new part begins; its clock starts at zero.
  void begin(const std::string& label);
  /// Another name for the part that is running; its clock goes on.
  void label(const std::string& label);
  void set(double fraction) { fraction_.store(fraction, std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;
  void draw(bool terminal, std::stop_token stop);

  std::atomic<double> fraction_{0};
  std::mutex mutex_;  // label and start
  std::string label_;
  Clock::time_point start_ = Clock::now();
  bool drawn_ = false;
  std::jthread thread_;
};

}  // namespace sgdlimits
