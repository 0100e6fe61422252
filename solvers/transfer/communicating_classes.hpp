/// The closed communicating classes of a finite Markov chain: one invariant measure lives on each.
#pragma once

#include <Eigen/SparseCore>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

using TransitionMatrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;

/// Sets of states, each strongly connected in the graph of positive entries of P and left by no entry; sorted by
/// their smallest state, states ascending. There is at least one; states in none are transient. Tarjan (1972),
/// O(states + entries).
std::vector<std::vector<Index>> closed_classes(const TransitionMatrix& chain);

/// The chain on a subset of its states (ascending). Rows lose what leaves the subset.
TransitionMatrix restricted(const TransitionMatrix& chain, const std::vector<Index>& states);

/// Mass that ends in each class (length classes) when the chain starts with `mass` (length states): steps are taken
/// until less than 1e-12 is transient or `max_steps` are done; the rest is not assigned.
Values absorbed(const TransitionMatrix& chain, const std::vector<std::vector<Index>>& classes, Values mass,
                Index max_steps = 200'000);

}  // namespace sgdlimits
