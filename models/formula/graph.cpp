#include "models/formula/graph.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sgdlimits::formula {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

std::string key(const Node& node) {
  std::string text;
  const auto append = [&text](const auto& value) {
    text.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  append(node.op);
  append(node.input);
  append(node.constant);
  for (int a : node.args) append(a);
  for (double c : node.coefficients) append(c);
  for (int e : node.exponents) append(e);
  return text;
}

double integer_power(double base, int exponent) {
  double result = 1;
  for (int n = std::abs(exponent); n > 0; n /= 2, base *= base)
    if (n % 2 == 1) result *= base;
  return exponent < 0 ? 1 / result : result;
}

}  // namespace

int Graph::intern(Node node) {
  const auto [place, is_new] = numbers_.try_emplace(key(node), size());
  if (!is_new) return place->second;
  std::uint64_t hash = mix(static_cast<std::uint64_t>(node.op) + 1, static_cast<std::uint64_t>(node.input));
  hash = mix(hash, std::bit_cast<std::uint64_t>(node.constant));
  for (int a : node.args) hash = mix(hash, (*this)[a].hash);
  for (double c : node.coefficients) hash = mix(hash, std::bit_cast<std::uint64_t>(c));
  for (int e : node.exponents) hash = mix(hash, static_cast<std::uint64_t>(e));
  node.hash = hash;
  nodes_.push_back(std::move(node));
  return place->second;
}

bool Graph::before(int a, int b) const {
  const Node &x = (*this)[a], &y = (*this)[b];
  // inputs first in their order, so that a sum reads as it was written
  if ((x.op == Op::input) != (y.op == Op::input)) return x.op == Op::input;
  if (x.op == Op::input) return x.input < y.input;
  return x.hash < y.hash;
}

int Graph::constant(double value) {
  Node node;
  node.constant = value + 0.0;  // one zero
  return intern(std::move(node));
}

int Graph::input(int index) {
  Node node;
  node.op = Op::input;
  node.input = index;
  return intern(std::move(node));
}

int Graph::call(Op op, std::vector<int> args) {
  Node node;
  node.op = op;
  node.args = std::move(args);
  return intern(std::move(node));
}

int Graph::sum(std::vector<std::pair<double, int>> terms, double constant_part) {
  std::sort(terms.begin(), terms.end(), [this](const auto& a, const auto& b) {
    return a.second != b.second ? before(a.second, b.second) : a.first < b.first;
  });
  Node node;
  node.op = Op::sum;
  node.constant = constant_part + 0.0;
  for (const auto& [c, n] : terms) {
    if ((*this)[n].op == Op::constant) {
      node.constant += c * (*this)[n].constant;
    } else if (!node.args.empty() && node.args.back() == n) {
      node.coefficients.back() += c;
    } else {
      node.args.push_back(n);
      node.coefficients.push_back(c);
    }
  }
  for (std::size_t i = node.args.size(); i-- > 0;) {
    if (node.coefficients[i] != 0) continue;
    node.args.erase(node.args.begin() + static_cast<std::ptrdiff_t>(i));
    node.coefficients.erase(node.coefficients.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (node.args.empty()) return constant(node.constant);
  if (node.args.size() == 1 && node.constant == 0 && node.coefficients[0] == 1) return node.args[0];
  return intern(std::move(node));
}

int Graph::product(std::vector<std::pair<int, int>> factors) {
  std::sort(factors.begin(), factors.end(), [this](const auto& a, const auto& b) {
    return a.first != b.first ? before(a.first, b.first) : a.second < b.second;
  });
  Node node;
  node.op = Op::product;
  for (const auto& [n, e] : factors) {
    if (!node.args.empty() && node.args.back() == n) {
      node.exponents.back() += e;
    } else {
      node.args.push_back(n);
      node.exponents.push_back(e);
    }
  }
  for (std::size_t i = node.args.size(); i-- > 0;) {
    if (node.exponents[i] != 0) continue;
    node.args.erase(node.args.begin() + static_cast<std::ptrdiff_t>(i));
    node.exponents.erase(node.exponents.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (node.args.empty()) return constant(1);
  if (node.args.size() == 1 && node.exponents[0] == 1) return node.args[0];
  return intern(std::move(node));
}

int Graph::rebuild(int number, const std::vector<int>& args) {
  const Node node = (*this)[number];
  if (node.op == Op::sum) {
    std::vector<std::pair<double, int>> terms;
    for (std::size_t i = 0; i < args.size(); ++i) terms.emplace_back(node.coefficients[i], args[i]);
    return sum(std::move(terms), node.constant);
  }
  if (node.op == Op::product) {
    std::vector<std::pair<int, int>> factors;
    for (std::size_t i = 0; i < args.size(); ++i) factors.emplace_back(args[i], node.exponents[i]);
    return product(std::move(factors));
  }
  return args.empty() ? number : call(node.op, args);
}

int Graph::substitute(int root, const std::function<int(int)>& replacement, std::map<int, int>& done) {
  if (const auto known = done.find(root); known != done.end()) return known->second;
  int result = replacement(root);
  if (result < 0) {
    std::vector<int> args = (*this)[root].args;
    for (int& a : args) a = substitute(a, replacement, done);
    result = rebuild(root, args);
  }
  done[root] = result;
  return result;
}

double Graph::evaluate(int root, const std::vector<double>& inputs, std::map<int, double>& done) const {
  if (const auto known = done.find(root); known != done.end()) return known->second;
  const Node& node = (*this)[root];
  std::vector<double> a;
  for (int n : node.args) a.push_back(evaluate(n, inputs, done));
  double result = node.constant;
  if (node.op == Op::input) result = inputs[static_cast<std::size_t>(node.input)];
  if (node.op == Op::sum)
    for (std::size_t i = 0; i < a.size(); ++i) result += node.coefficients[i] * a[i];
  if (node.op == Op::product) {
    result = 1;
    for (std::size_t i = 0; i < a.size(); ++i) result *= integer_power(a[i], node.exponents[i]);
  }
  if (is_unary(node.op) || is_binary(node.op)) result = apply(node.op, a[0], a.size() > 1 ? a[1] : 0);
  done[root] = result;
  return result;
}

}  // namespace sgdlimits::formula
