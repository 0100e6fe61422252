#include "solvers/sde/scheme.hpp"

#include "core/errors.hpp"

namespace sgdlimits {

void Scheme::advance_many(PathBlock& block, std::int64_t begin, std::int64_t end, const Noise& noise) const {
  if (end != begin + 1)
    throw InvalidArgument("steps at once", std::to_string(end - begin), "1", "ask takes_many_steps() before");
  advance(block, begin, noise);
}

}  // namespace sgdlimits
