/// Discretisation errors of densities, from the same run on half as many cells along every axis.
#pragma once

#include <vector>

#include "solvers/fokker_planck/evolution.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// Bounds for the finer of two grids. A second-order scheme is a third of the difference to the coarser one away from
/// the truth; every space part below is two thirds of the difference, a factor 2 for safety, and the evolution's own
/// time error is added. Estimates, not proofs: they assume that both grids resolve the densities.
struct TwoGridErrors {
  std::vector<double> l1;   ///< L1 error of each snapshot
  std::vector<double> chi;  ///< relative error of chi at each snapshot; 0 where it is not finite and positive
  /// Change of the error of log chi since the snapshot before (0 for the first): what a rate sees.
  std::vector<double> log_chi_step;
  std::vector<std::vector<double>> means;  ///< [snapshot][observable]
  std::vector<double> gibbs_means;         ///< of the discrete Gibbs measure, [observable]
  double gibbs_l1 = 0;
};

/// Both evolutions at the same times; the coarse grid must have half as many cells as the fine one along every axis
/// (else InvalidArgument).
TwoGridErrors two_grid_errors(const Evolution& fine, const Generator& fine_generator, const Evolution& coarse,
                              const Generator& coarse_generator, const std::vector<Observable>& observables);

}  // namespace sgdlimits
