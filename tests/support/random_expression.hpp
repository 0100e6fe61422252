/// Random formulas with a direct evaluator of values and exact derivatives: the readable reference.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace sgdlimits::test {

/// Value, gradient and Hessian in two variables by the chain rule (forward mode).
struct Jet {
  double v = 0;
  std::array<double, 2> g{};
  std::array<double, 3> h{};  ///< xx, xy, yy
  double largest = 0;         ///< absolute entry of any jet on the way: the scale of rounding
  bool kink = false;          ///< an argument within 1e-7 of a kink on the way

  Jet(double value = 0) : v(value), largest(std::abs(value)) {}  // NOLINT: numbers are jets
  static Jet variable(double value, int which) {
    Jet x(value);
    x.g[static_cast<std::size_t>(which)] = 1;
    return x;
  }
  Jet& inherit(const Jet& a) {
    kink = kink || a.kink;
    largest = std::max({largest, a.largest, std::abs(v)});
    for (const double e : g) largest = std::max(largest, std::abs(e));
    for (const double e : h) largest = std::max(largest, std::abs(e));
    return *this;
  }
};

inline constexpr std::array<std::array<std::size_t, 2>, 3> kPairs{{{0, 0}, {0, 1}, {1, 1}}};

inline Jet operator+(Jet a, const Jet& b) {
  a.v += b.v;
  for (std::size_t i = 0; i < 2; ++i) a.g[i] += b.g[i];
  for (std::size_t i = 0; i < 3; ++i) a.h[i] += b.h[i];
  return a.inherit(b);
}
inline Jet operator*(const Jet& a, const Jet& b) {
  Jet p(a.v * b.v);
  for (std::size_t i = 0; i < 2; ++i) p.g[i] = a.g[i] * b.v + a.v * b.g[i];
  for (std::size_t k = 0; k < 3; ++k) {
    const auto [i, j] = kPairs[k];
    p.h[k] = a.h[k] * b.v + a.g[i] * b.g[j] + a.g[j] * b.g[i] + a.v * b.h[k];
  }
  return p.inherit(a).inherit(b);
}
/// f(a) from f, f', f'' at a.v.
inline Jet chain(const Jet& a, double f, double f1, double f2) {
  Jet c(f);
  for (std::size_t i = 0; i < 2; ++i) c.g[i] = f1 * a.g[i];
  for (std::size_t k = 0; k < 3; ++k) c.h[k] = f1 * a.h[k] + f2 * a.g[kPairs[k][0]] * a.g[kPairs[k][1]];
  return c.inherit(a);
}
inline Jet operator-(const Jet& a, const Jet& b) { return a + Jet(-1) * b; }
inline Jet reciprocal(const Jet& a) { return chain(a, 1 / a.v, -1 / (a.v * a.v), 2 / (a.v * a.v * a.v)); }
inline Jet power(const Jet& a, int n) {
  Jet p = a;
  for (int k = 1; k < n; ++k) p = p * a;
  return p;
}
inline Jet at_kink(Jet a, double distance) {
  a.kink = a.kink || std::abs(distance) < 1e-7;
  return a;
}
inline Jet larger(const Jet& a, const Jet& b) {
  Jet m = a.v > b.v ? a : b;
  return at_kink(m.inherit(a).inherit(b), a.v - b.v);
}

