/// Expressions in measured numbers and swept keys, "log(gap.spectral_gap)"; internal to apps/experiment.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "models/formula/column_expression.hpp"

namespace sgdlimits::experiment {

/// A function of numbers with names OWNER.NAME; grammar and functions of formulas (docs/guide/formulas.md).
class MeasuredExpression {
 public:
  /// Throws FormulaError, places in `text`.
  static MeasuredExpression parse(const std::string& text);

  /// The names, each once, in order of first appearance.
  const std::vector<std::string>& names() const { return names_; }
  /// 0-based place of the first appearance of each.
  const std::vector<std::size_t>& places() const { return places_; }
  /// One value a name, in their order. Not finite where the function is not defined.
  double operator()(const std::vector<double>& values) const;

 private:
  MeasuredExpression(ColumnExpression body, std::vector<std::string> names, std::vector<std::size_t> places)
      : body_(std::move(body)), names_(std::move(names)), places_(std::move(places)) {}
  ColumnExpression body_;
  std::vector<std::string> names_;
  std::vector<std::size_t> places_;
};

/// Parses, and throws FormulaError at a name whose owner is not known: "gap." allows every name that begins so,
/// "dynamics.learning_rate" itself alone.
void check_expression(const std::string& text, const std::set<std::string>& owners);

/// A number whose error is to be carried through a function.
struct Uncertain {
  std::string name;
  double value = 0, standard_error = 0, bound = 0;
};
struct Carried {
  double value = 0, standard_error = 0, bound = 0;
};

/// g and its error. Sampling errors by central differences over one standard error; those of one owner (the part of
/// the name before the dot: one study, whose numbers come from the same paths) are added, as if they were fully
/// correlated, those of different owners add in squares. Bounds: the largest change over both ends, added up.
/// All three are NaN where g is not finite at one of these places.
Carried carry(const std::function<double(const std::vector<double>&)>& g, const std::vector<Uncertain>& inputs);

}  // namespace sgdlimits::experiment
