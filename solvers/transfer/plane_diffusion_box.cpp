#include <algorithm>

#include "solvers/transfer/plane_diffusion.hpp"

namespace sgdlimits {
namespace {

constexpr Index kLayers = 64;
constexpr double kTail = 1e-9;

std::shared_ptr<const Grid> grid_on(const Box& box) {
  return std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(box.lower(0), box.upper(0), kLayers),
                                                  Axis::uniform(box.lower(1), box.upper(1), kLayers)});
}

/// First and last layer of the mass's marginal beyond which there is at most kTail, a layer spared.
std::pair<Index, Index> massive_layers(const Values& marginal) {
  Index first = 0, last = kLayers - 1;
  for (double sum = marginal(0); sum <= kTail && first < kLayers - 2; sum += marginal(first)) ++first;
  for (double sum = marginal(kLayers - 1); sum <= kTail && last > first + 1; sum += marginal(last)) --last;
  return {std::max<Index>(first - 1, 0), std::min(last + 1, kLayers - 1)};
}

/// Grows the ends where mass touches them; true if any.
bool grow(const Density& law, const Box& domain, Box& box) {
  bool grown = false;
  for (Index j = 0; j < 2; ++j) {
    const Density marginal = law.marginal(j);
    const Values mass = marginal.averages() * marginal.grid().volumes();
    const double extra = 0.25 * (box.upper(j) - box.lower(j));
    if (mass(0) > kTail && box.lower(j) > domain.lower(j)) {
      box.lower(j) = std::max(box.lower(j) - extra, domain.lower(j));
      grown = true;
    }
    if (mass(kLayers - 1) > kTail && box.upper(j) < domain.upper(j)) {
      box.upper(j) = std::min(box.upper(j) + extra, domain.upper(j));
      grown = true;
    }
  }
  return grown;
}

/// Cuts the box to the mass and to `inside`; true if an axis lost a tenth of its length.
bool cut(const Density& law, const Box& inside, Box& box) {
  bool changed = false;
  for (Index j = 0; j < 2; ++j) {
    const Density marginal = law.marginal(j);
    const auto [first, last] = massive_layers(marginal.averages() * marginal.grid().volumes());
    const Eigen::ArrayXd& edges = marginal.grid().axis(0).edges();
    const double before = box.upper(j) - box.lower(j), layer = before / kLayers;
    box.lower(j) = std::max(box.lower(j), std::min(edges(first), inside.lower(j) - 2 * layer));
    box.upper(j) = std::min(box.upper(j), std::max(edges(last + 1), inside.upper(j) + 2 * layer));
    changed = changed || box.upper(j) - box.lower(j) < 0.9 * before;
  }
  return changed;
}

}  // namespace

Result<Box> plane_diffusion_box(const PlaneCoefficients& coefficients, const Box& start, const Box& domain,
                                const Box& inside, const Execution& execution) {
  Box box = start;
  int cuts = 0;
  for (int round = 0; round < 60 && !execution.stop.stop_requested(); ++round) {
    const PlaneChain chain = plane_chain(coefficients, grid_on(box), execution);
    const Result<Values> mass = stationary_law(chain);
    if (mass.status() == Status::not_converged && round < 30) {
      box.lower += (inside.lower - box.lower).max(0.0) / 3;
      box.upper += (inside.upper - box.upper).min(0.0) / 3;
      continue;
    }
    if (!mass.ok()) return Result<Box>(mass.report());
    const Density law(chain.grid, mass.value() / chain.grid->volumes());
    if (grow(law, domain, box)) continue;
    // coarse cells spread the law, so that a cut shows how far to cut next
    if (!cut(law, inside, box) || ++cuts == 6) return box;
  }
  return Result<Box>::failure(execution.stop.stop_requested() ? Status::interrupted : Status::not_converged,
                              "no box holds the stationary law; it may not exist, or have a heavy tail");
}

}  // namespace sgdlimits
