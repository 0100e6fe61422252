#include "solvers/spectrum/killed_generator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "solvers/fokker_planck/bernoulli.hpp"

namespace sgdlimits {
namespace {

using Mask = Eigen::Array<bool, Eigen::Dynamic, 1>;

/// From a living cell to a dead neighbour along an axis; `fraction` of the centre distance is inside.
struct CutLink {
  Index cell, axis;
  bool above;
  double distance;  // of the centres
  double fraction = 1;
};

bool has_neighbour(const Grid& grid, Index cell, Index j, bool above) {
  const Index layer = cell / grid.stride(j) % grid.axis(j).cells();
  return above ? layer + 1 < grid.axis(j).cells() : layer > 0;
}

Index layer_of(const Grid& grid, Index cell, Index j) { return cell / grid.stride(j) % grid.axis(j).cells(); }

std::vector<CutLink> cut_links(const Grid& grid, const Mask& alive) {
  std::vector<CutLink> links;
  for (Index cell = 0; cell < grid.size(); ++cell) {
    if (!alive(cell)) continue;
    for (Index j = 0; j < grid.dimension(); ++j)
      for (const bool above : {false, true}) {
        if (!has_neighbour(grid, cell, j, above)) continue;
        const Index s = grid.stride(j), layer = layer_of(grid, cell, j);
        if (alive(above ? cell + s : cell - s)) continue;
        const Eigen::ArrayXd& c = grid.axis(j).centers();
        links.push_back({cell, j, above, above ? c(layer + 1) - c(layer) : c(layer) - c(layer - 1)});
      }
  }
  return links;
}

Points padded_points(Index rows, Index dimension) {
  return Points::Zero(padded(std::max<Index>(rows, 1)), dimension);
}

Points ends_of(const Grid& grid, const std::vector<CutLink>& links, const Values& fraction) {
  const Points centers = grid.centers();
  Points x = padded_points(static_cast<Index>(links.size()), grid.dimension());
  for (Index i = 0; i < x.rows(); ++i) {
    const auto k = static_cast<std::size_t>(std::min<Index>(i, static_cast<Index>(links.size()) - 1));
    x.row(i) = centers.row(links[k].cell);
    x(i, links[k].axis) += (links[k].above ? 1 : -1) * fraction(static_cast<Index>(k)) * links[k].distance;
  }
  return x;
}

/// Where phi changes sign on every link, all by bisection at once.
void find_boundary(const Grid& grid, const LevelFunction& phi, std::vector<CutLink>& links) {
  const auto n = static_cast<Index>(links.size());
  Values low = Values::Zero(n), high = Values::Ones(n);
  for (int halving = 0; halving < 44; ++halving) {
    const Values middle = 0.5 * (low + high);
    const Points x = ends_of(grid, links, middle);
    Values at(x.rows());
    phi(x, at);
    for (Index i = 0; i < n; ++i) (at(i) > 0 ? low : high)(i) = middle(i);
  }
  // a centre on the boundary itself would have an infinite rate
  for (Index i = 0; i < n; ++i) links[static_cast<std::size_t>(i)].fraction = std::max(high(i), 1e-10);
}

/// Living cells connected to the start through faces.
Mask component(const Grid& grid, const Mask& candidates, Index start) {
  Mask alive = Mask::Constant(grid.size(), false);
  std::vector<Index> stack{start};
  alive(start) = true;
  while (!stack.empty()) {
    const Index cell = stack.back();
    stack.pop_back();
    for (Index j = 0; j < grid.dimension(); ++j)
      for (const bool above : {false, true}) {
        if (!has_neighbour(grid, cell, j, above)) continue;
        const Index next = above ? cell + grid.stride(j) : cell - grid.stride(j);
        if (!candidates(next) || alive(next)) continue;
        alive(next) = true;
        stack.push_back(next);
      }
  }
  return alive;
}

/// Rates among the living, as the generator has them; dead cells have an excess so that the matrix stays regular.
KilledGenerator restricted(const Generator& generator, const Mask& alive) {
  const Grid& grid = generator.grid();
  KilledGenerator killed{generator.shared_grid(), {}, alive};
  for (Index j = 0; j < grid.dimension(); ++j) {
    killed.rates.up.push_back(generator.rate_up(j));
    killed.rates.down.push_back(generator.rate_down(j));
    const Index s = grid.stride(j);
    for (Index i = 0; i < grid.size(); ++i) {
      if (has_neighbour(grid, i, j, true) && alive(i) && alive(i + s)) continue;
      killed.rates.up.back()(i) = 0;
      killed.rates.down.back()(i) = 0;
    }
  }
  killed.rates.excess = alive.select(Values::Zero(grid.size()), Values::Ones(grid.size()));
  return killed;
}

void require_alive(const Grid& grid, const Mask& alive) {
  if (alive.size() != grid.size())
    throw InvalidArgument("length of the living cells", std::to_string(alive.size()),
                          "the number of cells, " + std::to_string(grid.size()));
  if (!alive.any()) throw InvalidArgument("living cells", "0", "at least 1");
}

/// B((f_b - f_i)/tau), f_b beyond 700 tau being a wall.
double bernoulli_to(double f_boundary, double f_cell, Temperature temperature) {
  return bernoulli_pair(std::clamp((f_boundary - f_cell) / temperature.value(), -700.0, 700.0)).forward;
}

/// Width of a cell along an axis relative to its uncut one.
double relative_width(double cut_below, double cut_above, double width) {
  const double half = 0.5 * width;
  return ((cut_below > 0 ? 0.5 * cut_below : half) + (cut_above > 0 ? 0.5 * cut_above : half)) / width;
}

}  // namespace

Mask living_cells(const Grid& grid, const LevelFunction& phi, Index start) {
  const Index n = grid.size();
  Points centers = padded_points(n, grid.dimension());
  centers.topRows(n) = grid.centers();
  for (Index i = n; i < centers.rows(); ++i) centers.row(i) = centers.row(n - 1);
  Values level(centers.rows());
  phi(centers, level);
  const Mask candidates = level.head(n) > 0;
  if (start < 0 || start >= n || !candidates(start))
    throw InvalidArgument("start cell", std::to_string(start), "a cell whose centre is in the set");
  return component(grid, candidates, start);
}

KilledGenerator killed_on_cells(const Generator& generator, const Mask& alive) {
  const Grid& grid = generator.grid();
  require_alive(grid, alive);
  KilledGenerator killed = restricted(generator, alive);
  for (const CutLink& link : cut_links(grid, alive)) {
    const Index s = grid.stride(link.axis);
    killed.rates.excess(link.cell) +=
        link.above ? generator.rate_up(link.axis)(link.cell) : generator.rate_down(link.axis)(link.cell - s);
  }
  return killed;
}

KilledGenerator killed_on_level_set(const Generator& generator, const Potential& potential, const LevelFunction& phi,
                                    Index start) {
  const Grid& grid = generator.grid();
  const Index n = grid.size(), d = grid.dimension();
  const Mask alive = living_cells(grid, phi, start);
  KilledGenerator killed = restricted(generator, alive);
  std::vector<CutLink> links = cut_links(grid, alive);
  if (links.empty()) return killed;
  find_boundary(grid, phi, links);
  Values fraction(static_cast<Index>(links.size()));
  for (std::size_t k = 0; k < links.size(); ++k) fraction(static_cast<Index>(k)) = links[k].fraction;
  const Values f = values(potential, ends_of(grid, links, fraction));
  Points below = Points::Zero(n, d), above = Points::Zero(n, d);
  for (const CutLink& link : links)
    (link.above ? above : below)(link.cell, link.axis) = link.fraction * link.distance;
  for (Index j = 0; j < d; ++j)
    for (Index i = 0; i < n; ++i) {
      if (below(i, j) == 0 && above(i, j) == 0) continue;
      const double narrower = relative_width(below(i, j), above(i, j), grid.axis(j).widths()(layer_of(grid, i, j)));
      killed.rates.up[static_cast<std::size_t>(j)](i) /= narrower;
      if (has_neighbour(grid, i, j, false))
        killed.rates.down[static_cast<std::size_t>(j)](i - grid.stride(j)) /= narrower;
    }
  for (std::size_t k = 0; k < links.size(); ++k) {
    const CutLink& link = links[k];
    const double width = grid.axis(link.axis).widths()(layer_of(grid, link.cell, link.axis));
    const double wide = width * relative_width(below(link.cell, link.axis), above(link.cell, link.axis), width);
    killed.rates.excess(link.cell) +=
        generator.temperature().value() / (link.fraction * link.distance * wide) *
        bernoulli_to(f(static_cast<Index>(k)), generator.potential()(link.cell), generator.temperature());
  }
  return killed;
}

KilledGenerator killed_at_ends(const Generator& generator, const Potential& potential, bool lower, bool upper) {
  const Grid& grid = generator.grid();
  if (grid.dimension() != 1) throw InvalidArgument("dimension", std::to_string(grid.dimension()), "1");
  KilledGenerator killed = restricted(generator, Mask::Constant(grid.size(), true));
  Points ends(kLanes, 1);
  ends.setConstant(grid.axis(0).lower());
  ends(1, 0) = grid.axis(0).upper();
  const Values f = values(potential, ends);
  const auto kill = [&](Index cell, double f_end) {
    const double width = grid.axis(0).widths()(cell);
    killed.rates.excess(cell) += 2 * generator.temperature().value() / (width * width) *
                                 bernoulli_to(f_end, generator.potential()(cell), generator.temperature());
  };
  if (lower) kill(0, f(0));
  if (upper) kill(grid.size() - 1, f(1));
  return killed;
}

Result<QuasiStationaryState> quasi_stationary_state(const KilledGenerator& killed, double tolerance) {
  constexpr Index kMostIterations = 400;
  constexpr double kNegligible = 1e-250, kVisible = 1e-9, kRounding = 1e-14;
  double before = 0;
  const DissectionFactor factor(*killed.grid, killed.rates);
  const Values kill = killed.alive.select(killed.rates.excess, 0.0);
  QuasiStationaryState state;
  state.mass = killed.alive.select(killed.grid->volumes(), 0.0);
  state.mass /= state.mass.sum();
  Values next;
  while (state.iterations < kMostIterations) {
    ++state.iterations;
    next = state.mass;
    factor.solve(next.data());
    if (!next.isFinite().all() || !(next.sum() > 0))
      return Result<QuasiStationaryState>::failure(
          Status::blew_up, "the killed generator is singular: nothing leads from some living cell to a killed one");
    state.lower = std::numeric_limits<double>::infinity();
    state.upper = 0;
    const double negligible = kNegligible * next.sum();
    for (Index i = 0; i < next.size(); ++i) {
      if (!killed.alive(i) || next(i) < negligible || state.mass(i) < kNegligible) continue;
      state.lower = std::min(state.lower, state.mass(i) / next(i));
      state.upper = std::max(state.upper, state.mass(i) / next(i));
    }
    state.mass = next / next.sum();
    // the flux into the dead set approaches its limit like (rate/next_rate)^iterations
    const double rate = (kill * state.mass).sum(), change = std::abs(rate - state.rate);
    if (state.iterations > 2 && before > kVisible * rate)
      state.next_rate = rate * before / std::max(change, kRounding * rate);
    before = change;
    state.rate = rate;
    if (state.upper - state.lower <= tolerance * state.upper) break;
  }
  Report report;
  if (state.upper - state.lower > tolerance * state.upper)
    report = {
        Status::not_converged, "inverse iteration: the next eigenvalue of the killed generator is too close", {}};
  report.counters["iterations"] = static_cast<double>(state.iterations);
  return {std::move(state), std::move(report)};
}

}  // namespace sgdlimits
