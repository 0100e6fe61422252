#include "apps/experiment/measured_expression.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>

#include "core/text.hpp"
#include "models/formula/formula.hpp"

namespace sgdlimits::experiment {

namespace {

bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool inside_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

struct Found {
  std::string name;
  std::size_t place;
};

/// Words that hold a dot, in order. "2.5" begins with no letter.
std::vector<Found> dotted_names(const std::string& text) {
  std::vector<Found> found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!inside_name(text[at]) && text[at] != '.') continue;
    const std::size_t begin = at;
    while (at < text.size() && (inside_name(text[at]) || text[at] == '.')) ++at;
    const std::string word = text.substr(begin, at - begin);
    if (letter(word[0]) && word.find('.') != std::string::npos) found.push_back({word, begin});
  }
  return found;
}

}  // namespace

MeasuredExpression MeasuredExpression::parse(const std::string& text) {
  std::string plain = text;  // dots of names become "_", so that places stay
  std::map<std::string, Found> by_plain;
  for (const Found& found : dotted_names(text)) {
    std::string name = found.name;
    std::replace(name.begin(), name.end(), '.', '_');
    plain.replace(found.place, name.size(), name);
    const auto [known, fresh] = by_plain.emplace(name, found);
    if (!fresh && known->second.name != found.name) {
      throw FormulaError(text, found.place, fmt::format("{} and {} are too alike", found.name, known->second.name),
                         "rename a study");
    }
  }
  std::vector<std::string> known;
  for (const auto& [name, found] : by_plain) known.push_back(name);
  try {
    ColumnExpression body = ColumnExpression::parse(plain, known);
    std::vector<std::string> names;
    std::vector<std::size_t> places;
    for (const std::string& name : body.names()) {
      names.push_back(by_plain.at(name).name);
      places.push_back(by_plain.at(name).place);
    }
    return {std::move(body), std::move(names), std::move(places)};
  } catch (const FormulaError& error) {
    throw FormulaError(text, error.position(), error.what_is_wrong(),
                       "names read STUDY.QUANTITY, with \"_\" for what is no letter or digit, or are swept keys");
  }
}

double MeasuredExpression::operator()(const std::vector<double>& values) const {
  Points row(1, static_cast<Index>(values.size()));
  for (std::size_t j = 0; j < values.size(); ++j) row(0, static_cast<Index>(j)) = values[j];
  return body_.evaluate(row)(0);
}

void check_expression(const std::string& text, const std::set<std::string>& owners) {
  const MeasuredExpression parsed = MeasuredExpression::parse(text);
  for (std::size_t k = 0; k < parsed.names().size(); ++k) {
    const std::string& name = parsed.names()[k];
    if (owners.count(name) || owners.count(name.substr(0, name.find('.') + 1))) continue;
    std::vector<std::string> known(owners.begin(), owners.end());
    const std::string near = nearest_name(name, known);
    for (std::string& owner : known) owner += owner.back() == '.' ? "QUANTITY" : "";
    throw FormulaError(text, parsed.places()[k], fmt::format("{} is neither a swept key nor of a study", name),
                       near.empty() || near.back() == '.' ? fmt::format("known: {}", fmt::join(known, ", "))
                                                          : fmt::format("did you mean {}?", near));
  }
}

Carried carry(const std::function<double(const std::vector<double>&)>& g, const std::vector<Uncertain>& inputs) {
  std::vector<double> x;
  for (const Uncertain& input : inputs) x.push_back(input.value);
  Carried carried{g(x), 0, 0};
  std::map<std::string, double> by_owner;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto moved = [&](double by) {
      std::vector<double> y = x;
      y[k] += by;
      return g(y);
    };
    const std::string owner = inputs[k].name.substr(0, inputs[k].name.find('.'));
    if (const double e = inputs[k].standard_error; e > 0) by_owner[owner] += std::abs(moved(e) - moved(-e)) / 2;
    if (const double b = inputs[k].bound; b > 0)
      carried.bound += std::max(std::abs(moved(b) - carried.value), std::abs(moved(-b) - carried.value));
  }
  double squares = 0;
  for (const auto& [owner, error] : by_owner) squares += error * error;
  carried.standard_error = std::sqrt(squares);
  if (!std::isfinite(carried.value + carried.standard_error + carried.bound))
    carried.value = carried.standard_error = carried.bound = std::numeric_limits<double>::quiet_NaN();
  return carried;
}

}  // namespace sgdlimits::experiment