inline Jet function_of(const std::string& name, const Jet& a) {
  const double v = a.v, e = 1 / (1 + std::exp(-v)), t = std::tanh(v), q = 1 + v * v;
  if (name == "sin") return chain(a, std::sin(v), std::cos(v), -std::sin(v));
  if (name == "cos") return chain(a, std::cos(v), -std::sin(v), -std::cos(v));
  if (name == "tanh") return chain(a, t, 1 - t * t, -2 * t * (1 - t * t));
  if (name == "atan") return chain(a, std::atan(v), 1 / q, -2 * v / (q * q));
  const double bell = 2 / std::sqrt(std::acos(-1.0)) * std::exp(-v * v);
  if (name == "erf") return chain(a, std::erf(v), bell, -2 * v * bell);
  if (name == "sigmoid") return chain(a, e, e * (1 - e), e * (1 - e) * (1 - 2 * e));
  const double logcosh = std::abs(v) + std::log1p(std::exp(-2 * std::abs(v))) - std::log(2.0);
  if (name == "logcosh") return chain(a, logcosh, t, 1 - t * t);
  if (name == "abs") return at_kink(chain(a, std::abs(v), v > 0 ? 1 : -1, 0), v);
  return at_kink(chain(a, std::max(v, 0.0), v > 0 ? 1 : 0, 0), v);  // relu
}

/// A tree of an expression in the variables x and y, and in the sample symbols c and d if asked for.
struct RandomExpression {
  char kind = 'n';  // n number, x y variables, c d samples, + - * / ^, f function, M max, m min
  double number = 0;
  std::string function;
  std::unique_ptr<RandomExpression> left, right;

  std::string text() const {
    switch (kind) {
      case 'n': {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.3f", number);
        return digits;
      }
      case '^': return "(" + left->text() + ")^" + std::to_string(static_cast<int>(number));
      case 'f': return function + "(" + left->text() + ")";
      case 'M': return "max(" + left->text() + "," + right->text() + ")";
      case 'm': return "min(" + left->text() + "," + right->text() + ")";
      case '/': return "(" + left->text() + ")/(2+(" + right->text() + ")^2)";
      case '+':
      case '-':
      case '*': return "(" + left->text() + kind + right->text() + ")";
      default: return {kind};
    }
  }

  Jet jet(double x, double y, double c = 0, double d = 0) const {
    switch (kind) {
      case 'n': return number;
      case 'x': return Jet::variable(x, 0);
      case 'y': return Jet::variable(y, 1);
      case 'c': return c;
      case 'd': return d;
      default: break;
    }
    const Jet a = left->jet(x, y, c, d);
    if (kind == 'f') return function_of(function, a);
    if (kind == '^') return power(a, static_cast<int>(number));
    const Jet b = right->jet(x, y, c, d);
    switch (kind) {
      case '+': return a + b;
      case '-': return a - b;
      case '*': return a * b;
      case 'M': return larger(a, b);
      case 'm': return Jet(-1) * larger(Jet(-1) * a, Jet(-1) * b);
      default: return a * reciprocal(Jet(2) + b * b);
    }
  }
};

/// Leaves, inner nodes and functions are drawn from these, with equal weights.
struct ExpressionKinds {
  std::string leaves = "nxyxy", inner = "+-*/^fffM";
  std::vector<std::string> functions = {"sin", "cos", "tanh", "atan", "erf", "sigmoid", "logcosh"};
};
/// With sample symbols and kinks.
inline ExpressionKinds kinds_with_samples_and_kinks() {
  return {"nxyxycd", "+-*/^fffMm", {"sin", "tanh", "erf", "sigmoid", "logcosh", "abs", "abs", "relu"}};
}

inline std::unique_ptr<RandomExpression> random_expression(std::mt19937_64& random, int depth,
                                                           const ExpressionKinds& kinds = {}) {
  auto tree = std::make_unique<RandomExpression>();
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  if (depth == 0) {
    tree->kind = kinds.leaves[pick(kinds.leaves.size())];
    tree->number = static_cast<double>(pick(4001) + 1) / 1000.0;
    return tree;
  }
  tree->kind = kinds.inner[pick(kinds.inner.size())];
  tree->left = random_expression(random, depth - 1, kinds);
  tree->right = random_expression(random, depth - 1, kinds);
  tree->number = static_cast<double>(2 + pick(2));
  tree->function = kinds.functions[pick(kinds.functions.size())];
  return tree;
}

}  // namespace sgdlimits::test
