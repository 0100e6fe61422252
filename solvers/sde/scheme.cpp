#include "solvers/sde/scheme.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {

void Scheme::coarsen(PointsView fine, Index m, PointsOut coarse) const {
  const Index k = normals_per_step();
  coarse.setZero();
  for (Index i = 0; i < m; ++i) coarse += fine.middleCols(i * k, k);
  coarse /= std::sqrt(static_cast<double>(m));
}

std::string Scheme::remedy_for_loss() const {
  return "take a step smaller than " + shortest(step_size()) + ", or a drift that grows at most linearly";
}

void Scheme::advance_many(PathBlock& block, std::int64_t begin, std::int64_t end, const Noise& noise) const {
  if (end != begin + 1)
    throw InvalidArgument("steps at once", std::to_string(end - begin), "1", "ask takes_many_steps() before");
  advance(block, begin, noise);
}

}  // namespace sgdlimits
