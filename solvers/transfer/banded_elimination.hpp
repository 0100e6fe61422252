/// Gaussian elimination of a Markov chain without a subtraction.
#pragma once

#include <vector>

#include "solvers/transfer/communicating_classes.hpp"

namespace sgdlimits {

/// I - P with P(i, k) >= 0 off the diagonal and kill_i >= 0, so that the diagonal is kill_i + sum of the row's other
/// entries (that of P is not looked at; rates of a chain in continuous time will do). States are eliminated from the
/// last to the first; pivots are sums of nonnegative numbers (Grassmann, Taksar, Heyman 1985), so every entry of
/// every result from nonnegative data has full relative accuracy, however slow the chain (O'Cinneide 1993). Needs n
/// (2 w + 1) doubles and n w^2 operations, w the bandwidth.
class BandedElimination {
 public:
  BandedElimination(const TransitionMatrix& chain, const Values& kill);

  /// Operations that the elimination of this chain takes.
  static double cost(const TransitionMatrix& chain);

  /// (I - P)^{-1} b. Infinite where the chain is never killed and b is positive.
  Values solve(Values b) const;
  /// pi P = pi, sum 1, for an irreducible chain without killing.
  Values stationary() const;

 private:
  double& entry(Index i, Index k) { return band_[static_cast<std::size_t>(i * (2 * width_ + 1) + k - i + width_)]; }
  double entry(Index i, Index k) const {
    return band_[static_cast<std::size_t>(i * (2 * width_ + 1) + k - i + width_)];
  }
  void eliminate(Index n, Values& kill);

  Index states_, width_;
  std::vector<double> band_;
  Values pivot_;
};

}  // namespace sgdlimits
