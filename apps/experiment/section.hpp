/// Strict reading of one TOML table; internal to apps/experiment.
#pragma once

#include <toml++/toml.h>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment/experiment.hpp"
#include "apps/experiment/resolved_text.hpp"
#include "models/formula/formula.hpp"

namespace sgdlimits::experiment {

/// The numbers a key accepts; all of them finite.
struct Range {
  double lower = -std::numeric_limits<double>::infinity(), upper = std::numeric_limits<double>::infinity();
  bool lower_open = false, upper_open = false;
  bool contains(double x) const;
  std::string text() const;  ///< "greater than 0", "between 0 and 1", "finite"
};
inline constexpr Range kAny{};
inline constexpr Range kPositive{0, std::numeric_limits<double>::infinity(), true, false};
inline constexpr Range kNonnegative{0, std::numeric_limits<double>::infinity(), false, false};

/// A table with its place in the file, a list of the keys that it may have, and the resolved text that it fills.
/// Keys that `table` lacks are taken from `fallback`, if there is one.
class Section {
 public:
  Section(const toml::table& table, std::string path, std::string file, ResolvedTable& resolved,
          const toml::table* fallback = nullptr);

  const std::string& path() const { return path_; }
  const std::string& file() const { return file_; }
  ResolvedTable& resolved() { return *resolved_; }

  /// Throws at the first key (in file order) that is not in the list; all getters ask for keys of the list. Keys for
  /// which `also` holds are accepted besides.
  void allow(const std::vector<std::string>& keys, const std::function<bool(const std::string&)>& also = {});
  bool has(const std::string& key) const { return find(key) != nullptr; }
  bool has_own(const std::string& key) const { return table_->contains(key); }
  const toml::node* find(const std::string& key) const;

  // Without a default the key is required. The value, read or default, goes to the resolved text.
  double number(const std::string& key, const Range& range, std::optional<double> otherwise = {});
  std::int64_t integer(const std::string& key, std::int64_t lower, std::int64_t upper,
                       std::optional<std::int64_t> otherwise = {});
  bool flag(const std::string& key, bool otherwise);
  std::string text(const std::string& key, std::optional<std::string> otherwise = {});
  std::string choice(const std::string& key, const std::vector<std::string>& names,
                     std::optional<std::string> otherwise = {});
  std::vector<double> numbers(const std::string& key, const Range& range,
                              std::optional<std::vector<double>> otherwise = {});
  std::vector<std::string> texts(const std::string& key, std::optional<std::vector<std::string>> otherwise = {});
  std::map<std::string, double> number_table(const std::string& key);
  std::map<std::string, std::vector<double>> numbers_table(const std::string& key);
  std::map<std::string, std::string> text_table(const std::string& key);
  /// A required sub-table.
  Section table(const std::string& key);
  /// The same table, its values written elsewhere.
  Section writing_to(ResolvedTable& resolved) const { return {*table_, path_, file_, resolved, fallback_}; }
  /// The keys that the table has, in file order.
  std::vector<std::string> keys() const;

  /// An error at the key, or at the table if the key is not there.
  [[noreturn]] void fail(const std::string& key, const std::string& what, const std::string& remedy = "") const;
  /// An error at a node of the table, `offset` characters after its begin.
  [[noreturn]] void fail_node(const toml::node& node, const std::string& what, const std::string& remedy,
                              std::size_t offset = 0) const;
  /// Runs f; a formula or an argument that it refuses becomes an error at the key.
  template <class F>
  auto at(const std::string& key, F f) const {
    try {
      return f();
    } catch (const FormulaError& error) {
      fail_formula(key, error);
    } catch (const InvalidArgument& error) {
      fail(key, error.what());
    }
  }
  /// path.key
  std::string full(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

 private:
  const toml::node& require(const std::string& key) const;
  [[noreturn]] void fail_type(const toml::node& node, const std::string& name, const std::string& wanted) const;
  [[noreturn]] void fail_formula(const std::string& key, const FormulaError& error) const;
  double checked(const toml::node& node, const std::string& name, const Range& range) const;
  const toml::table& as_table(const std::string& key) const;

  const toml::table* table_;
  const toml::table* fallback_;
  std::string path_, file_;
  ResolvedTable* resolved_;
};

/// The keys of a table in file order.
std::vector<std::string> keys_in_order(const toml::table& table);
/// "; did you mean "X"?" or "; known: A, B".
std::string suggestion(const std::string& name, const std::vector<std::string>& known);

}  // namespace sgdlimits::experiment
