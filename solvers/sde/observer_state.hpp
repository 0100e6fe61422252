/// Observers as bytes, so that a restart continues to the bit; internal to solvers/sde.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "core/errors.hpp"
#include "core/points.hpp"

namespace sgdlimits {

/// One function writes and reads: `state(a), state(b)` appends to the bytes, or takes from them in the same order.
class ObserverState {
 public:
  explicit ObserverState(const std::string& kind) {
    std::string written = kind;
    (*this)(written);
  }
  /// Throws InvalidArgument if the bytes are of another kind.
  ObserverState(std::string bytes, const std::string& kind) : bytes_(std::move(bytes)), writing_(false) {
    std::string found;
    (*this)(found);
    if (found != kind) damaged();
  }

  bool writing() const { return writing_; }
  const std::string& bytes() const { return bytes_; }

  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(T& value) { raw(&value, sizeof value); }
  void operator()(std::string& text) {
    auto size = static_cast<std::uint64_t>(text.size());
    (*this)(size);
    if (!writing_) {
      if (size > bytes_.size() - place_) damaged();
      text.resize(size);
    }
    raw(text.data(), size);
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(std::vector<T>& values) {
    auto size = static_cast<std::uint64_t>(values.size());
    (*this)(size);
    if (!writing_) {
      if (size > (bytes_.size() - place_) / sizeof(T)) damaged();
      values.resize(size);
    }
    raw(values.data(), size * sizeof(T));
  }
  /// Arrays keep the shape that the observer was made with.
  void operator()(Points& values) { raw(values.data(), static_cast<std::size_t>(values.size()) * sizeof(double)); }
  void operator()(Values& values) { raw(values.data(), static_cast<std::size_t>(values.size()) * sizeof(double)); }
  /// A number that is part of the observer's construction: reading compares.
  template <class T>
  void fixed(T value) {
    T found = value;
    (*this)(found);
    if (found != value) damaged();
  }
  /// Everything has been read.
  void finish() const {
    if (!writing_ && place_ != bytes_.size()) damaged();
  }
  [[noreturn]] static void damaged() {
    throw InvalidArgument("state of an observer", "damaged or that of another observer", "what state() returned",
                          "make the observer with the same options");
  }

 private:
  void raw(void* data, std::size_t size) {
    if (size == 0) return;
    if (writing_) {
      bytes_.append(static_cast<const char*>(data), size);
      return;
    }
    if (size > bytes_.size() - place_) damaged();
    std::memcpy(data, bytes_.data() + place_, size);
    place_ += size;
  }

  std::string bytes_;
  std::size_t place_ = 0;
  bool writing_ = true;
};

}  // namespace sgdlimits
