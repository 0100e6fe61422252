/// Exact derivatives: a syntax tree to a graph by GiNaC. The only interface to GiNaC.
#pragma once

#include <string>
#include <vector>

#include "models/formula/graph.hpp"
#include "models/formula/syntax.hpp"

namespace sgdlimits::formula {

/// Nodes of the function and its derivatives; inputs are numbered as the names given.
struct Derivatives {
  Graph graph;
  int value = 0;
  std::vector<int> gradient;
  std::vector<int> hessian;  ///< upper triangle, row by row
  int laplacian = 0;
};

/// Derivatives in the first `variables` of the names (none: the value alone). Safe to call from several threads,
/// which then take turns. Throws FormulaError where a constant part is not real or not finite.
Derivatives differentiate(const std::string& expression, const Syntax& tree, const std::vector<std::string>& names,
                          int variables);

}  // namespace sgdlimits::formula
