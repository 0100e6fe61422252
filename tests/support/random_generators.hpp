/// Random problems for the tests of grid solvers.
#pragma once

#include <cmath>
#include <memory>
#include <random>

#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits::test {

/// An axis whose widths differ by a random smooth factor of up to `ratio` from end to end and wiggle inside.
inline Axis graded_axis(double lower, double upper, Index cells, double ratio, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(0, 1);
  const double tilt = (2 * uniform(random) - 1) * std::log(ratio), phase = 6.28 * uniform(random);
  Eigen::ArrayXd edges(cells + 1);
  edges(0) = 0;
  for (Index i = 0; i < cells; ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(cells);
    edges(i + 1) = edges(i) + std::exp(tilt * u) * (1 + 0.3 * std::sin(12 * u + phase));
  }
  edges = lower + (upper - lower) * edges / edges(cells);
  return Axis(edges);
}

/// A non-separable potential: a sum of plane waves and a bowl, with range (max - min) `range` over the grid.
inline Values random_potential(const Grid& grid, double range, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  const Points x = grid.centers();
  Values f = Values::Zero(grid.size());
  for (int wave = 0; wave < 6; ++wave) {
    Values phase = Values::Constant(grid.size(), 3.14 * uniform(random));
    for (Index j = 0; j < grid.dimension(); ++j) phase += 4 * uniform(random) * x.col(j);
    f += uniform(random) * phase.sin();
  }
  f += 0.5 * std::abs(uniform(random)) * x.square().rowwise().sum();
  const double spread = f.maxCoeff() - f.minCoeff();
  return spread > 0 ? Values(range / spread * f) : f;
}

/// d-dimensional grid on [-1, 1]^d of about `cells` cells an axis, graded or uniform.
inline std::shared_ptr<const Grid> random_grid(Index dimension, Index cells, bool graded, std::mt19937_64& random) {
  std::vector<Axis> axes;
  for (Index j = 0; j < dimension; ++j)
    axes.push_back(graded ? graded_axis(-1, 1, cells + j, 20, random) : Axis::uniform(-1, 1, cells + j));
  return std::make_shared<Grid>(std::move(axes));
}

/// Barriers are in units of the temperature, which is random too.
inline std::shared_ptr<const Generator> random_generator(std::shared_ptr<const Grid> grid, double barrier,
                                                         std::mt19937_64& random) {
  const double tau = std::exp(std::uniform_real_distribution<double>(-3, 3)(random));
  return std::make_shared<Generator>(tau * random_potential(*grid, barrier, random), grid, Temperature(tau));
}

/// A density that vanishes on about half of the cells.
inline Density rough_density(std::shared_ptr<const Grid> grid, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  Values averages(grid->size());
  for (Index i = 0; i < averages.size(); ++i) averages(i) = std::max(0.0, uniform(random));
  averages(0) = 1;
  return Density(std::move(grid), averages).normalised();
}

}  // namespace sgdlimits::test
