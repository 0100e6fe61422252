#include "apps/commands/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>

namespace sgdlimits {

namespace {

std::string clock(double seconds) {
  const long s = std::lround(seconds);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

/// Too early to tell below one per cent.
bool has_estimate(double fraction, double seconds) { return fraction >= 0.01 && seconds >= 0.5; }

double left(double fraction, double seconds) { return seconds * (1 - fraction) / fraction; }

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void put(const std::string& text) {
  [[maybe_unused]] const ssize_t n =
      write(STDERR_FILENO, text.data(), text.size());  // nothing to do if stderr is gone
}

}  // namespace

std::string progress_bar_line(const std::string& label, double fraction, double seconds, int width) {
  fraction = std::clamp(fraction, 0.0, 1.0);
  std::string tail = fmt::format(" {:3.0f} %  {}", 100 * fraction, clock(seconds));
  if (has_estimate(fraction, seconds)) {
    tail += fmt::format(", {} left  {:.1f} %/s", clock(left(fraction, seconds)), 100 * fraction / seconds);
  }
  std::string head = fmt::format("{:<14.14}", label);
  const int cells = std::min(40, width - 3 - static_cast<int>(head.size() + tail.size()));
  std::string line = head;
  if (cells >= 5) {
    const int full = static_cast<int>(fraction * cells);
    std::string bar(static_cast<std::size_t>(full), '=');
    if (full < cells) bar += '>';
    bar.resize(static_cast<std::size_t>(cells), ' ');
    line += "[" + bar + "]";
  }
  line += tail;
  if (static_cast<int>(line.size()) >= width) line.resize(static_cast<std::size_t>(std::max(0, width - 1)));
  return line;
}

std::string progress_plain_line(const std::string& label, double fraction, double seconds) {
  fraction = std::clamp(fraction, 0.0, 1.0);
  std::string line = fmt::format("{}: {:.0f} % after {:.0f} s", label, 100 * fraction, seconds);
  if (has_estimate(fraction, seconds)) line += fmt::format(", about {:.0f} s left", left(fraction, seconds));
  return line;
}

Progress::Progress(bool quiet) {
  if (quiet) return;
  const bool terminal = isatty(STDERR_FILENO) == 1;
  thread_ = std::jthread([this, terminal](std::stop_token stop) { draw(terminal, std::move(stop)); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (drawn_) put("\r\x1b[K");
}

void Progress::begin(const std::string& label) {
  const std::scoped_lock lock(mutex_);
  label_ = label;
  start_ = Clock::now();
  fraction_.store(0, std::memory_order_relaxed);
}

void Progress::label(const std::string& label) {
  const std::scoped_lock lock(mutex_);
  label_ = label;
}

void Progress::draw(bool terminal, std::stop_token stop) {
  const auto period = terminal ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  std::mutex waiting;
  std::condition_variable_any wake;
  while (true) {
    std::unique_lock sleep(waiting);
    wake.wait_for(sleep, stop, period, [] { return false; });
    if (stop.stop_requested()) return;
    std::string label;
    double seconds = 0;
    {
      const std::scoped_lock lock(mutex_);
      label = label_;
      seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    }
    if (label.empty()) continue;
    const double fraction = fraction_.load(std::memory_order_relaxed);
    if (terminal) {
      put("\r" + progress_bar_line(label, fraction, seconds, terminal_width()) + "\x1b[K");
      drawn_ = true;
    } else {
      put(progress_plain_line(label, fraction, seconds) + "\n");
    }
  }
}

}  // namespace sgdlimits
