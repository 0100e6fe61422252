#include "models/formula/formula.hpp"

namespace sgdlimits {
namespace {

std::string message(const std::string& expression, std::size_t position, const std::string& what,
                    const std::string& remedy) {
  std::string one_line = expression;
  for (char& c : one_line)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  std::string text =
      one_line + "\n" + std::string(position, ' ') + "^ position " + std::to_string(position) + ": " + what;
  if (!remedy.empty()) text += "; " + remedy;
  return text;
}

}  // namespace

FormulaError::FormulaError(std::string expression, std::size_t position, std::string what, std::string remedy)
    : Error(message(expression, position, what, remedy)),
      expression_(std::move(expression)),
      what_(std::move(what)),
      remedy_(std::move(remedy)),
      position_(position) {}

}  // namespace sgdlimits
