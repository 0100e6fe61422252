/// Values to bytes and back, in one description for both directions; internal to apps/experiment.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "core/errors.hpp"
#include "core/points.hpp"

namespace sgdlimits::experiment {

/// One direction of an exchange: `archive(x)` appends x, or replaces x by what was written. Native byte order: a
/// checkpoint is for the machine that wrote it.
class Archive {
 public:
  Archive() = default;  ///< writing
  Archive(std::string bytes, std::string file) : bytes_(std::move(bytes)), file_(std::move(file)), writing_(false) {}

  bool writing() const { return writing_; }
  const std::string& bytes() const { return bytes_; }
  bool at_end() const { return place_ == bytes_.size(); }

  template <class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void operator()(T& value) { raw(&value, sizeof value); }
  void operator()(std::string& text) {
    resize(text);
    raw(text.data(), text.size());
  }
  template <class Scalar, int R, int C>
  void operator()(Eigen::Array<Scalar, R, C>& array) {
    dense(array);
  }
  template <class Scalar, int R, int C>
  void operator()(Eigen::Matrix<Scalar, R, C>& matrix) {
    dense(matrix);
  }
  template <class T, class F>
  void each(std::vector<T>& values, F exchange) {
    std::int64_t count = static_cast<std::int64_t>(values.size());
    (*this)(count);
    if (!writing_) values.clear();
    for (std::int64_t i = 0; i < count; ++i) {
      if (writing_) {
        exchange(values[static_cast<std::size_t>(i)]);
      } else {
        T value = blank<T>();
        exchange(value);
        values.push_back(std::move(value));
      }
    }
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    each(values, [this](T& value) { (*this)(value); });
  }
  /// Whether something optional is there.
  bool present(bool here) {
    (*this)(here);
    return here;
  }
  [[noreturn]] void damaged() const {
    throw DataError(file_, 0, 0, "is damaged or of another version", "delete the checkpoint folder and run again");
  }

  /// A value to read into, for types without a default.
  template <class T>
  static T blank() {
    return T{};
  }

 private:
  template <class Dense>
  void dense(Dense& values) {
    std::int64_t rows = values.rows(), columns = values.cols();
    (*this)(rows);
    (*this)(columns);
    if (!writing_) {
      const std::uint64_t left = (bytes_.size() - place_) / sizeof(typename Dense::Scalar);
      if (rows < 0 || columns < 0 ||
          (columns > 0 && static_cast<std::uint64_t>(rows) > left / static_cast<std::uint64_t>(columns)))
        damaged();
      values.resize(rows, columns);
    }
    raw(values.data(), static_cast<std::size_t>(values.size()) * sizeof(typename Dense::Scalar));
  }
  void resize(std::string& text) {
    std::uint64_t size = text.size();
    (*this)(size);
    if (!writing_ && size > bytes_.size() - place_) damaged();
    text.resize(size);
  }
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

  std::string bytes_, file_;
  std::size_t place_ = 0;
  bool writing_ = true;
};

}  // namespace sgdlimits::experiment
