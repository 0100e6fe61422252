/// A syntax tree as an expression of GiNaC; internal to models/formula.
#pragma once

#include <string>
#include <vector>

#include "models/formula/syntax.hpp"

namespace GiNaC {
class ex;
class realsymbol;
}  // namespace GiNaC

namespace sgdlimits::formula {

/// The expression of `tree`, whose names are `names`, as `symbols` in the same order. Numbers are exact rationals.
/// Logarithms of sums of exponentials, log(cosh) and 1/(1 + exp) are rewritten on the way, in the order of the text,
/// so that neither they nor their derivatives overflow. `text` is the whole formula, for messages. Throws
/// FormulaError, with the place, where a part is not real or has no finite value.
GiNaC::ex build(const std::string& text, const Syntax& tree, const std::vector<std::string>& names,
                const std::vector<GiNaC::realsymbol>& symbols);

}  // namespace sgdlimits::formula
