/// The text of a resolved experiment file, in the order in which keys were read; internal to apps/experiment.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sgdlimits::experiment {

/// TOML literals. Floats read back as the same double and always show that they are floats.
std::string literal(double value);
std::string literal(std::int64_t value);
std::string literal(bool value);
std::string literal(const std::string& text);
template <class T>
std::string literal(const std::vector<T>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + literal(values[i]);
  return text + "]";
}
/// A key, quoted where TOML wants it.
std::string key_text(const std::string& key);

/// One table: its keys, then its sub-tables.
class ResolvedTable {
 public:
  explicit ResolvedTable(std::string header = "", bool element = false)
      : header_(std::move(header)), element_(element) {}
  /// Sets or replaces a key; `value` is a TOML literal.
  void set(const std::string& key, std::string value);
  /// A sub-table; `element` makes it one of an array of tables.
  ResolvedTable& child(const std::string& key, bool element = false);
  std::string text() const;

 private:
  std::string header_;
  bool element_;
  std::vector<std::pair<std::string, std::string>> keys_;
  std::vector<std::unique_ptr<ResolvedTable>> children_;
};

}  // namespace sgdlimits::experiment
