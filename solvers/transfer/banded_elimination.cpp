#include "solvers/transfer/banded_elimination.hpp"

#include <algorithm>

namespace sgdlimits {
namespace {

Index bandwidth(const TransitionMatrix& chain) {
  Index width = 0;
  for (Index i = 0; i < chain.rows(); ++i)
    for (TransitionMatrix::InnerIterator to(chain, i); to; ++to) width = std::max(width, std::abs(to.col() - i));
  return width;
}

}  // namespace

double BandedElimination::cost(const TransitionMatrix& chain) {
  const double width = static_cast<double>(bandwidth(chain));
  return static_cast<double>(chain.rows()) * width * width;
}

BandedElimination::BandedElimination(const TransitionMatrix& chain, const Values& kill)
    : states_(chain.rows()),
      width_(bandwidth(chain)),
      band_(static_cast<std::size_t>(states_ * (2 * width_ + 1)), 0.0),
      pivot_(states_) {
  for (Index i = 0; i < states_; ++i)
    for (TransitionMatrix::InnerIterator to(chain, i); to; ++to)
      if (to.col() != i) entry(i, to.col()) = to.value();
  Values left = kill;
  for (Index n = states_ - 1; n >= 0; --n) eliminate(n, left);
}

void BandedElimination::eliminate(Index n, Values& kill) {
  const Index first = std::max<Index>(0, n - width_);
  double pivot = kill(n);
  for (Index k = first; k < n; ++k) pivot += entry(n, k);
  pivot_(n) = pivot;
  const double* row = n > first ? &entry(n, first) : nullptr;
  for (Index i = first; i < n; ++i) {
    double& multiplier = entry(i, n);
    if (multiplier == 0) continue;
    multiplier /= pivot;
    double* target = &entry(i, first);
    for (Index k = 0; k < n - first; ++k) target[k] += multiplier * row[k];
    kill(i) += multiplier * kill(n);
  }
}

Values BandedElimination::solve(Values b) const {
  for (Index n = states_ - 1; n > 0; --n)
    for (Index i = std::max<Index>(0, n - width_); i < n; ++i) b(i) += entry(i, n) * b(n);
  for (Index n = 0; n < states_; ++n) {
    for (Index k = std::max<Index>(0, n - width_); k < n; ++k) b(n) += entry(n, k) * b(k);
    b(n) /= pivot_(n);
  }
  return b;
}

Values BandedElimination::stationary() const {
  Values mass = Values::Zero(states_);
  mass(0) = 1;
  for (Index n = 1; n < states_; ++n) {
    for (Index i = std::max<Index>(0, n - width_); i < n; ++i) mass(n) += mass(i) * entry(i, n);
    if (mass(n) > 1e200) mass.head(n + 1) *= 1e-200;
  }
  return mass / mass.sum();
}

}  // namespace sgdlimits
