#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>

#include "core/errors.hpp"
#include "models/data/table.hpp"

namespace sgdlimits {
namespace {

struct Line {
  int number;  // from 1
  std::string text;
};

std::string read_file(const std::string& name, const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) throw DataError(name, 0, 0, "no such file");
  if (std::filesystem::is_directory(file, error)) throw DataError(name, 0, 0, "is a folder, not a file");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw DataError(name, 0, 0, "cannot be opened", "is it readable?");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) throw DataError(name, 0, 0, "cannot be read");
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\0') != std::string::npos)
    throw DataError(name, 0, 0, "contains zero bytes", "save it as UTF-8 text, not UTF-16 or a spreadsheet");
  return text;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Lines without their ends; blank lines at the end are dropped.
std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  std::size_t begin = 0;
  for (int number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back({number, std::move(line)});
    begin = end + 1;
  }
  while (!lines.empty() && trimmed(lines.back().text).empty()) lines.pop_back();
  return lines;
}

/// Reads a quoted field that starts at text[at] == '"'; leaves `at` behind the closing quote.
std::string quoted_field(const std::string& file, const Line& line, int column, std::size_t& at) {
  std::string field;
  for (++at; at < line.text.size(); ++at) {
    if (line.text[at] != '"') {
      field += line.text[at];
    } else if (at + 1 < line.text.size() && line.text[at + 1] == '"') {
      field += '"';
      ++at;
    } else {
      ++at;
      return field;
    }
  }
  throw DataError(file, line.number, column, "a quote is not closed on its line",
                  "line breaks inside quotes are not supported");
}

std::vector<std::string> fields_of(const std::string& file, const Line& line) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  for (;;) {
    const int column = static_cast<int>(fields.size()) + 1;
    const std::size_t start = line.text.find_first_not_of(" \t", at);
    if (start != std::string::npos && line.text[start] == '"') {
      at = start;
      fields.push_back(quoted_field(file, line, column, at));
      const std::size_t end = std::min(line.text.find(',', at), line.text.size());
      const std::string rest = trimmed(line.text.substr(at, end - at));
      if (!rest.empty()) throw DataError(file, line.number, column, "\"" + rest + "\" follows a closing quote");
      at = end;
    } else {
      const std::size_t end = std::min(line.text.find(',', at), line.text.size());
      fields.push_back(trimmed(line.text.substr(at, end - at)));
      at = end;
    }
    if (at >= line.text.size()) return fields;
    ++at;  // the comma
  }
}

std::vector<std::string> header_names(const std::string& file, const Line& line) {
  const std::vector<std::string> names = fields_of(file, line);
  if (names.size() == 1 && names[0].find_first_of(";\t") != std::string::npos)
    throw DataError(file, line.number, 1, "the header has no comma",
                    "fields are separated by commas, not by ; or tabs");
  std::set<std::string> seen;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const int column = static_cast<int>(c) + 1;
    if (names[c].empty())
      throw DataError(file, line.number, column, "column " + std::to_string(column) + " has no name");
    if (!seen.insert(names[c]).second)
      throw DataError(file, line.number, column, "column name \"" + names[c] + "\" occurs twice");
  }
  return names;
}

double number(const std::string& file, const Line& line, int column, const std::string& name,
              const std::string& text) {
  const std::string where = " in column \"" + name + "\"";
  if (text.empty())
    throw DataError(file, line.number, column, "empty field" + where,
                    "missing values are not supported: drop the row");
  const char* begin = text.data() + (text[0] == '+' && !text.starts_with("+-") ? 1 : 0);
  const char* end = text.data() + text.size();
  double value = 0;
  const auto [rest, error] = std::from_chars(begin, end, value);
  if (error == std::errc::result_out_of_range)
    throw DataError(file, line.number, column, "\"" + text + "\"" + where + " is out of the range of double");
  if (error != std::errc() || rest != end)
    throw DataError(file, line.number, column, "\"" + text + "\"" + where + " is not a number");
  if (!std::isfinite(value))
    throw DataError(file, line.number, column, "\"" + text + "\"" + where + " is not finite",
                    "missing values are not supported: drop the row");
  return value;
}

}  // namespace

Table read_csv(const std::filesystem::path& path) {
  const std::string file = path.string();
  const std::vector<Line> lines = lines_of(read_file(file, path));
  if (lines.empty()) throw DataError(file, 0, 0, "is empty", "the first line must name the columns");
  const std::vector<std::string> names = header_names(file, lines[0]);
  if (lines.size() == 1) throw DataError(file, 1, 0, "has a header but no rows");
  Points values(static_cast<Index>(lines.size()) - 1, static_cast<Index>(names.size()));
  for (std::size_t r = 1; r < lines.size(); ++r) {
    if (trimmed(lines[r].text).empty())
      throw DataError(file, lines[r].number, 0, "the line is empty", "blank lines are allowed at the end only");
    const std::vector<std::string> fields = fields_of(file, lines[r]);
    if (fields.size() != names.size())
      throw DataError(file, lines[r].number, 0,
                      std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") +
                          " but the header names " + std::to_string(names.size()) + " columns");
    for (std::size_t c = 0; c < fields.size(); ++c)
      values(static_cast<Index>(r) - 1, static_cast<Index>(c)) =
          number(file, lines[r], static_cast<int>(c) + 1, names[c], fields[c]);
  }
  return Table(names, std::move(values), file);
}

}  // namespace sgdlimits
