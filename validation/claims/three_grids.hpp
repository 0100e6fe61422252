/// Numbers and densities from the same run on cells of width h, 2h and 4h: extrapolated where the order is seen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "solvers/fokker_planck/evolution.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// A number from three grids. The schemes here are of second order: v(h) = v + a h^2 + b h^4 + ...
///
/// observed order p = log2((v(4h) - v(2h))/(v(2h) - v(h))).
/// p in [1.5, 2.7]: Richardson (1911), E(h) = v(h) + (v(h) - v(2h))/3 is the value, and the bound is the larger of
///   |E(h) - E(2h)|/3, the error itself if what is left were still of second order and five times it if of fourth,
///   and a tenth of the correction |v(h) - v(2h)|/3, since E(h) and E(2h) can agree by accident.
/// Otherwise v(h) stays, unextrapolated: bound |v(h) - v(2h)| for p in (2.7, 4.5] (terms in h^2 and h^4 that cancel
/// in
///   part: it covers them), else max(|v(h) - v(2h)|, |v(2h) - v(4h)|), which covers order one twice.
/// Estimates, not proofs: they suppose that the grids resolve what they compute. Nothing on time errors.
struct RefinedNumber {
  double value = 0;
  double bound = 0;
  double order = 0;  ///< observed; 0 where the differences change sign or vanish
  bool extrapolated = false;

  /// A deterministic estimate with `extra` added to the bound.
  Measurement measurement(const std::string& what, double extra = 0) const;
};
RefinedNumber refine(double fine, double middle, double coarse);

/// Bound for the fine one of three densities, from the norms of the two differences: 2/3 of the finer difference
/// where the order lies in [1.5, 2.7] (a factor two on the third that second order leaves), else as in RefinedNumber.
double fine_grid_bound(double fine_difference, double coarse_difference);

/// One of the three runs. The coarser ones have half as many cells along every axis.
struct GridRun {
  const Evolution& evolution;
  const Generator& generator;
};

/// Per snapshot of the fine run.
struct ThreeGrids {
  std::vector<double> l1;  ///< L1 error of the fine density, space and time
  /// log chi, refined; nothing where chi is not finite and positive on all grids.
  std::vector<std::optional<Measurement>> log_chi;
  /// Change of log chi since the snapshot before, refined by itself, which is what a rate sees; 0 for the first.
  std::vector<std::optional<Measurement>> log_chi_step;
  std::vector<std::vector<Measurement>> means;  ///< [snapshot][observable], refined
  std::vector<Measurement> gibbs_means;         ///< of the discrete Gibbs measure, [observable], refined
  double gibbs_l1 = 0;                          ///< L1 error of the fine discrete Gibbs measure

  /// The refined chi and chi squared of a snapshot.
  std::optional<Measurement> chi(std::size_t snapshot) const;
  std::optional<Measurement> chi_squared(std::size_t snapshot) const;
};

/// All evolutions at the same times, each coarser grid with half as many cells along every axis: else
/// InvalidArgument. To the bounds of chi and means the evolution's own time error is added: times max(1, 1/chi) for
/// log chi, times half the range of the observable over the cells that carry mass for means.
ThreeGrids three_grids(const GridRun& fine, const GridRun& middle, const GridRun& coarse,
                       const std::vector<Observable>& observables);

/// E g of three densities, refined; `time_error` is an L1 error and enters as above.
Measurement refined_mean(const Observable& observable, const Density& fine, const Density& middle,
                         const Density& coarse, double time_error);

}  // namespace sgdlimits
