/// What `sgdlimits order` is asked: a scheme, a kind of order, and an equation; internal to apps/commands.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/commands/sub_commands.hpp"
#include "validation/orders/lattice_order.hpp"
#include "validation/orders/path_order.hpp"

namespace sgdlimits {

/// An equation with its schemes, before a kind of order is chosen. The parts that do not apply are empty.
struct OrderProblem {
  std::string name;       ///< of the test problem, or "own equation"
  std::string statement;  ///< the equation in words
  std::vector<std::string> coordinates;
  PathProblem paths;                                ///< start, end and solution
  SchemeFactory make;                               ///< the scheme of a step
  ChainFactory chain;                               ///< the same as a Markov chain; empty: it has none
  std::function<Result<LatticeProblem>()> lattice;  ///< empty: means are not computed on a lattice
  std::shared_ptr<const Potential> line;            ///< of an overdamped problem on a line; null otherwise
  std::optional<Temperature> temperature;
  bool underdamped = false;  ///< with one position: coordinates are q and p
};

/// The problem that the arguments name, bound to their scheme. Throws UsageError, FormulaError, InvalidArgument.
OrderProblem order_problem(const OrderArguments& arguments, const PotentialFactories& user);

/// Names of all schemes that have an order: overdamped, underdamped, state-dependent noise, modified equations.
std::vector<std::string> order_scheme_names();

}  // namespace sgdlimits
