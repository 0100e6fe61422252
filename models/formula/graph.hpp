/// The directed acyclic graph of one or several expressions: every common subexpression is one node.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/formula/op.hpp"

namespace sgdlimits::formula {

/// sum: constant + sum_i coefficient_i * args_i. product: prod_i args_i^exponent_i, exponents nonzero integers.
struct Node {
  Op op = Op::constant;
  int input = 0;        ///< number of an input
  double constant = 0;  ///< of a constant or a sum
  std::vector<int> args;
  std::vector<double> coefficients;
  std::vector<int> exponents;
  /// Of the structure alone, so that an order by it is the same in every process.
  std::uint64_t hash = 0;
};

class Graph {
 public:
  int constant(double value);
  int input(int index);
  int call(Op op, std::vector<int> args);
  /// Sorts the terms, merges equal ones, drops zeros; one term with coefficient 1 alone is that term.
  int sum(std::vector<std::pair<double, int>> terms, double constant);
  /// Sorts the factors and merges equal ones; no factor at all is the constant 1.
  int product(std::vector<std::pair<int, int>> factors);

  const Node& operator[](int node) const { return nodes_[static_cast<std::size_t>(node)]; }
  int size() const { return static_cast<int>(nodes_.size()); }
  bool before(int a, int b) const;

  /// The node with every node n for which replacement(n) >= 0 exchanged for it.
  int substitute(int root, const std::function<int(int)>& replacement, std::map<int, int>& done);
  /// The node with its arguments exchanged.
  int rebuild(int node, const std::vector<int>& args);
  /// The value at one point by the scalar library.
  double evaluate(int root, const std::vector<double>& inputs, std::map<int, double>& done) const;

 private:
  int intern(Node node);
  std::vector<Node> nodes_;
  std::map<std::string, int> numbers_;
};

}  // namespace sgdlimits::formula
