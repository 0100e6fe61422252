#include "solvers/sde/scheme.hpp"

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/brownian_path.hpp"

namespace sgdlimits {

void Scheme::halve(double, PointsView own, PointsView fresh, PointsOut halves) const {
  halve_increments(own, fresh, halves);
}

void Scheme::draw(const Noise& noise, Index first_path, std::int64_t first_index, PointsOut out, Scratch&) const {
  noise.normals(first_path, first_index, out);
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
