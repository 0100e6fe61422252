/// Do several chains tell the same story?
#pragma once

#include "core/measurement.hpp"
#include "core/points.hpp"

namespace sgdlimits {

/// Potential scale reduction of m chains after each has been cut into halves of n values (the middle one dropped if
/// odd): sqrt(((n - 1)/n W + B/n)/W), B/n the variance of the 2m means, W the mean of the 2m variances (Gelman et al.
/// 2013). chains is N x m, one column a chain, N >= 4. 1 for halves that agree; infinity if each half is constant and
/// they differ. InvalidArgument for values that are not finite, or all equal.
double split_r_hat(PointsView chains);

/// The larger of split_r_hat of the normal scores of the ranks, z = Phi^{-1}((rank - 3/8)/(S + 1/4)), ties sharing
/// their mean rank, and of the same for |x - median| (Vehtari, Gelman, Simpson, Carpenter, Buerkner 2021): sees
/// different spreads and infinite variances, too. They advise at least four chains and a value below 1.01.
double rank_normalised_r_hat(PointsView chains);

/// Draws of the mean that all chains together are worth: S/T with 1 + 2 sum rho_t from autocovariances within and
/// variance between the halves of chains (Vehtari et al. 2021, (10)), Geyer's monotone sequence; at most S log10 S.
/// Falls far below the single chains' where these disagree. Standard error of the mean: sqrt(variance/N_eff).
struct ChainsMean {
  Measurement mean;
  double effective_sample_size = 0;
};
ChainsMean mean_of_chains(PointsView chains);

}  // namespace sgdlimits
