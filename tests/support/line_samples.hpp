/// Samples and grid densities of Gaussian laws, from the inverse of nothing but core/noise.
#pragma once

#include <cmath>
#include <memory>

#include "core/grid.hpp"
#include "core/noise.hpp"

namespace sgdlimits::test {

/// n draws of N(mean, sd^2); replicates are disjoint.
inline Values gaussian_sample(Index n, double mean, double sd, std::uint32_t replicate = 0, std::uint64_t seed = 11) {
  Points z(n, 1);
  Noise(seed, Stream::test, replicate).normals(0, 0, z);
  return mean + sd * z.col(0);
}

/// Cell averages of N(mean, sd^2) on a uniform grid, from differences of its distribution function.
inline Density gaussian_density(double mean, double sd, double half_width = 12, Index cells = 4000) {
  auto grid = std::make_shared<const Grid>(std::vector<Axis>{Axis::uniform(-half_width, half_width, cells)});
  const auto cdf = [&](double x) { return std::erfc(-(x - mean) / (sd * std::sqrt(2.0))) / 2; };
  Values averages(cells);
  const Eigen::ArrayXd& edges = grid->axis(0).edges();
  for (Index i = 0; i < cells; ++i)
    averages(i) = std::max(0.0, cdf(edges(i + 1)) - cdf(edges(i))) / grid->volumes()(i);
  return Density(grid, averages);
}

}  // namespace sgdlimits::test
