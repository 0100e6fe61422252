/// Tokens of a formula with their places.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sgdlimits::formula {

struct Token {
  enum class Kind { number, name, symbol, end };
  Kind kind = Kind::end;
  std::size_t position = 0;  ///< 0-based, of the first character
  std::string text;
  double value = 0;
};

/// The last token is of kind end. With `brackets` a name may carry an index: w[0], w[1,2]. Throws FormulaError.
std::vector<Token> tokenise(const std::string& text, bool brackets);

}  // namespace sgdlimits::formula
