#include "models/formula/op.hpp"

#include <array>
#include <cmath>

namespace sgdlimits::formula {
namespace {

constexpr std::array functions{
    Function{"abs", Op::abs, 1},           Function{"acos", Op::acos, 1},   Function{"acosh", Op::acosh, 1},
    Function{"asin", Op::asin, 1},         Function{"asinh", Op::asinh, 1}, Function{"atan", Op::atan, 1},
    Function{"atanh", Op::atanh, 1},       Function{"cos", Op::cos, 1},     Function{"cosh", Op::cosh, 1},
    Function{"erf", Op::erf, 1},           Function{"erfc", Op::erfc, 1},   Function{"exp", Op::exp, 1},
    Function{"expm1", Op::expm1, 1},       Function{"log", Op::log, 1},     Function{"log1p", Op::log1p, 1},
    Function{"logcosh", Op::logcosh, 1},   Function{"max", Op::max, 2},     Function{"min", Op::min, 2},
    Function{"pow", Op::pow, 2},           Function{"relu", Op::relu, 1},   Function{"sigmoid", Op::sigmoid, 1},
    Function{"sign", Op::sign, 1},         Function{"sin", Op::sin, 1},     Function{"sinh", Op::sinh, 1},
    Function{"softplus", Op::softplus, 1}, Function{"sqrt", Op::sqrt, 1},   Function{"step", Op::step, 1},
    Function{"tan", Op::tan, 1},           Function{"tanh", Op::tanh, 1}};

double log_cosh(double a) {
  const double z = std::abs(a);
  if (z < 1) {
    const double s = std::sinh(0.5 * z);
    return std::log1p(2 * s * s);
  }
  return z + std::log1p(std::exp(-2 * z)) - std::log(2.0);
}

double sigmoid(double a) {
  const double e = std::exp(-std::abs(a));
  return (a < 0 ? e : 1.0) / (1 + e);
}

}  // namespace

const Function* find_function(const std::string& name) {
  for (const Function& f : functions)
    if (name == f.name) return &f;
  return nullptr;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Function& f : functions) names.emplace_back(f.name);
  return names;
}

double apply(Op op, double a, double b) {
  switch (op) {
    case Op::abs: return std::abs(a);
    case Op::acos: return std::acos(a);
    case Op::acosh: return std::acosh(a);
    case Op::asin: return std::asin(a);
    case Op::asinh: return std::asinh(a);
    case Op::atan: return std::atan(a);
    case Op::atanh: return std::atanh(a);
    case Op::cos: return std::cos(a);
    case Op::cosh: return std::cosh(a);
    case Op::erf: return std::erf(a);
    case Op::erfc: return std::erfc(a);
    case Op::exp: return std::exp(a);
    case Op::expm1: return std::expm1(a);
    case Op::log: return std::log(a);
    case Op::log1p: return std::log1p(a);
    case Op::logcosh: return log_cosh(a);
    case Op::relu: return a < 0 ? 0.0 : a;
    case Op::sigmoid: return sigmoid(a);
    case Op::sign: return static_cast<double>((a > 0) - (a < 0));
    case Op::sin: return std::sin(a);
    case Op::sinh: return std::sinh(a);
    case Op::softplus: return (a > 0 ? a : 0.0) + std::log1p(std::exp(-std::abs(a)));
    case Op::sqrt: return std::sqrt(a);
    case Op::step: return 0.5 * static_cast<double>(1 + (a > 0) - (a < 0));
    case Op::tan: return std::tan(a);
    case Op::tanh: return std::tanh(a);
    case Op::max: return a < b ? b : a;
    case Op::min: return b < a ? b : a;
    case Op::pow: return std::pow(a, b);
    case Op::equal: return a == b;
    case Op::unequal: return a != b;
    case Op::less: return a < b;
    case Op::less_equal: return a <= b;
    default: return std::nan("");
  }
}

}  // namespace sgdlimits::formula
