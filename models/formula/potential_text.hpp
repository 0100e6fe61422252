/// The text of a potential: its names sorted into coordinates, parameters and sample symbols.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/formula/syntax.hpp"

namespace sgdlimits::formula {

struct Text {
  Syntax tree;
  std::vector<std::string> variables;  ///< coordinates in order
};

/// `variables` empty: the free symbols in order of appearance. Throws FormulaError for the text, InvalidArgument for
/// a name that is none, is given twice or does not occur, and for a parameter that is not finite.
Text read_text(const std::string& expression, const std::vector<std::string>& variables,
               const std::map<std::string, double>& parameters, const std::vector<std::string>& samples);

/// "h*x^2 with h = 1"
std::string described(const std::string& expression, const std::map<std::string, double>& parameters);

}  // namespace sgdlimits::formula
