/// The functions of the language as functions of GiNaC, with derivatives that stay finite; internal to
/// models/formula.
#pragma once

#include "models/formula/op.hpp"

namespace GiNaC {
class ex;
}

namespace sgdlimits::formula {

/// op(a, b) for a unary or binary op other than log and pow, which GiNaC has (b is ignored by functions of one
/// argument). At a kink of abs, relu, max and min the derivative is the mean of both sides; sign, step and
/// comparisons have derivative 0.
GiNaC::ex call(Op op, const GiNaC::ex& a, const GiNaC::ex& b);

/// The op of an expression that is a call of a function.
Op op_of_call(const GiNaC::ex& e);

}  // namespace sgdlimits::formula
