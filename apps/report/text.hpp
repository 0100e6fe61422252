/// Numbers and tables as text, for the terminal, the plots and the page.
#pragma once

#include <string>
#include <vector>

#include "core/measurement.hpp"

namespace sgdlimits {

/// A number with four significant digits, "0.01634", "1.2e-07"; infinity as "infinite".
std::string brief(double value, int digits = 4);

/// "0.01634 ± 0.00012": half width 1.96 standard errors plus the discretisation bound, two digits of it and the value
/// to the same place ("0.01675138 ± 4e-09" where the width is below 1e-5 of the value); "< 0.0031" and "> ..." for
/// one-sided values; the plain number where the width is zero.
std::string with_interval(const Measurement& measurement);

/// Half the width of the 95 % interval.
double half_width(const Measurement& measurement);

/// Columns aligned by display width (UTF-8), two spaces apart, a rule under the header.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }
  std::string str() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Number of characters, not bytes.
std::size_t display_width(const std::string& utf8);

/// Text inside HTML and SVG: & < > " ' escaped, control characters dropped.
std::string escaped(const std::string& text);

}  // namespace sgdlimits
