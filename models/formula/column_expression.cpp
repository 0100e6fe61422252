#include "models/formula/column_expression.hpp"

#include <string>

#include "core/errors.hpp"
#include "models/formula/program.hpp"
#include "models/formula/symbolic.hpp"

namespace sgdlimits {

struct ColumnExpression::Body {
  std::vector<std::string> names;
  formula::MeanProgram program;
};

ColumnExpression ColumnExpression::parse(const std::string& expression, const std::vector<std::string>& known_names) {
  formula::Names names;
  names.known = known_names;
  names.columns = true;
  auto body = std::make_shared<Body>();
  const formula::Syntax tree = formula::parse(expression, names, body->names);
  formula::Derivatives f = formula::differentiate(expression, tree, body->names, 0);
  formula::Samples none{static_cast<int>(body->names.size()), {}};
  body->program = formula::MeanProgram(f.graph, {f.value}, none);
  ColumnExpression result;
  result.body_ = std::move(body);
  return result;
}

const std::vector<std::string>& ColumnExpression::names() const { return body_->names; }

Values ColumnExpression::evaluate(PointsView columns) const {
  if (columns.cols() != static_cast<Index>(body_->names.size()))
    throw InvalidArgument("number of columns", std::to_string(columns.cols()),
                          std::to_string(body_->names.size()) + ", the number of names in the expression");
  Values result(columns.rows());
  double* out = result.data();
  Scratch scratch;
  body_->program.run(columns, &out, scratch);
  return result;
}

}  // namespace sgdlimits
