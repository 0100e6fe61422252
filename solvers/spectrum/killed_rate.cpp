#include "solvers/spectrum/killed_rate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/spectrum/box.hpp"
#include "solvers/spectrum/box_choice.hpp"
#include "solvers/spectrum/extrapolation.hpp"
#include "solvers/spectrum/grid_family.hpp"
#include "solvers/spectrum/offset_extrapolation.hpp"

namespace sgdlimits {
namespace {

struct Set {
  const LevelFunction& phi;
  Eigen::VectorXd start;
};

Values evaluate(const LevelFunction& phi, const Points& x) {
  Points block(padded(x.rows()), x.cols());
  block.topRows(x.rows()) = x;
  for (Index i = x.rows(); i < block.rows(); ++i) block.row(i) = x.row(x.rows() - 1);
  Values out(block.rows());
  phi(block, out);
  return out.head(x.rows());
}

double at(const LevelFunction& phi, double x) { return evaluate(phi, Points::Constant(1, 1, x))(0); }

constexpr Index kOffsets = 4;  // grids of each width, in two and three dimensions

using Sides = Eigen::Array<bool, Eigen::Dynamic, 1>;

/// The box, reduced to D; in one dimension, which ends are killed.
struct Region {
  Box box;
  bool kills_lower = false, kills_upper = false;
  Sides wall_below, wall_above;  ///< sides of the whole box, which must stay where they are
};

/// From the start towards `end`: the first zero of phi, or `end`.
double interval_end(const LevelFunction& phi, double start, double end, double step, bool& killed) {
  double inside = start;
  const double direction = end > start ? 1 : -1;
  while (direction * (end - inside) > 0) {
    double next = direction * (end - inside) <= step ? end : inside + direction * step;
    if (at(phi, next) > 0) {
      inside = next;
      continue;
    }
    killed = true;
    for (int halving = 0; halving < 60; ++halving) {
      const double middle = 0.5 * (inside + next);
      (at(phi, middle) > 0 ? inside : next) = middle;
    }
    return inside;
  }
  return end;
}

Region interval_region(const Set& set, const Box& box) {
  Region region{box, false, false, {}, {}};
  const double step = (box.upper(0) - box.lower(0)) / 4096;
  region.box.lower(0) = interval_end(set.phi, set.start(0), box.lower(0), step, region.kills_lower);
  region.box.upper(0) = interval_end(set.phi, set.start(0), box.upper(0), step, region.kills_upper);
  return region;
}

/// The living cell whose centre is nearest to the start; -1 if there is none within two cells.
Index start_cell(const Grid& grid, const Set& set) {
  const Points x = grid.centers();
  const Values phi = evaluate(set.phi, x);
  Index best = -1;
  double nearest = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < grid.size(); ++i) {
    if (!(phi(i) > 0)) continue;
    double distance = 0;
    for (Index j = 0; j < grid.dimension(); ++j)
      distance = std::max(distance, std::abs(x(i, j) - set.start(j)) / grid.axis(j).widths()(0));
    if (distance < nearest) nearest = distance, best = i;
  }
  return nearest <= 2 ? best : -1;
}

/// Bounding box of D with a margin of two cells of a lattice.
Result<Region> bounding_region(const Set& set, const Box& box) {
  const Index d = box.lower.size();
  std::vector<Axis> axes;
  for (Index j = 0; j < d; ++j) axes.push_back(Axis::uniform(box.lower(j), box.upper(j), d == 2 ? 64 : 32));
  const Grid grid(std::move(axes));
  const Index start = start_cell(grid, set);
  if (start < 0) return Result<Region>::failure(Status::out_of_reach, "the set is too small for a grid on the box");
  const auto alive = living_cells(grid, set.phi, start);
  const Points x = grid.centers();
  Region region{{box.upper, box.lower}, false, false, Sides::Constant(d, false), Sides::Constant(d, false)};
  for (Index i = 0; i < grid.size(); ++i) {
    if (!alive(i)) continue;
    region.box.lower = region.box.lower.min(x.row(i).transpose());
    region.box.upper = region.box.upper.max(x.row(i).transpose());
  }
  for (Index j = 0; j < d; ++j) {
    // D ends within a cell of its outermost centres; offsets move a side by up to a cell of the coarsest grid, which
    // is less than three of the lattice
    const double width = grid.axis(j).widths()(0), margin = 2.5 * width, room = margin + 3 * width;
    region.wall_below(j) = region.box.lower(j) - room < box.lower(j);
    region.wall_above(j) = region.box.upper(j) + room > box.upper(j);
    region.box.lower(j) = region.wall_below(j) ? box.lower(j) : region.box.lower(j) - margin;
    region.box.upper(j) = region.wall_above(j) ? box.upper(j) : region.box.upper(j) + margin;
  }
  return region;
}

/// True if D reaches a side of the grid that is no wall: the lattice has cut something off.
bool reaches_cut_side(const KilledGenerator& killed, const Region& region) {
  const Grid& grid = *killed.grid;
  for (Index i = 0; i < grid.size(); ++i) {
    if (!killed.alive(i)) continue;
    for (Index j = 0; j < grid.dimension(); ++j) {
      const Index layer = i / grid.stride(j) % grid.axis(j).cells();
      if (layer == 0 && !region.wall_below(j)) return true;
      if (layer + 1 == grid.axis(j).cells() && !region.wall_above(j)) return true;
    }
  }
  return false;
}

/// A grid that lies to the boundary in a way of its own.
struct OffsetGrid {
  std::shared_ptr<const Grid> grid;
  double width;  ///< geometric mean over the axes
};

/// Uniform grids of about `factor` times the coarsest number of cells, offset k of a sequence that fills the unit
/// cell evenly (multiples of powers of the root of x^{d+1} = x + 1, Roberts 2018). Between two walls only the number
/// of cells can change; from one wall the width does, by up to one cell in all of them; else the grid is shifted.
OffsetGrid offset_grid(const Region& region, double factor, Index k) {
  constexpr double kSteps[2][3] = {{0.7548776662466927, 0.5698402909980532, 0},
                                   {0.8191725133961645, 0.6710436067037893, 0.5497004779019703}};
  const Index d = region.box.lower.size();
  std::vector<Axis> axes;
  double logarithms = 0;
  for (Index j = 0; j < d; ++j) {
    const double lower = region.box.lower(j), upper = region.box.upper(j), length = upper - lower;
    const auto n = static_cast<Index>(std::lround((d == 2 ? 32 : 12) * factor));
    const double turns = 0.5 + static_cast<double>(k) * kSteps[d - 2][j], u = turns - std::floor(turns);
    double h = length / static_cast<double>(n);
    if (region.wall_below(j) && region.wall_above(j)) {
      const Index cells = n + static_cast<Index>(u * kOffsets);
      h = length / static_cast<double>(cells);
      axes.push_back(Axis::uniform(lower, upper, cells));
    } else if (region.wall_below(j)) {
      h = length / (static_cast<double>(n) + u);
      axes.push_back(Axis::uniform(lower, lower + static_cast<double>(n + 1) * h, n + 1));
    } else if (region.wall_above(j)) {
      h = length / (static_cast<double>(n) + u);
      axes.push_back(Axis::uniform(upper - static_cast<double>(n + 1) * h, upper, n + 1));
    } else {
      axes.push_back(Axis::uniform(lower - u * h, upper + (1 - u) * h, n + 1));
    }
    logarithms += std::log(h);
  }
  return {std::make_shared<Grid>(std::move(axes)), std::exp(logarithms / static_cast<double>(d))};
}

class Refinement {
 public:
  Refinement(const Potential& potential, Temperature temperature, const Set& set, const DirichletOptions& options,
             const Region& region)
      : potential_(potential),
        temperature_(temperature),
        set_(set),
        options_(options),
        region_(region),
        family_(potential, region.box) {}

