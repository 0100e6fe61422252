/// Expressions in named columns: targets of data ("8*(species == 1)") and observables ("w[0]^2").
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

/// A function of columns, evaluated on all rows at once.
///
/// Grammar and functions of formulas (docs/guide/formulas.md) and the comparisons ==, !=, <, <=, >, >=, which give 0
/// or 1 and bind weaker than +. Names may carry brackets: w[0], w[1,2]. Constants: pi, e, unless a column has that
/// name. Immutable, safe to share between threads, the same bits for a row in every batch.
class ColumnExpression {
 public:
  /// Throws FormulaError: place in the text, what is wrong, nearest known name.
  static ColumnExpression parse(const std::string& expression, const std::vector<std::string>& known_names);

  /// The names used, in order of first appearance.
  const std::vector<std::string>& names() const;
  /// One value a row. columns: N x names().size(), in the order of names(). Throws InvalidArgument on another shape.
  Values evaluate(PointsView columns) const;

 private:
  struct Body;
  std::shared_ptr<const Body> body_;
};

}  // namespace sgdlimits
