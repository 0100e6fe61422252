#include "models/data/table.hpp"

#include <cmath>
#include <set>

#include "core/errors.hpp"
#include "models/names.hpp"

namespace sgdlimits {
namespace {

void check_values(const std::string& source, const std::string& name, ValuesView values) {
  for (Index i = 0; i < values.size(); ++i)
    if (!std::isfinite(values(i)))
      throw InvalidArgument(source + ", column \"" + name + "\", row " + std::to_string(i + 1), values(i), "finite");
}

}  // namespace

Table::Table(std::vector<std::string> names, Points values, std::string source)
    : names_(std::move(names)), values_(std::move(values)), source_(std::move(source)) {
  if (values_.rows() < 1 || values_.cols() < 1)
    throw InvalidArgument("size of " + source_, std::to_string(rows()) + " x " + std::to_string(columns()),
                          "at least one row and one column");
  if (static_cast<Index>(names_.size()) != columns())
    throw InvalidArgument("number of column names of " + source_, std::to_string(names_.size()),
                          "the number of columns, " + std::to_string(columns()));
  std::set<std::string> seen;
  for (Index c = 0; c < columns(); ++c) {
    const std::string& name = names_[static_cast<std::size_t>(c)];
    if (name.empty())
      throw InvalidArgument("name of column " + std::to_string(c + 1) + " of " + source_, "empty", "a name");
    if (!seen.insert(name).second)
      throw InvalidArgument("name of column " + std::to_string(c + 1) + " of " + source_, "\"" + name + "\" again",
                            "different from those before");
    check_values(source_, name, values_.col(c));
  }
}

Index Table::find(const std::string& name) const {
  for (std::size_t c = 0; c < names_.size(); ++c)
    if (names_[c] == name) return static_cast<Index>(c);
  throw_unknown_name("column of " + source_, name, names_);
}

bool Table::has_column(const std::string& name) const {
  for (const std::string& n : names_)
    if (n == name) return true;
  return false;
}

Values Table::column(const std::string& name) const { return values_.col(find(name)); }

void Table::add_column(const std::string& name, ValuesView values) {
  if (name.empty()) throw InvalidArgument("name of a new column of " + source_, "empty", "a name");
  if (has_column(name))
    throw InvalidArgument("name of a new column of " + source_, "\"" + name + "\"", "different from those before");
  if (values.size() != rows())
    throw InvalidArgument("length of column \"" + name + "\"", std::to_string(values.size()),
                          "the number of rows of " + source_ + ", " + std::to_string(rows()));
  check_values(source_, name, values);
  values_.conservativeResize(Eigen::NoChange, columns() + 1);
  values_.col(columns() - 1) = values;
  names_.push_back(name);
}

Standardisation Table::standardise(const std::string& name) {
  const Index c = find(name);
  const double n = static_cast<double>(rows());
  // plain sums in row order, so that the result does not depend on the vector width
  double sum = 0, square = 0;
  for (Index i = 0; i < rows(); ++i) sum += values_(i, c);
  const double mean = sum / n;
  for (Index i = 0; i < rows(); ++i) square += (values_(i, c) - mean) * (values_(i, c) - mean);
  const double sd = std::sqrt(square / n);
  if (values_.col(c).minCoeff() == values_.col(c).maxCoeff())
    throw InvalidArgument(
        "standard deviation of column \"" + name + "\" of " + source_, 0.0, "positive",
        "a constant column cannot be standardised: leave it out, or write \"1\" for a constant input");
  for (Index i = 0; i < rows(); ++i) values_(i, c) = (values_(i, c) - mean) / sd;
  return {mean, sd};
}

Values evaluate(const ColumnFunction& expression, const Table& table, const std::string& name) {
  Values values = expression(table);
  if (values.size() != table.rows())
    throw InvalidArgument("length of " + name, std::to_string(values.size()),
                          "the number of rows of " + table.source() + ", " + std::to_string(table.rows()));
  check_values(table.source(), name, values);
  return values;
}

Eigen::MatrixXd design_matrix(const Table& table, const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw InvalidArgument("number of inputs", "0", "at least 1");
  Eigen::MatrixXd x(table.rows(), static_cast<Index>(inputs.size()));
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto c = static_cast<Index>(k);
    if (inputs[k] == "1" && !table.has_column("1"))
      x.col(c).setOnes();
    else
      x.col(c) = table.column(inputs[k]).matrix();
  }
  return x;
}

}  // namespace sgdlimits
