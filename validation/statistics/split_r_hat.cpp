#include "validation/statistics/split_r_hat.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

Points halves(PointsView chains) {
  if (chains.rows() < 4) throw InvalidArgument("length of a chain", static_cast<double>(chains.rows()), "at least 4");
  if (chains.cols() < 1) throw InvalidArgument("number of chains", static_cast<double>(chains.cols()), "at least 1");
  if (!chains.allFinite()) throw InvalidArgument("value of a chain", "not finite", "finite");
  if (chains.minCoeff() == chains.maxCoeff())
    throw InvalidArgument("value of the chains", chains(0, 0), "not the same everywhere");
  const Index n = chains.rows() / 2;
  Points split(n, 2 * chains.cols());
  split << chains.topRows(n), chains.bottomRows(n);
  return split;
}

struct Variances {
  double within = 0, total = 0;  ///< W and (n - 1)/n W + B/n
};

Variances variances_of(const Points& split) {
  const double n = static_cast<double>(split.rows()), m = static_cast<double>(split.cols());
  const Eigen::ArrayXd means = split.colwise().mean().transpose();
  const double within = (split.rowwise() - means.transpose()).square().sum() / (m * (n - 1));
  const double between = (means - means.mean()).square().sum() / (m - 1);
  return {within, (n - 1) / n * within + between};
}

Points normal_scores(const Points& x) {
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x.data()[a] < x.data()[b]; });
  Points z(x.rows(), x.cols());
  const double total = static_cast<double>(x.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && x.data()[order[j]] == x.data()[order[i]]) ++j;
    const double rank = static_cast<double>(i + j + 1) / 2;
    const double score = -std::numbers::sqrt2 * boost::math::erfc_inv(2 * (rank - 0.375) / (total + 0.25));
    for (; i < j; ++i) z.data()[order[i]] = score;
  }
  return z;
}

double r_hat_of(const Points& split) {
  const Variances v = variances_of(split);
  return v.within > 0 ? std::sqrt(v.total / v.within) : std::numeric_limits<double>::infinity();
}

double median_of(const Points& x) {
  std::vector<double> v(x.data(), x.data() + x.size());
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  const double upper = *middle;
  return v.size() % 2 == 1 ? upper : (upper + *std::max_element(v.begin(), middle)) / 2;
}

}  // namespace

double split_r_hat(PointsView chains) { return r_hat_of(halves(chains)); }

double rank_normalised_r_hat(PointsView chains) {
  const Points split = halves(chains);
  const double bulk = r_hat_of(normal_scores(split));
  const Points folded = (split - median_of(split)).abs();
  // two values only: folding leaves nothing to rank
  if (folded.minCoeff() == folded.maxCoeff()) return bulk;
  return std::max(bulk, r_hat_of(normal_scores(folded)));
}

ChainsMean mean_of_chains(PointsView chains) {
  const Points split = halves(chains);
  const Variances v = variances_of(split);
  const Index n = split.rows();
  const Points centred = split.rowwise() - split.colwise().mean();
  const auto correlation = [&](Index lag) {
    const double mean =
        (centred.topRows(n - lag) * centred.bottomRows(n - lag)).sum() / static_cast<double>((n - 1) * split.cols());
    return 1 - (v.within - mean) / v.total;
  };
  double sum = 0, smallest = 2;
  for (Index lag = 0; lag + 1 < n; lag += 2) {
    const double pair = (lag == 0 ? 1 : correlation(lag)) + correlation(lag + 1);
    if (pair <= 0) break;
    smallest = std::min(smallest, pair);
    sum += smallest;
  }
  const double draws = static_cast<double>(split.size());
  const double time = std::max(2 * sum - 1, 1 / std::log10(draws));
  return {Measurement::sampled(split.mean(), std::sqrt(v.total * time / draws),
                               std::to_string(chains.cols()) + " chains (Vehtari et al. 2021)"),
          draws / time};
}

}  // namespace sgdlimits
