#include "validation/statistics/coverage.hpp"

#include <vector>

#include "core/errors.hpp"

namespace sgdlimits {

Coverage simulate_coverage(Index repetitions, const std::function<bool(std::uint32_t)>& covers, ThreadPool& pool) {
  if (repetitions < 1) throw InvalidArgument("repetitions", static_cast<double>(repetitions), "at least 1");
  std::vector<char> held(static_cast<std::size_t>(repetitions));
  pool.for_each_chunk(repetitions,
                      [&](Index r) { held[static_cast<std::size_t>(r)] = covers(static_cast<std::uint32_t>(r)); });
  Coverage coverage{0, repetitions};
  for (const char h : held) coverage.covered += h != 0;
  return coverage;
}

}  // namespace sgdlimits
