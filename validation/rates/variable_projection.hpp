/// chi^2 of a sum of exponentials with the amplitudes eliminated, and its minimum.
#pragma once

#include <Eigen/Core>
#include <array>
#include <limits>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

/// Logarithms of rates, increasing.
using LogRates = Eigen::VectorXd;

/// Where a minimisation begins: equidistant log rates, their whitened exponentials, and all that chi^2 of any choice
/// of them asks for.
struct RateLattice {
  LogRates rates;
  Eigen::MatrixXd columns;  ///< m x points
  Eigen::MatrixXd gram;     ///< columns^T columns
  Eigen::VectorXd along;    ///< columns^T values
  double spacing() const { return rates(1) - rates(0); }
};

/// A whitened curve: rows of `whitener` map values to uncorrelated ones of variance 1.
class WhitenedCurve {
 public:
  /// times (length n), whitener m x n, values (n, not whitened), range of log rates.
  WhitenedCurve(Eigen::VectorXd times, Eigen::MatrixXd whitener, const Eigen::VectorXd& values, double lowest,
                double highest);
  const Eigen::VectorXd& times() const { return times_; }
  const Eigen::MatrixXd& whitener() const { return whitener_; }
  const Eigen::VectorXd& values() const { return values_; }  ///< whitened, length m
  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  /// whitener e^{-t rate}.
  Eigen::VectorXd column(double log_rate) const;
  /// The columns of several rates.
  Eigen::MatrixXd design(const LogRates& rates) const;
  /// For `free` rates, 1 to 3: the more of them, the fewer points.
  const RateLattice& lattice(Index free) const { return lattices_[static_cast<std::size_t>(free - 1)]; }

 private:
  Eigen::VectorXd times_;
  Eigen::MatrixXd whitener_;
  Eigen::VectorXd values_;
  double lowest_, highest_;
  std::array<RateLattice, 3> lattices_;
};

/// |A_1| of the lowest rate must be at least this; 0: free.
struct AmplitudeFloor {
  double smallest = 0;
};

struct ProjectionMinimum {
  LogRates rates;
  double chi_squared = 0;
};

/// What is minimised: sums of `terms` exponentials, rate `held` (from 0 in order) fixed at log rate `at`, or none
/// (held = -1). With a floor the amplitude is constrained: chi^2 + (smallest - |A_1|)_+^2/Var A_1, the exact
/// constrained minimum for given rates and sign.
struct ProjectionProblem {
  Index terms = 1, held = -1;
  double at = 0;
  AmplitudeFloor floor = {};
};

/// Smallest chi^2, by Levenberg-Marquardt from `start` (if it is not empty) and from the best points of a scan of the
/// lattice. A minimum of at most `enough` ends the search: whoever asks only whether a level can be reached.
ProjectionMinimum minimise_projection(const WhitenedCurve& curve, const ProjectionProblem& problem,
                                      const LogRates& start = {},
                                      double enough = -std::numeric_limits<double>::infinity());

}  // namespace sgdlimits