  Result<DirichletEigenvalue> run(const Execution& execution) {
    Report report;
    const Index d = potential_.dimension();
    const Index reach = std::min<Index>(options_.max_cells, d == 3 ? 50'000 : 200'000);
    for (const double factor : GridFamily::kFactors) {
      const auto failure = d == 1 ? add_grid({family_.at(factor), 1 / factor}, reach) : add_offsets(factor, reach);
      if (failure && failure->status == Status::not_converged) {
        report = *failure;
        break;
      }
      if (failure) return Result<DirichletEigenvalue>(*failure);
      factors_.push_back(factor);
      means_.push_back(mean_of_last(d == 1 ? 1 : kOffsets));
      if (execution.progress) execution.progress(std::min(0.95, static_cast<double>(means_.size()) / 8));
      if (execution.stop.stop_requested())
        return Result<DirichletEigenvalue>::failure(Status::interrupted, "stopped between two grids");
      if (means_.size() >= (d == 1 ? 4 : 3) && relative_bound() <= options_.tolerance) break;
    }
    if (means_.size() < fewest())
      return Result<DirichletEigenvalue>::failure(
          Status::out_of_reach, fmt::format("fewer than {} widths of grids within max_cells", fewest()));
    return finish(std::move(report));
  }

 private:
  std::optional<Report> add_offsets(double factor, Index reach) {
    for (Index m = 0; m < kOffsets; ++m)
      if (auto failure = add_grid(offset_grid(region_, factor, ++offsets_), reach)) return failure;
    return std::nullopt;
  }

  std::optional<Report> add_grid(const OffsetGrid& offset, Index reach) {
    const auto& grid = offset.grid;
    if (grid->size() > reach)
      return Report{
          Status::not_converged,
          fmt::format("relative error estimate {:.2g}, above the tolerance {:.2g}; a grid of {} cells is out "
                      "of reach",
                      means_.size() < fewest() ? 1.0 : relative_bound(), options_.tolerance, grid->size()),
          {}};
    auto made = generator_on(potential_, grid, temperature_);
    if (!made.ok()) return made.report();
    generator_ = made.value();
    KilledGenerator killed;
    if (grid->dimension() == 1) {
      killed = killed_at_ends(*generator_, potential_, region_.kills_lower, region_.kills_upper);
    } else {
      const Index start = start_cell(*grid, set_);
      if (start < 0) return Report{Status::out_of_reach, "the set is too small for a grid on the box", {}};
      killed = killed_on_level_set(*generator_, potential_, set_.phi, start);
      if (reaches_cut_side(killed, region_))
        return Report{Status::out_of_reach, "the set has parts too thin for a lattice on the box", {}};
    }
    if (!(killed.alive && killed.rates.excess > 0).any())
      return Report{Status::out_of_reach, "the set fills the box: there is nothing to leave it for", {}};
    auto state = quasi_stationary_state(killed);
    if (!state.ok()) return state.report();
    finest_ = std::move(state).value();
    values_.push_back({offset.width, finest_.rate});
    return std::nullopt;
  }

