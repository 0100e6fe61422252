#include "solvers/transfer/hitting.hpp"

#include <Eigen/IterativeLinearSolvers>
#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "core/errors.hpp"
#include "solvers/transfer/banded_elimination.hpp"

namespace sgdlimits {
namespace {

using Mask = Eigen::Array<bool, Eigen::Dynamic, 1>;

constexpr double kAffordable = 2e10;  // operations of an elimination, some ten seconds

/// Row sums of what leaves the states outside of the target, and those states.
struct Exit {
  std::vector<Index> states;
  Values to_target;
};

Exit exit_of(const TransitionMatrix& chain, const Mask& target) {
  Exit exit;
  for (Index i = 0; i < chain.rows(); ++i)
    if (!target(i)) exit.states.push_back(i);
  exit.to_target = Values::Zero(static_cast<Index>(exit.states.size()));
  for (std::size_t k = 0; k < exit.states.size(); ++k)
    for (TransitionMatrix::InnerIterator to(chain, exit.states[k]); to; ++to)
      if (target(to.col())) exit.to_target(static_cast<Index>(k)) += to.value();
  return exit;
}

/// States from which a path of positive probability leads to one of `sources`, these included.
Mask leading_to(const TransitionMatrix& chain, Mask sources) {
  std::vector<Index> front;
  for (Index i = 0; i < sources.size(); ++i)
    if (sources(i)) front.push_back(i);
  const Eigen::SparseMatrix<double, Eigen::ColMajor> backward = chain;
  while (!front.empty()) {
    const Index state = front.back();
    front.pop_back();
    for (Eigen::SparseMatrix<double, Eigen::ColMajor>::InnerIterator from(backward, state); from; ++from)
      if (!sources(from.row())) {
        sources(from.row()) = true;
        front.push_back(from.row());
      }
  }
  return sources;
}

/// The chain with the states of `end` made absorbing.
TransitionMatrix stopped_in(const TransitionMatrix& chain, const Mask& end) {
  TransitionMatrix stopped = chain;
  for (Index i = 0; i < chain.rows(); ++i)
    if (end(i))
      for (TransitionMatrix::InnerIterator to(stopped, i); to; ++to) to.valueRef() = 0;
  stopped.prune(0.0);
  return stopped;
}

/// States from which the target cannot be missed for ever: those that no closed class outside of it is reached from.
Mask surely_reaching(const TransitionMatrix& chain, const Mask& target) {
  const TransitionMatrix stopped = stopped_in(chain, target);
  Mask trapped = Mask::Constant(chain.rows(), false);
  for (const std::vector<Index>& set : closed_classes(stopped))
    if (!target(set.front()))
      for (const Index state : set) trapped(state) = true;
  return !leading_to(stopped, trapped);
}

/// (I - P) u = b by BiCGSTAB, `kill` being what leaves for good; rates will do.
std::optional<Values> iterated(const TransitionMatrix& part, const Values& kill, const Values& b) {
  TransitionMatrix system = -part;
  for (Index i = 0; i < part.rows(); ++i) {
    double leaving = kill(i);
    for (TransitionMatrix::InnerIterator to(part, i); to; ++to)
      if (to.col() != i) leaving += to.value();
    system.coeffRef(i, i) = leaving;
  }
  Eigen::BiCGSTAB<TransitionMatrix> solver;
  solver.setTolerance(1e-12);
  solver.setMaxIterations(20'000);
  solver.compute(system);
  const Eigen::VectorXd u = solver.solve(b.matrix());
  if (solver.info() != Eigen::Success || !u.allFinite() || u.minCoeff() < -1e-10) return std::nullopt;
  return Values(u.array());
}

std::optional<Values> solved(const TransitionMatrix& part, const Values& kill, const Values& b) {
  if (BandedElimination::cost(part) <= kAffordable) return BandedElimination(part, kill).solve(b);
  return iterated(part, kill, b);
}

}  // namespace

Result<Values> hitting_steps(const TransitionMatrix& chain, const Mask& target) {
  const Mask reaching = surely_reaching(chain, target);
  Values time = Values::Constant(chain.rows(), std::numeric_limits<double>::infinity());
  const Mask outside = target || !reaching;
  const Exit exit = exit_of(chain, outside);
  for (Index i = 0; i < chain.rows(); ++i)
    if (target(i)) time(i) = 0;
  if (exit.states.empty()) return time;
  const TransitionMatrix part = restricted(chain, exit.states);
  const std::optional<Values> found = solved(part, exit.to_target, Values::Ones(part.rows()));
  if (!found)
    return Result<Values>::failure(Status::not_converged, "the equation for hitting times was not solved to 1e-12");
  for (std::size_t k = 0; k < exit.states.size(); ++k) time(exit.states[k]) = (*found)(static_cast<Index>(k));
  return time;
}

Values hitting_times(const TransitionMatrix& rates, const Mask& target) {
  const Exit exit = exit_of(rates, target);
  Values time = Values::Zero(rates.rows());
  if (exit.states.empty()) return time;
  const Values found =
      BandedElimination(restricted(rates, exit.states), exit.to_target).solve(Values::Ones(exit.to_target.size()));
  for (std::size_t k = 0; k < exit.states.size(); ++k) time(exit.states[k]) = found(static_cast<Index>(k));
  return time;
}

Result<Values> committor(const TransitionMatrix& chain, const Mask& from, const Mask& to) {
  if ((from && to).any()) throw InvalidArgument("sets of a committor", "overlapping", "disjoint");
  // elsewhere it is 0, and the equation is singular where neither set is reached
  const Mask open = leading_to(stopped_in(chain, from || to), to) && !from && !to;
  Values probability = to.cast<double>();
  const Exit exit = exit_of(chain, !open);
  if (exit.states.empty()) return probability;
  Values success = Values::Zero(exit.to_target.size());
  for (std::size_t k = 0; k < exit.states.size(); ++k)
    for (TransitionMatrix::InnerIterator next(chain, exit.states[k]); next; ++next)
      if (to(next.col())) success(static_cast<Index>(k)) += next.value();
  const std::optional<Values> found = solved(restricted(chain, exit.states), exit.to_target, success);
  if (!found)
    return Result<Values>::failure(Status::not_converged, "the equation for the committor was not solved to 1e-12");
  for (std::size_t k = 0; k < exit.states.size(); ++k)
    probability(exit.states[k]) = std::clamp((*found)(static_cast<Index>(k)), 0.0, 1.0);
  return probability;
}

}  // namespace sgdlimits
