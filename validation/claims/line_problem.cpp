#include "validation/claims/line_problem.hpp"

#include <algorithm>
#include <limits>

#include "solvers/spectrum/box.hpp"

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double log_density_at(const Law& law, double x) {
  Scratch scratch;
  Values value(1);
  law.log_density(Points::Constant(1, 1, x), value, scratch);
  return value(0);
}

}  // namespace

Result<Box> line_interval(const ClaimProblem& problem) {
  Result<Box> found = gibbs_box(*problem.potential, problem.temperature);
  if (!found.ok()) return found;
  Box box = found.value();
  Points sample(1024, 1);
  problem.initial->sample(Noise(problem.seed, Stream::test), 0, sample);
  double lower = sample.minCoeff(), upper = sample.maxCoeff();
  double peak = -kInfinity;
  for (Index i = 0; i < sample.rows(); ++i) peak = std::max(peak, log_density_at(*problem.initial, sample(i, 0)));
  const double stride = 0.05 * (upper - lower);
  for (int k = 0; k < 200 && log_density_at(*problem.initial, lower) > peak - 40; ++k) lower -= stride;
  for (int k = 0; k < 200 && log_density_at(*problem.initial, upper) > peak - 40; ++k) upper += stride;
  const double margin = 0.05 * (box.upper(0) - box.lower(0));
  const Box domain = problem.potential->domain();
  box.lower(0) = std::max(std::min(box.lower(0), lower) - margin, domain.lower(0));
  box.upper(0) = std::min(std::max(box.upper(0), upper) + margin, domain.upper(0));
  return box;
}

Values initial_weights(const Law& law, ValuesView nodes) {
  Values weights(nodes.size());
  Scratch scratch;
  law.log_density(Points(nodes), weights, scratch);
  weights = (weights - weights.maxCoeff()).exp();
  return weights / weights.sum();
}

}  // namespace sgdlimits
