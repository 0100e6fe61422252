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

std::string owner_of(const std::string& name) { return name.substr(0, name.find('.')); }

using Function = std::function<double(const std::vector<double>&)>;

constexpr double kReach = Measurement::kLevelOneInAMillion;
constexpr double kSteepest = 10;

/// g on the segment x + t direction, -1 <= t <= 1.
struct Segment {
  bool finite = true, monotone = true, steep = false;
  double change = 0;  ///< largest distance from the value in the middle
};

Segment along(const Function& g, const std::vector<double>& x, const std::vector<double>& direction) {
  constexpr int kHalf = 48;
  Segment segment;
  std::vector<double> values;
  for (int k = -kHalf; k <= kHalf; ++k) {
    std::vector<double> y = x;
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += direction[i] * k / kHalf;
    values.push_back(g(y));
    if (!std::isfinite(values.back())) return {false, false, true, std::numeric_limits<double>::infinity()};
  }
  std::vector<double> slopes;
  double largest = 0;
  bool rises = false, falls = false;
  for (std::size_t k = 0; k < values.size(); ++k) {
    segment.change = std::max(segment.change, std::abs(values[k] - values[kHalf]));
    largest = std::max(largest, std::abs(values[k]));
    if (k == 0) continue;
    slopes.push_back(std::abs(values[k] - values[k - 1]));
    rises |= values[k] > values[k - 1];
    falls |= values[k] < values[k - 1];
  }
  segment.monotone = !(rises && falls);
  const double steepest = *std::max_element(slopes.begin(), slopes.end());
  std::nth_element(slopes.begin(), slopes.begin() + kHalf, slopes.end());
  segment.steep = steepest > kSteepest * slopes[kHalf] && steepest > 1e-13 * largest;
  return segment;
}

/// What the inputs do to g, one by one.
struct Effects {
  std::vector<double> slope, bend;   ///< a and b over one standard error
  std::vector<double> size, toward;  ///< sqrt(a^2 + 2 b^2); sign of a
};

Effects effects_of(const Function& g, const std::vector<double>& x, double middle,
                   const std::vector<Uncertain>& inputs) {
  Effects effects;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto moved = [&](double by) {
      std::vector<double> y = x;
      y[k] += by;
      return g(y);
    };
    const double e = inputs[k].standard_error, reach = e > 0 ? e : inputs[k].bound;
    const double above = moved(reach), below = moved(-reach);
    effects.toward.push_back(above < below ? -1 : 1);
    effects.slope.push_back(e > 0 ? (above - below) / 2 : 0);
    effects.bend.push_back(e > 0 ? (above + below) / 2 - middle : 0);
    effects.size.push_back(std::hypot(effects.slope[k], std::sqrt(2.0) * effects.bend[k]));
  }
  return effects;
}

/// The correlation of two inputs, or the sign that makes the sum of their effects largest.
double correlation_or_worst(const Correlations& correlations, const Effects& effects, std::size_t i, std::size_t j) {
  const double known = correlations(static_cast<Index>(i), static_cast<Index>(j));
  return std::isnan(known) ? effects.toward[i] * effects.toward[j] : known;
}

double standard_error_of(const Correlations& correlations, const Effects& effects) {
  double variance = 0;
  for (std::size_t i = 0; i < effects.size.size(); ++i) {
    variance += effects.size[i] * effects.size[i];
    for (std::size_t j = 0; j < i; ++j) {
      const bool known = !std::isnan(correlations(static_cast<Index>(i), static_cast<Index>(j)));
      variance += 2 * (known ? effects.slope[i] * effects.slope[j] *
                                   correlations(static_cast<Index>(i), static_cast<Index>(j))
                             : effects.size[i] * effects.size[j]);
    }
  }
  return std::sqrt(std::max(0.0, variance));
}

