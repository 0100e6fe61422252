#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/law.hpp"
#include "core/parallel.hpp"
#include "solvers/fokker_planck/evolution.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPoints = 3;
const double kNodes[kPoints] = {-std::sqrt(0.6), 0.0, std::sqrt(0.6)};
constexpr double kWeights[kPoints] = {5.0 / 18, 8.0 / 18, 5.0 / 18};

}  // namespace

Density density_of(const Law& law, std::shared_ptr<const Grid> grid) {
  const Index d = grid->dimension(), cells = grid->size();
  if (law.dimension() != d)
    throw InvalidArgument("dimension of the law", std::to_string(law.dimension()),
                          "that of the grid, " + std::to_string(d));
  if (!law.has_density())
    throw InvalidArgument("initial law of a grid", law.description(), "a law with a density",
                          "start from a narrow Gaussian of a few cells' width");
  const Points centers = grid->centers();
  const Index nodes = static_cast<Index>(std::lround(std::pow(kPoints, d)));
  Points x(kChunk, d);
  Values log_density(kChunk), weight(nodes);
  Points at_nodes(kChunk, nodes);
  Values log_average(cells);
  Scratch scratch;
  for (Index begin = 0; begin < cells; begin += kChunk) {
    const Index count = std::min(kChunk, cells - begin);
    for (Index q = 0; q < nodes; ++q) {
      weight(q) = 1;
      for (Index j = 0, code = q; j < d; ++j, code /= kPoints) {
        weight(q) *= kWeights[code % kPoints];
        for (Index i = 0; i < kChunk; ++i) {
          const Index cell = begin + std::min(i, count - 1);
          const double width = grid->axis(j).widths()(cell / grid->stride(j) % grid->axis(j).cells());
          x(i, j) = centers(cell, j) + 0.5 * width * kNodes[code % kPoints];
        }
      }
      law.log_density(x, log_density, scratch);
      at_nodes.col(q) = log_density;
    }
    for (Index i = 0; i < count; ++i) {
      const double top = at_nodes.row(i).maxCoeff();
      if (std::isnan(top) || top == std::numeric_limits<double>::infinity())
        throw InvalidArgument("log-density of " + law.description(), top, "finite or -infinity");
      log_average(begin + i) =
          std::isfinite(top) ? top + std::log((weight * (at_nodes.row(i).transpose() - top).exp()).sum()) : top;
    }
  }
  return Density::from_log(std::move(grid), log_average);
}

}  // namespace sgdlimits
