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

/// The box, reduced to D; in one dimension, which ends are killed.
struct Region {
  Box box;
  bool kills_lower = false, kills_upper = false;
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
  Region region{box};
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
  Region region{{box.upper, box.lower}};
  for (Index i = 0; i < grid.size(); ++i) {
    if (!alive(i)) continue;
    region.box.lower = region.box.lower.min(x.row(i).transpose());
    region.box.upper = region.box.upper.max(x.row(i).transpose());
  }
  for (Index j = 0; j < d; ++j) {
    const double margin = 2.5 * grid.axis(j).widths()(0);
    region.box.lower(j) = std::max(region.box.lower(j) - margin, box.lower(j));
    region.box.upper(j) = std::min(region.box.upper(j) + margin, box.upper(j));
  }
  return region;
}

/// True if D reaches a side of its bounding box that is none of the whole box: the lattice has cut something off.
bool reaches_cut_side(const KilledGenerator& killed, const Box& box, const Box& whole) {
  const Grid& grid = *killed.grid;
  for (Index i = 0; i < grid.size(); ++i) {
    if (!killed.alive(i)) continue;
    for (Index j = 0; j < grid.dimension(); ++j) {
      const Index layer = i / grid.stride(j) % grid.axis(j).cells();
      if (layer == 0 && box.lower(j) > whole.lower(j)) return true;
      if (layer + 1 == grid.axis(j).cells() && box.upper(j) < whole.upper(j)) return true;
    }
  }
  return false;
}

class Refinement {
 public:
  Refinement(const Potential& potential, Temperature temperature, const Set& set, const DirichletOptions& options,
             const Region& region, const Box& whole)
      : potential_(potential),
        temperature_(temperature),
        set_(set),
        options_(options),
        region_(region),
        whole_(whole),
        family_(potential, region.box) {}

  Result<DirichletEigenvalue> run(const Execution& execution) {
    Report report;
    const Index d = potential_.dimension();
    const Index reach = std::min<Index>(options_.max_cells, d == 3 ? 50'000 : 200'000);
    for (const double factor : GridFamily::kFactors) {
      const auto grid = family_.at(factor);
      if (grid->size() > reach) {
        report = {
            Status::not_converged,
            fmt::format("relative error estimate {:.2g}, above the tolerance {:.2g}; a grid of {} cells is out of "
                        "reach",
                        values_.size() < 2 ? 1.0 : relative_bound(), options_.tolerance, grid->size()),
            {}};
        break;
      }
      if (const auto failure = add_grid(grid, factor)) return Result<DirichletEigenvalue>(*failure);
      if (execution.progress) execution.progress(std::min(0.95, static_cast<double>(values_.size()) / 8));
      if (execution.stop.stop_requested())
        return Result<DirichletEigenvalue>::failure(Status::interrupted, "stopped between two grids");
      if (values_.size() >= 4 && relative_bound() <= options_.tolerance) break;
    }
    if (values_.size() < 2)
      return Result<DirichletEigenvalue>::failure(Status::out_of_reach, "fewer than two grids within max_cells");
    return finish(std::move(report));
  }

 private:
  std::optional<Report> add_grid(const std::shared_ptr<const Grid>& grid, double factor) {
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
      if (reaches_cut_side(killed, region_.box, whole_))
        return Report{Status::out_of_reach, "the set has parts too thin for a lattice on the box", {}};
    }
    if (!(killed.alive && killed.rates.excess > 0).any())
      return Report{Status::out_of_reach, "the set fills the box: there is nothing to leave it for", {}};
    auto state = quasi_stationary_state(killed);
    if (!state.ok()) return state.report();
    finest_ = std::move(state).value();
    factors_.push_back(factor);
    values_.push_back(finest_.rate);
    return std::nullopt;
  }

  Extrapolation limit() const {
    Extrapolation e = extrapolate(factors_, values_);
    if (potential_.dimension() > 1) e.error_bound += 0.25 * std::abs(e.value - values_.back());
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
            fmt::format("principal Dirichlet eigenvalue, {} grids up to {} cells, observed order {}", factors_.size(),
                        generator_->grid().size(),
                        std::isnan(e.observed_order) ? "not seen" : fmt::format("{:.2f}", e.observed_order))),
        e.observed_order, std::move(finest_), nullptr};
    found.quasi_stationary =
        std::make_shared<const Density>(generator_->shared_grid(), found.finest.mass / generator_->grid().volumes());
    report.counters["grids"] = static_cast<double>(factors_.size());
    report.counters["cells"] = static_cast<double>(generator_->grid().size());
    return {std::move(found), std::move(report)};
  }

  const Potential& potential_;
  Temperature temperature_;
  const Set& set_;
  const DirichletOptions& options_;
  const Region& region_;
  const Box& whole_;
  GridFamily family_;
  std::vector<double> factors_, values_;
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
  return Refinement(potential, temperature, set, options, region.value(), box.value()).run(execution);
}

}  // namespace sgdlimits
