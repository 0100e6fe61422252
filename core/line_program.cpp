#include "core/line_program.hpp"

#include <array>
#include <cstdio>

namespace sgdlimits {

std::string to_string(LineOp op) {
  static constexpr std::array names{"input",   "constant", "add",     "multiply", "scale", "power", "abs",
                                    "acos",    "acosh",    "asin",    "asinh",    "atan",  "atanh", "cos",
                                    "cosh",    "erf",      "erfc",    "exp",      "expm1", "log",   "log1p",
                                    "logcosh", "relu",     "sigmoid", "sign",     "sin",   "sinh",  "softplus",
                                    "sqrt",    "step",     "tan",     "tanh",     "max",   "min"};
  static_assert(names.size() == static_cast<std::size_t>(LineOp::min) + 1);
  return names[static_cast<std::size_t>(op)];
}

int LineProgram::push(Instruction instruction) {
  code_.push_back(instruction);
  return static_cast<int>(code_.size()) - 1;
}

int LineProgram::input() { return push({}); }

int LineProgram::constant(double value) { return push({LineOp::constant, -1, -1, value}); }

int LineProgram::apply(LineOp op, int a, int b) { return push({op, a, b, 0}); }

int LineProgram::scale(double factor, int a) { return factor == 1 ? a : push({LineOp::scale, a, -1, factor}); }

int LineProgram::power(int a, double exponent) { return exponent == 1 ? a : push({LineOp::power, a, -1, exponent}); }

int LineProgram::mean(const std::vector<int>& values) {
  int sum = values.front();
  for (std::size_t i = 1; i < values.size(); ++i) sum = apply(LineOp::add, sum, values[i]);
  if (values.size() == 1) return sum;
  return apply(LineOp::multiply, sum, power(constant(static_cast<double>(values.size())), -1));
}

std::string LineProgram::text() const {
  std::string text;
  std::array<char, 64> number{};
  for (std::size_t k = 0; k < code_.size(); ++k) {
    const Instruction& i = code_[k];
    text += "v" + std::to_string(k) + " " + to_string(i.op);
    if (i.a >= 0) text += " v" + std::to_string(i.a);
    if (i.b >= 0) text += " v" + std::to_string(i.b);
    if (i.op == LineOp::constant || i.op == LineOp::scale || i.op == LineOp::power) {
      std::snprintf(number.data(), number.size(), " %a", i.constant);
      text += number.data();
    }
    text += "\n";
  }
  return text + "result v" + std::to_string(result_) + "\n";
}

}  // namespace sgdlimits
