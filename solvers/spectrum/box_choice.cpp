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

/// The rounds of `choose_box`: eigenvalues on the box and on a grown one, then what they ask for.
class BoxSearch {
 public:
  BoxSearch(const Potential& potential, Temperature temperature, const Box& start, const Box& inside, Index wanted,
            const Execution& execution)
      : potential_(potential),
        temperature_(temperature),
        inside_(inside),
        wanted_(wanted),
        execution_(execution),
        d_(potential.dimension()),
        choice_{start, wanted, {}, kInfinity, 0, nullptr},
        cells_(CellCounts::Constant(d_, d_ == 1   ? 512
                                        : d_ == 2 ? 48
                                                  : 14)),
        below_(essential_spectrum_bottom(potential, temperature, start, inside)),
        ceiling_(std::min(below_, 1e300)) {}

  Result<BoxChoice> run() {
    for (; choice_.growths <= kMaxGrowths; ++choice_.growths) {
      const FreeSides all = FreeSides::Constant(d_, true);
      const auto on_box = eigenvalues(all, false, &choice_.generator), grown = eigenvalues(all, true, nullptr);
      if (!on_box.ok()) return Result<BoxChoice>(on_box.report());
      if (!grown.ok()) return Result<BoxChoice>(grown.report());
      const Values effect = ((on_box.value() - grown.value()) / grown.value()).abs();
      const bool stalled = d_ > 1 && choice_.growths >= 6 && effect.maxCoeff() > 0.3 * before_;
      before_ = effect.maxCoeff();
      count_modes(on_box.value(), effect, stalled);
      if (choice_.modes < wanted_ && !long_enough_ && (std::isfinite(below_) || stalled) &&
          widened_for_continuum(on_box.value(), grown.value()))
        continue;
      choice_.relative_effect = effect.head(choice_.modes);
      if (choice_.modes < wanted_)
        choice_.essential_bottom =
            d_ == 1 ? below_ : limit_of_standing_waves(on_box.value()(choice_.modes), grown.value()(choice_.modes));
      if (choice_.modes == 0) return without_modes(stalled);
      if (choice_.relative_effect.maxCoeff() > kBoxTolerance)
        widen(choice_.box, inside_, 1.15);
      else if (!widened_to_allowed(on_box.value()(choice_.modes - 1)))
        return std::move(choice_);
    }
    const std::string why = fmt::format("an eigenvalue still changes by {:.2g} relative when the box grows by {}",
                                        choice_.relative_effect.maxCoeff(), kGrowth);
    return {std::move(choice_), Report{Status::not_converged, why, {}}};
  }

 private:
  /// On the lattice of the box, or on the same lattice grown along the axes of `grow`.
  Result<Values> eigenvalues(const FreeSides& grow, bool grown, std::shared_ptr<const Generator>* keep) const {
    const FreeSides low = choice_.box.lower > inside_.lower, high = choice_.box.upper < inside_.upper;
    return eigenvalues_on(potential_, lattice(choice_.box, cells_, low && grow, high && grow, grown), temperature_,
                          wanted_, ceiling_, execution_, keep);
  }

  /// Below the essential spectrum; in several dimensions its bottom may lie above the limit of V (channels), so what
  /// does not feel the box counts.
  void count_modes(const Values& on_box, const Values& effect, bool stalled) {
    choice_.modes = (on_box < below_ * (1 - kNearBottom)).count();
    if (d_ == 1 || !(stalled || long_enough_ || choice_.modes < wanted_)) return;
    choice_.modes = 0;
    while (choice_.modes < wanted_ && effect(choice_.modes) <= kBoxTolerance) ++choice_.modes;
  }

  /// Once, to the length of a standing wave near the bottom; false where the bottom is 0.
  bool widened_for_continuum(const Values& on_box, const Values& grown) {
    long_enough_ = true;
    const double wave = d_ == 1 ? below_ : on_box(choice_.modes);
    if (!(wave > 0)) return false;
    const Eigen::ArrayXd length = choice_.box.upper - choice_.box.lower;
    const auto feels = [&](Index j) {
      FreeSides one = FreeSides::Constant(d_, false);
      one(j) = true;
      const auto moved = d_ == 1 ? Result<Values>(grown) : eigenvalues(one, true, nullptr);
      return !moved.ok() || ((moved.value() - on_box).abs() > kBoxTolerance * on_box).any();
    };
    widen_for_continuum(choice_.box, inside_, temperature_.value(), wave, feels);
    refine(cells_, (choice_.box.upper - choice_.box.lower) / length);
    ceiling_ = d_ == 1 ? below_ : 0.97 * wave;
    return true;
  }

  bool widened_to_allowed(double energy) {
    const Box allowed = classically_allowed_box(potential_, temperature_, energy, choice_.box, inside_);
    const Eigen::ArrayXd ratio = (allowed.upper - allowed.lower) / (choice_.box.upper - choice_.box.lower);
    if (!(ratio > 1).any()) return false;
    choice_.box = allowed;
    refine(cells_, ratio);
    return true;
  }

  /// In several dimensions a weakly bound state on a coarse long box cannot be told from the continuum: no claim.
  Result<BoxChoice> without_modes(bool stalled) {
    if (d_ == 1 || !(below_ > 0 || stalled || long_enough_)) return std::move(choice_);
    const std::string why = fmt::format(
        "every mode still changes when the box grows; an essential spectrum may start near {:.2g}, and whether an "
        "eigenvalue lies below it is not decided; a reflecting box has a definite answer",
        choice_.essential_bottom);
    return {std::move(choice_), Report{Status::not_converged, why, {}}};
  }

  const Potential& potential_;
  Temperature temperature_;
  Box inside_;
  Index wanted_;
  const Execution& execution_;
  Index d_;
  BoxChoice choice_;
  CellCounts cells_;
  double below_;    // the bottom of the essential spectrum
  double ceiling_;  // finite: upper bounds will do here
  double before_ = kInfinity;
  bool long_enough_ = false;
};

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
  const Box inside{limits.lower.max(potential.domain().lower), limits.upper.min(potential.domain().upper)};
  return BoxSearch(potential, temperature, start.value(), inside, wanted, execution).run();
}

}  // namespace sgdlimits
