#include "models/formula/symbolic.hpp"

#include <ginac/ginac.h>

#include <mutex>

#include "models/formula/formula.hpp"
#include "models/formula/symbolic_build.hpp"
#include "models/formula/symbolic_nodes.hpp"

namespace sgdlimits::formula {
namespace {

using GiNaC::ex;

std::mutex& ginac_mutex() {
  static std::mutex mutex;
  return mutex;
}

// The function, its gradient and the upper triangle of its Hessian, row by row.
std::vector<ex> with_derivatives(const ex& f, const std::vector<GiNaC::realsymbol>& symbols, std::size_t variables) {
  std::vector<ex> all{f};
  for (std::size_t i = 0; i < variables; ++i) all.push_back(f.diff(symbols[i]));
  for (std::size_t i = 0; i < variables; ++i)
    for (std::size_t j = i; j < variables; ++j) all.push_back(ex(all[1 + i]).diff(symbols[j]));
  return all;
}

}  // namespace

Derivatives differentiate(const std::string& expression, const Syntax& tree, const std::vector<std::string>& names,
                          int variables) {
  const std::lock_guard lock(ginac_mutex());
  std::vector<GiNaC::realsymbol> symbols;
  for (const std::string& name : names) symbols.emplace_back(name);
  try {
    const ex f = build(expression, tree, names, symbols);
    Derivatives result;
    const std::vector<int> nodes = nodes_of(with_derivatives(f, symbols, static_cast<std::size_t>(variables)),
                                            symbols, expression, result.graph);
    result.value = nodes[0];
    result.gradient.assign(nodes.begin() + 1, nodes.begin() + 1 + variables);
    result.hessian.assign(nodes.begin() + 1 + variables, nodes.end());
    std::vector<std::pair<double, int>> diagonal;
    for (std::size_t i = 0, k = 0; i < result.gradient.size(); k += result.gradient.size() - i, ++i)
      diagonal.emplace_back(1.0, result.hessian[k]);
    result.laplacian = result.graph.sum(std::move(diagonal), 0);
    return result;
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw FormulaError(expression, 0, "the formula or a derivative of it has no finite value",
                       "it divides by zero or its numbers overflow");
  }
}

}  // namespace sgdlimits::formula
