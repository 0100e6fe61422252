/// When and where a Markov chain on a grid arrives: hitting times and committors.
#pragma once

#include "core/result.hpp"
#include "solvers/transfer/communicating_classes.hpp"

namespace sgdlimits {

/// Steps until the chain is first in `target` (length states, true inside), from every state: t = 1 + P t outside,
/// 0 inside; infinite where the target may never be reached. By elimination, or BiCGSTAB to 1e-12 where that is too
/// dear.
Result<Values> hitting_steps(const TransitionMatrix& chain, const Eigen::Array<bool, Eigen::Dynamic, 1>& target);

/// The same for a chain in continuous time with rates off the diagonal: times.
Values hitting_times(const TransitionMatrix& rates, const Eigen::Array<bool, Eigen::Dynamic, 1>& target);

/// The probability q to reach `to` before `from`, from every state: q = P q outside of both, 1 in `to`, 0 in `from`
/// (Onsager 1938; E, Vanden-Eijnden 2006); the least nonnegative solution, so that states from which neither is
/// reached count 0. The chain in discrete time, or rates off the diagonal. By elimination without subtraction, so
/// that the smallest probabilities keep their digits, or BiCGSTAB to 1e-12 where that is too dear. Throws
/// InvalidArgument if the sets overlap. Failure not_converged.
Result<Values> committor(const TransitionMatrix& chain, const Eigen::Array<bool, Eigen::Dynamic, 1>& from,
                         const Eigen::Array<bool, Eigen::Dynamic, 1>& to);

}  // namespace sgdlimits