/// Size of E g(x + errors) - g(x) to second order: sum of b, and of rho_ij times the mixed differences.
double bias_of(const Function& g, const std::vector<double>& x, const std::vector<Uncertain>& inputs,
               const Correlations& correlations, const Effects& effects) {
  double bias = 0, unknown = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    bias += effects.bend[i];
    for (std::size_t j = 0; j < i; ++j) {
      const double rho = correlations(static_cast<Index>(i), static_cast<Index>(j));
      if (rho == 0 || !(inputs[i].standard_error > 0 && inputs[j].standard_error > 0)) continue;
      const auto moved = [&](double a, double b) {
        std::vector<double> y = x;
        y[i] += a * inputs[i].standard_error;
        y[j] += b * inputs[j].standard_error;
        return g(y);
      };
      const double mixed = (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) / 4;
      std::isnan(rho) ? unknown += std::abs(mixed) : bias += rho * mixed;
    }
  }
  return std::abs(bias) + unknown;
}

/// The point at one standard error of g that is most likely: covariance times gradient over that error.
std::vector<double> likely_direction(const Correlations& correlations, const Effects& effects,
                                     const std::vector<Uncertain>& inputs, double error) {
  std::vector<double> direction(inputs.size(), 0);
  for (std::size_t i = 0; i < inputs.size() && error > 0; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < inputs.size(); ++j)
      sum += correlation_or_worst(correlations, effects, i, j) * effects.toward[j] * effects.size[j];
    direction[i] = inputs[i].standard_error * sum / error;
  }
  return direction;
}

/// Why g and its error are no number and its standard error, or nothing.
std::string obstacle(const Function& g, const std::vector<double>& x, const std::vector<Uncertain>& inputs,
                     const Effects& effects, std::vector<double> direction) {
  bool noisy = false;
  for (double& each : direction) {
    each *= kReach;
    noisy |= each != 0;
  }
  if (noisy && along(g, x, direction).steep)
    return "is not resolved: its slope changes more than tenfold, or ends, within 4.89 standard errors";
  for (std::size_t k = 0; k < x.size(); ++k) direction[k] += effects.toward[k] * inputs[k].bound;
  const Segment whole = along(g, x, direction);
  if (!whole.finite) return "is not defined throughout its errors and bounds";
  if (whole.steep && !whole.monotone) return "is not resolved: it has a pole or a kink within its errors and bounds";
  return "";
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

Correlations correlations_by_owner(const std::vector<Uncertain>& inputs) {
  const auto n = static_cast<Index>(inputs.size());
  Correlations correlations = Correlations::Identity(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      const std::string a = owner_of(inputs[static_cast<std::size_t>(i)].name),
                        b = owner_of(inputs[static_cast<std::size_t>(j)].name);
      if (i != j && (a == b || a == "compare" || b == "compare"))
        correlations(i, j) = std::numeric_limits<double>::quiet_NaN();
    }
  return correlations;
}

Carried carry(const std::function<double(const std::vector<double>&)>& g, const std::vector<Uncertain>& inputs) {
  return carry(g, inputs, correlations_by_owner(inputs));
}

Carried carry(const std::function<double(const std::vector<double>&)>& g, const std::vector<Uncertain>& inputs,
              const Correlations& correlations) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> x;
  for (const Uncertain& input : inputs) x.push_back(input.value);
  Carried carried{g(x), 0, 0, ""};
  if (!std::isfinite(carried.value)) return {kNone, kNone, kNone, "is not defined there"};
  const Effects effects = effects_of(g, x, carried.value, inputs);
  carried.standard_error = standard_error_of(correlations, effects);
  if (!std::isfinite(carried.standard_error)) return {kNone, kNone, kNone, "is not defined throughout its errors"};
  const std::vector<double> likely = likely_direction(correlations, effects, inputs, carried.standard_error);
  if (const std::string why = obstacle(g, x, inputs, effects, likely); !why.empty())
    return {kNone, kNone, kNone, why};
  carried.bound = bias_of(g, x, inputs, correlations, effects);
  for (std::size_t k = 0; k < x.size(); ++k) {
    std::vector<double> alone(x.size(), 0);
    alone[k] = inputs[k].bound;
    if (inputs[k].bound > 0) carried.bound += along(g, x, alone).change;
  }
  if (!std::isfinite(carried.bound)) return {kNone, kNone, kNone, "is not defined throughout its bounds"};
  return carried;
}

}  // namespace sgdlimits::experiment
