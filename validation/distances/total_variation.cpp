#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/errors.hpp"
#include "validation/distances/law_pair.hpp"
#include "validation/distances/one_dimensional.hpp"

namespace sgdlimits {
namespace {

// Masses of (-inf, e_0], (e_0, e_1], ..., (e_last, inf).
Values bin_masses(const LineLaw& law, ValuesView edges) {
  const Index n = edges.size();
  Values before(n), after(n), masses(n + 1);
  law.distribution_at(edges, before, after);
  masses(0) = after(0);
  for (Index i = 1; i < n; ++i) masses(i) = after(i) - after(i - 1);
  masses(n) = 1 - after(n - 1);
  return masses;
}

}  // namespace

Distance total_variation(const LineLaw& a, const LineLaw& b, ValuesView edges, double error) {
  if (!(error >= 0)) throw InvalidArgument("error in total variation", error, "nonnegative");
  if (edges.size() == 0 || !edges.isFinite().all() ||
      !(edges.tail(edges.size() - 1) > edges.head(edges.size() - 1)).all())
    throw InvalidArgument("edges of the bins", "not increasing", "at least one, finite and strictly increasing");
  const double distance = (bin_masses(a, edges) - bin_masses(b, edges)).abs().sum() / 2;
  const double noise = inverse_sample_size(a, b);
  if (noise == 0)
    return {Measurement::deterministic(distance, error, Grade::estimate, "total variation on bins of two densities"),
            0, 1};
  const Values p = bin_masses(pooled(a, b), edges).max(0);
  const double bound = (p * (1 - p) * noise).max(0).sqrt().sum() / 2;
  const double excess = std::max(0.0, distance - error - bound);
  return {Measurement(distance, std::sqrt(noise) / 2, error, Side::two_sided, Grade::estimate,
                      "total variation on " + std::to_string(edges.size() + 1) +
                          " bins; standard error at most 1/(2 sqrt(n)) (Efron, Stein)"),
          bound * std::sqrt(2 / std::numbers::pi), std::exp(-2 * excess * excess / noise)};
}

Values equal_mass_edges(const LineLaw& a, const LineLaw& b, Index bins) {
  if (bins < 2) throw InvalidArgument("bins", static_cast<double>(bins), "at least 2");
  const Values levels = Values::LinSpaced(bins - 1, 1, static_cast<double>(bins - 1)) / static_cast<double>(bins);
  const Values quantiles = pooled(a, b).quantiles(levels);
  std::vector<double> edges(quantiles.data(), quantiles.data() + quantiles.size());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return Eigen::Map<const Values>(edges.data(), static_cast<Index>(edges.size()));
}

Distance total_variation(const LineLaw& a, const LineLaw& b, Index bins, double error) {
  return total_variation(a, b, equal_mass_edges(a, b, bins), error);
}

}  // namespace sgdlimits