  std::size_t fewest() const { return potential_.dimension() == 1 ? 2 : 3; }

  double mean_of_last(Index grids) const {
    double sum = 0;
    for (Index k = 1; k <= grids; ++k) sum += values_[values_.size() - static_cast<std::size_t>(k)].value;
    return sum / static_cast<double>(grids);
  }

  Extrapolation limit() const {
    Extrapolation e = extrapolate(factors_, means_);
    if (potential_.dimension() > 1) {
      const std::size_t whole = means_.size() * static_cast<std::size_t>(kOffsets);
      const OffsetExtrapolation limit =
          extrapolate_offsets({values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(whole)});
      e.value = limit.value;
      e.error_bound = limit.error_bound;
    }
    const double range = (generator_->potential() - generator_->potential().minCoeff()).maxCoeff();
    // of the rates, and of the elimination; eightfold for what extrapolation makes of it
    e.error_bound += 8 * e.value * 2.3e-16 * (64 + range / temperature_.value()) + (finest_.upper - finest_.lower);
    return e;
  }

  double relative_bound() const {
    const Extrapolation e = limit();
    return e.value > 0 ? e.error_bound / e.value : 1.0;
  }

  Result<DirichletEigenvalue> finish(Report report) {
    const Extrapolation e = limit();
    DirichletEigenvalue found{
        Measurement::deterministic(
            std::max(e.value, 0.0), e.error_bound, Grade::estimate,
            fmt::format("principal Dirichlet eigenvalue, {} grids up to {} cells, observed order {}", values_.size(),
                        generator_->grid().size(),
                        std::isnan(e.observed_order) ? "not seen" : fmt::format("{:.2f}", e.observed_order))),
        e.observed_order, std::move(finest_), nullptr};
    found.quasi_stationary =
        std::make_shared<const Density>(generator_->shared_grid(), found.finest.mass / generator_->grid().volumes());
    report.counters["grids"] = static_cast<double>(values_.size());
    report.counters["cells"] = static_cast<double>(generator_->grid().size());
    return {std::move(found), std::move(report)};
  }

  const Potential& potential_;
  Temperature temperature_;
  const Set& set_;
  const DirichletOptions& options_;
  const Region& region_;
  GridFamily family_;
  std::vector<double> factors_, means_;  ///< means over the offsets
  std::vector<GridValue> values_;
  Index offsets_ = 0;
  std::shared_ptr<const Generator> generator_;
  QuasiStationaryState finest_;
};

Result<Box> finite_box(const Potential& potential, Temperature temperature, const std::optional<Box>& wanted) {
  const Box limits = wanted.value_or(Box::everywhere(potential.dimension()));
  if (limits.lower.isFinite().all() && limits.upper.isFinite().all()) return limits;
  return gibbs_box(potential, temperature, 1e-16, limits);
}

}  // namespace

Result<DirichletEigenvalue> principal_dirichlet_eigenvalue(const Potential& potential, Temperature temperature,
                                                           const LevelFunction& phi, const Eigen::VectorXd& start,
                                                           const DirichletOptions& options,
                                                           const Execution& execution) {
  const Index d = potential.dimension();
  if (!(options.tolerance > 0 && options.tolerance < 1))
    throw InvalidArgument("tolerance", options.tolerance, "between 0 and 1");
  if (start.size() != d)
    throw InvalidArgument("length of the start", std::to_string(start.size()), "the dimension " + std::to_string(d));
  if (d > 3)
    return Result<DirichletEigenvalue>::failure(
        Status::out_of_reach, fmt::format("grids reach three dimensions, the potential has {}; use an ensemble", d));
  const double inside = evaluate(phi, start.transpose().array())(0);
  if (!(inside > 0)) throw InvalidArgument("phi at the start", inside, "positive: inside the set");
  const auto box = finite_box(potential, temperature, options.box);
  if (!box.ok()) return Result<DirichletEigenvalue>(box.report());
  if (!((start.array() >= box->lower) && (start.array() <= box->upper)).all())
    throw InvalidArgument("start", "outside of the box", "a point of the box");
  const Set set{phi, start};
  const auto region = d == 1 ? Result<Region>(interval_region(set, box.value())) : bounding_region(set, box.value());
  if (!region.ok()) return Result<DirichletEigenvalue>(region.report());
  return Refinement(potential, temperature, set, options, region.value()).run(execution);
}

}  // namespace sgdlimits
