/// Tables of numbers with named columns, from CSV files or given inline.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

/// What standardise did: x -> (x - mean)/standard_deviation.
struct Standardisation {
  double mean, standard_deviation;
};

class Table {
 public:
  /// values is rows x columns. Throws InvalidArgument unless there is at least one row and column, names are
  /// distinct, not empty and as many as columns, and every value is finite. `source` is used in messages.
  Table(std::vector<std::string> names, Points values, std::string source = "inline table");

  Index rows() const { return values_.rows(); }
  Index columns() const { return values_.cols(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& source() const { return source_; }
  const Points& values() const { return values_; }

  bool has_column(const std::string& name) const;
  /// Length rows(). Throws InvalidArgument with the nearest name if there is none.
  Values column(const std::string& name) const;
  /// Appends a column; the conditions of the constructor hold.
  void add_column(const std::string& name, ValuesView values);

  /// Shifts and scales a column to mean 0 and mean square 1, the divisor being n (not n - 1), as the empirical risk
  /// is the mean over these n rows. Throws InvalidArgument for a constant column.
  Standardisation standardise(const std::string& name);

 private:
  Index find(const std::string& name) const;

  std::vector<std::string> names_;
  Points values_;
  std::string source_;
};

/// Reads a comma-separated file: one header line with names, then numbers; UTF-8 with or without byte-order mark,
/// lines ending in LF or CRLF, fields optionally in double quotes ("" inside stands for one), blanks around fields
/// dropped, empty lines at the end allowed. Throws DataError with file, line and column (counted in fields).
Table read_csv(const std::filesystem::path& file);

/// A column computed from a table, e.g. a parsed formula for the target.
using ColumnFunction = std::function<Values(const Table&)>;
/// The column, checked: throws InvalidArgument unless it has rows() finite values. `name` is used in messages.
Values evaluate(const ColumnFunction& expression, const Table& table, const std::string& name);

/// n x D matrix of the named columns; the name "1" is the constant column of ones (a bias), unless the table has a
/// column of that name.
Eigen::MatrixXd design_matrix(const Table& table, const std::vector<std::string>& inputs);

}  // namespace sgdlimits
