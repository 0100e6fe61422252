#include "solvers/spectrum/box_choice.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "core/text.hpp"
#include "solvers/spectrum/box.hpp"
#include "solvers/spectrum/lowest_modes.hpp"
#include "solvers/spectrum/witten_potential.hpp"

namespace sgdlimits {
namespace {

constexpr double kBoxTolerance = 1e-8, kGrowth = 1.3, kNearBottom = 2e-3;
constexpr Index kMaxGrowths = 40;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using CellCounts = Eigen::Array<Index, Eigen::Dynamic, 1>;
using FreeSides = Eigen::Array<bool, Eigen::Dynamic, 1>;

/// Uniform cells on the box, and `extra_low`, `extra_high` more of the same width beyond it.
std::shared_ptr<const Grid> lattice(const Box& box, const CellCounts& cells, const FreeSides& low,
                                    const FreeSides& high, bool grown) {
  std::vector<Axis> axes;
  for (Index j = 0; j < box.lower.size(); ++j) {
    const double width = (box.upper(j) - box.lower(j)) / static_cast<double>(cells(j));
    const double share = low(j) && high(j) ? 0.5 : 1.0;
    const auto extra =
        grown ? static_cast<Index>(std::ceil(share * (kGrowth - 1) * static_cast<double>(cells(j)))) : 0;
    const Index below = low(j) ? extra : 0, above = high(j) ? extra : 0;
    axes.push_back(Axis::uniform(box.lower(j) - static_cast<double>(below) * width,
                                 box.upper(j) + static_cast<double>(above) * width, cells(j) + below + above));
  }
  return std::make_shared<Grid>(std::move(axes));
}

void widen(Box& box, const Box& limits, double factor) {
  const Eigen::ArrayXd extra = 0.5 * (factor - 1) * (box.upper - box.lower);
  box.lower = (box.lower - extra).max(limits.lower);
  box.upper = (box.upper + extra).min(limits.upper);
}

/// Cells for a box that grew by the ratios.
void refine(CellCounts& cells, const Eigen::ArrayXd& ratio) {
  const Index d = cells.size();
  for (Index j = 0; j < d; ++j)
    if (ratio(j) > 1)
      cells(j) =
          d == 1 ? 4096 : std::min<Index>(d == 2 ? 160 : 28, std::lround(ratio(j) * static_cast<double>(cells(j))));
}

/// Widens the axes that the modes feel until the longest standing wave lies close to the bottom of the essential
/// spectrum.
void widen_for_continuum(Box& box, const Box& limits, double tau, double bottom,
                         const std::function<bool(Index)>& feels) {
  const double wanted = std::numbers::pi * std::sqrt(tau / (kNearBottom * bottom));
  CellCounts sensitive(box.lower.size());
  for (Index j = 0; j < box.lower.size(); ++j) sensitive(j) = feels(j) ? 1 : 0;
  for (Index j = 0; j < box.lower.size(); ++j) {
    if (sensitive(j) == 0) continue;
    for (int i = 0; i < 200 && box.upper(j) - box.lower(j) < wanted; ++i) {
      const double extra = 0.05 * (box.upper(j) - box.lower(j));
      box.lower(j) = std::max(box.lower(j) - extra, limits.lower(j));
      box.upper(j) = std::min(box.upper(j) + extra, limits.upper(j));
    }
  }
}

Result<Values> eigenvalues_on(const Potential& potential, std::shared_ptr<const Grid> grid, Temperature temperature,
                              Index wanted, double ceiling, const Execution& execution,
                              std::shared_ptr<const Generator>* keep = nullptr) {
  auto generator = generator_on(potential, std::move(grid), temperature);
  if (!generator.ok()) return Result<Values>(generator.report());
  if (keep) *keep = generator.value();
  auto modes = lowest_modes(*generator.value(), wanted, Points(), execution, ceiling);
  if (!modes.ok()) return Result<Values>(modes.report());
  return modes->eigenvalues;
}

/// lambda(L) = bottom + c/L^2 for the standing waves of a box of length L: the limit from L and kGrowth L.
double limit_of_standing_waves(double on_box, double grown) {
  const double q = kGrowth * kGrowth;
  return std::max(0.0, (q * grown - on_box) / (q - 1));
}

}  // namespace

Result<std::shared_ptr<const Generator>> generator_on(const Potential& potential, std::shared_ptr<const Grid> grid,
                                                      Temperature temperature) {
  using Made = Result<std::shared_ptr<const Generator>>;
  const Index n = grid->size();
  Points x(padded(n), grid->dimension());
  x.topRows(n) = grid->centers();
  for (Index i = n; i < x.rows(); ++i) x.row(i) = x.row(n - 1);
  Values f = values(potential, x).head(n);
  double lowest = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < n; ++i) {
    if (std::isnan(f(i)) || f(i) == -std::numeric_limits<double>::infinity()) {
      std::string at;
      for (Index j = 0; j < x.cols(); ++j) at += (j ? ", " : "") + shortest(x(i, j));
      return Made::failure(Status::blew_up, fmt::format("f is {} at ({})", shortest(f(i)), at));
    }
    lowest = std::min(lowest, f(i));
  }
  if (!std::isfinite(lowest)) return Made::failure(Status::blew_up, "f is infinite at every cell centre of the box");
  for (Index i = 0; i < n; ++i)
    if (std::isinf(f(i))) f(i) = lowest + 700 * temperature.value();
  return std::shared_ptr<const Generator>(std::make_shared<Generator>(std::move(f), std::move(grid), temperature));
}

