/// Text of a formula to a syntax tree, with the place of every mistake.
///
/// GiNaC has a parser, but it reports no positions, accepts names that clash with its own and knows no comparisons;
/// so the text is read here and GiNaC is handed the tree.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/formula/op.hpp"

namespace sgdlimits::formula {

struct Syntax {
  enum class Kind { number, name, negate, add, subtract, multiply, divide, power, call };
  Kind kind = Kind::number;
  std::size_t position = 0;  ///< of the operator, the name or the number in the text
  double value = 0;          ///< number
  std::string text;          ///< digits of a number as written; the name
  Op op = Op::constant;      ///< call, and comparisons as calls
  std::vector<Syntax> children;
};

/// What names mean while a text is read.
struct Names {
  std::vector<std::string> known;            ///< symbols
  std::map<std::string, double> parameters;  ///< symbols replaced by numbers
  bool collect_unknown = false;              ///< unknown names are appended to `known` rather than refused
  bool columns = false;                      ///< comparisons and bracketed names are allowed
};

/// Throws FormulaError. Afterwards every name in the tree is in names.known; pi and e (unless known) are numbers.
/// `used` lists the known names and parameters that appear, in order of first appearance.
Syntax parse(const std::string& expression, Names& names, std::vector<std::string>& used);

/// The tree's value if it has no names.
std::optional<double> constant_value(const Syntax& tree);

bool is_identifier(const std::string& name);

}  // namespace sgdlimits::formula
