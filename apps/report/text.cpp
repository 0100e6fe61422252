#include "apps/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sgdlimits {

std::string brief(double value, int digits) {
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  if (value == 0) return "0";
  return fmt::format("{:.{}g}", value, digits);
}

double half_width(const Measurement& measurement) {
  return 1.959963984540054 * measurement.standard_error() + measurement.discretisation_bound();
}

std::string with_interval(const Measurement& measurement) {
  const double value = measurement.value();
  const double width = half_width(measurement);
  if (measurement.side() == Side::upper) return "< " + brief(value + width);
  if (measurement.side() == Side::lower) return "> " + brief(value - width);
  if (!std::isfinite(value) || !std::isfinite(width)) return brief(value);
  if (width <= 1e-12 * std::abs(value)) return brief(value, 6);
  if (width <= 1e-5 * std::abs(value)) return fmt::format("{:.7g} ± {:.1g}", value, width);
  const double scale = std::max(std::abs(value), width);
  const int exponent = static_cast<int>(std::floor(std::log10(scale)));
  const int place = static_cast<int>(std::floor(std::log10(width))) - 1;  // of the second digit of the width
  if (exponent < -4 || exponent > 5) {
    const double power = std::pow(10.0, exponent);
    const int decimals = std::clamp(exponent - place, 0, 12);
    return fmt::format("({:.{}f} ± {:.{}f})e{:+03d}", value / power, decimals, width / power, decimals, exponent);
  }
  const int decimals = std::clamp(-place, 0, 12);
  return fmt::format("{:.{}f} ± {:.{}f}", value, decimals, width, decimals);
}

std::size_t display_width(const std::string& utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string TextTable::str() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t j = 0; j < row.size(); ++j) widths[j] = std::max(widths[j], display_width(row[j]));
  }
  std::string text;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    std::string line = " ";
    for (std::size_t j = 0; j < rows_[i].size(); ++j) {
      line += " " + rows_[i][j] + std::string(widths[j] - display_width(rows_[i][j]) + 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (i == 0) {
      std::size_t total = 0;
      for (std::size_t w : widths) total += w + 2;
      text += "  " + std::string(total - 2, '-') + "\n";
    }
  }
  return text;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') result += c;
    }
  }
  return result;
}

}  // namespace sgdlimits