Result<BoxChoice> choose_box(const Potential& potential, Temperature temperature, const Box& limits, Index wanted,
                             const Execution& execution) {
  auto start = gibbs_box(potential, temperature, 1e-12, limits);
  if (!start.ok()) return Result<BoxChoice>(start.report());
  BoxChoice choice{start.value(), wanted, {}, kInfinity, 0, nullptr};
  const Index d = potential.dimension();
  const Box inside{limits.lower.max(potential.domain().lower), limits.upper.min(potential.domain().upper)};
  const double below = essential_spectrum_bottom(potential, temperature, choice.box, inside);
  CellCounts cells = CellCounts::Constant(d, d == 1 ? 512 : d == 2 ? 48 : 14);
  bool long_enough = false;
  double ceiling = std::min(below, 1e300), before = kInfinity;  // finite: upper bounds will do here
  for (; choice.growths <= kMaxGrowths; ++choice.growths) {
    const FreeSides low = choice.box.lower > inside.lower, high = choice.box.upper < inside.upper;
    const auto on = [&](const FreeSides& grow, bool grown, std::shared_ptr<const Generator>* keep) {
      return eigenvalues_on(potential, lattice(choice.box, cells, low && grow, high && grow, grown), temperature,
                            wanted, ceiling, execution, keep);
    };
    const FreeSides all = FreeSides::Constant(d, true);
    const auto on_box = on(all, false, &choice.generator), grown = on(all, true, nullptr);
    if (!on_box.ok()) return Result<BoxChoice>(on_box.report());
    if (!grown.ok()) return Result<BoxChoice>(grown.report());
    const Values effect = ((on_box.value() - grown.value()) / grown.value()).abs();
    choice.modes = (on_box.value() < below * (1 - kNearBottom)).count();
    // the bottom may lie above the limit of V (channels): in several dimensions what does not feel the box counts
    const bool stalled = d > 1 && choice.growths >= 6 && effect.maxCoeff() > 0.3 * before;
    if (d > 1 && (stalled || long_enough || choice.modes < wanted)) {
      choice.modes = 0;
      while (choice.modes < wanted && effect(choice.modes) <= kBoxTolerance) ++choice.modes;
    }
    before = effect.maxCoeff();
    if (choice.modes < wanted && !long_enough && (std::isfinite(below) || stalled)) {
      long_enough = true;
      const double wave = d == 1 ? below : on_box.value()(choice.modes);
      if (wave > 0) {
        const Eigen::ArrayXd length = choice.box.upper - choice.box.lower;
        widen_for_continuum(choice.box, inside, temperature.value(), wave, [&](Index j) {
          FreeSides one = FreeSides::Constant(d, false);
          one(j) = true;
          const auto moved = d == 1 ? grown : on(one, true, nullptr);
          return !moved.ok() || ((moved.value() - on_box.value()).abs() > kBoxTolerance * on_box.value()).any();
        });
        const Eigen::ArrayXd ratio = (choice.box.upper - choice.box.lower) / length;
        refine(cells, ratio);
        ceiling = d == 1 ? below : 0.97 * wave;
        continue;
      }
    }
    choice.relative_effect = effect.head(choice.modes);
    if (choice.modes < wanted)
      choice.essential_bottom =
          d == 1 ? below : limit_of_standing_waves(on_box.value()(choice.modes), grown.value()(choice.modes));
    // in several dimensions a weakly bound state on a coarse long box cannot be told from the continuum: no claim
    if (choice.modes == 0 && d > 1 && (below > 0 || stalled || long_enough)) {
      const std::string why = fmt::format(
          "every mode still changes when the box grows; an essential spectrum may start near {:.2g}, and whether an "
          "eigenvalue lies below it is not decided; a reflecting box has a definite answer",
          choice.essential_bottom);
      return {std::move(choice), Report{Status::not_converged, why, {}}};
    }
    if (choice.modes == 0) return choice;
    if (choice.relative_effect.maxCoeff() > kBoxTolerance) {
      widen(choice.box, inside, 1.15);
      continue;
    }
    const Box allowed =
        classically_allowed_box(potential, temperature, on_box.value()(choice.modes - 1), choice.box, inside);
    const Eigen::ArrayXd ratio = (allowed.upper - allowed.lower) / (choice.box.upper - choice.box.lower);
    if (!(ratio > 1).any()) return choice;
    choice.box = allowed;
    refine(cells, ratio);
  }
  return {std::move(choice),
          Report{Status::not_converged,
                 fmt::format("an eigenvalue still changes by {:.2g} relative when the box grows by {}",
                             choice.relative_effect.maxCoeff(), kGrowth),
                 {}}};
}

}  // namespace sgdlimits
