#include "apps/experiment/resolved_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/text.hpp"

namespace sgdlimits::experiment {

std::string literal(double value) {
  std::string text = shortest(value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string literal(std::int64_t value) { return std::to_string(value); }

std::string literal(bool value) { return value ? "true" : "false"; }

std::string literal(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      quoted += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || c == '_' || c == '-');
  });
  return bare ? key : literal(key);
}

void ResolvedTable::set(const std::string& key, std::string value) {
  for (auto& [known, text] : keys_) {
    if (known == key) {
      text = std::move(value);
      return;
    }
  }
  keys_.emplace_back(key, std::move(value));
}

ResolvedTable& ResolvedTable::child(const std::string& key, bool element) {
  std::string header = header_.empty() ? key_text(key) : header_ + "." + key_text(key);
  return *children_.emplace_back(std::make_unique<ResolvedTable>(std::move(header), element));
}

std::string ResolvedTable::text() const {
  std::string text;
  if (!header_.empty() && (element_ || !keys_.empty())) {
    text += element_ ? "\n[[" + header_ + "]]\n" : "\n[" + header_ + "]\n";
  }
  for (const auto& [key, value] : keys_) text += key_text(key) + " = " + value + "\n";
  for (const auto& child : children_) text += child->text();
  return text;
}

}  // namespace sgdlimits::experiment
