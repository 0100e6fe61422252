/// Expressions of GiNaC as nodes of a graph; internal to models/formula.
#pragma once

#include <string>
#include <vector>

#include "models/formula/graph.hpp"

namespace GiNaC {
class ex;
class realsymbol;
}  // namespace GiNaC

namespace sgdlimits::formula {

/// The node of each expression, common parts shared; symbol k is input k. Coefficients stay exact until a sum is
/// written, and nothing depends on GiNaC's order of terms, which differs between processes. `text` is the whole
/// formula, for messages. Throws FormulaError where a constant is not a finite real number.
std::vector<int> nodes_of(const std::vector<GiNaC::ex>& expressions, const std::vector<GiNaC::realsymbol>& symbols,
                          const std::string& text, Graph& graph);

}  // namespace sgdlimits::formula
