#include "solvers/markov/scheme_law.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/markov/gaussian_rule.hpp"
#include "solvers/spectrum/box.hpp"

namespace sgdlimits {
namespace {

constexpr std::array<double, 6> kThetas{1, 0.7, 0.5, 0.35, 0.25, 0.18};
constexpr Index kFirstNodes = 96;
constexpr double kRefinement = 1.5, kWidening = 1.1, kTail = 1e-16;
constexpr double kLossInGaps = 1e-10, kEndWeight = 1e-12, kFailure = 1e-3;

/// An interval and the reference weight on it.
struct Frame {
  double theta;
  Box box, domain;
};

/// What one lattice says.
struct Level {
  LineLattice lattice;
  Values means, root_mean_squares;
  double gap = 0, exit_rate = 0, end_weight = 0;
  bool usable = false;  ///< finite, and no eigenvalue above 1: the lattice resolves the operator
};

/// Everything a lattice needs to know.
struct Question {
  const Scheme& scheme;
  const Potential& potential;
  double tau;
  const std::vector<LineFunction>& observables;
  const SchemeLawOptions& options;
};

LineLattice lattice_on(const Frame& frame, double widening, double nodes) {
  double lower = frame.box.lower(0), upper = frame.box.upper(0);
  const bool below = std::isfinite(frame.domain.lower(0)) && lower <= frame.domain.lower(0);
  const bool above = std::isfinite(frame.domain.upper(0)) && upper >= frame.domain.upper(0);
  const double extra = 0.5 * (widening - 1) * (upper - lower), length = upper - lower;
  if (!below) lower = std::max(lower - extra, frame.domain.lower(0));
  if (!above) upper = std::min(upper + extra, frame.domain.upper(0));
  return {lower, upper, static_cast<Index>(nodes * (upper - lower) / length), below, above};
}

/// E h(x + smoothing g) at the nodes.
Values smoothed(const LineFunction& h, ValuesView nodes, double smoothing, double spacing) {
  Values result(nodes.size());
  if (smoothing == 0) {
    h(nodes, result);
    return result;
  }
  const GaussianRule rule(1, std::clamp(spacing / smoothing, 0.02, 0.15), 12);
  Values at(nodes.size());
  result.setZero();
  for (Index k = 0; k < rule.weights.size(); ++k) {
    h(nodes + smoothing * rule.points(k, 0), at);
    result += rule.weights(k) * at;
  }
  return result;
}

/// Largest weight near a free end, relative to the largest of all.
double weight_at_ends(const LineLattice& lattice, const Values& weights) {
  constexpr Index kNear = 3;
  double largest = 0;
  if (!lattice.wall_below) largest = weights.head(kNear).abs().maxCoeff();
  if (!lattice.wall_above) largest = std::max(largest, weights.tail(kNear).abs().maxCoeff());
  return largest / weights.abs().maxCoeff();
}

Level level_on(const Question& ask, const Frame& frame, const LineLattice& lattice) {
  const LineFunction log_weight = [&](ValuesView x, ValuesOut log_w) {
    Scratch scratch;
    ask.potential.value(x, log_w, scratch);
    log_w *= -0.5 * frame.theta / ask.tau;
  };
  const OneStepOperator step(ask.scheme, lattice, log_weight);
  Level level{.lattice = lattice, .means = {}, .root_mean_squares = {}};
  if (!step.matrix().allFinite()) return level;
  const SchemeStationaryLaw law = step.stationary_law();
  const double h = ask.scheme.step_size();
  level.usable = law.weights.allFinite() && law.kept > 0 && law.kept < 1 + 1e-6 && law.second > 0;
  if (!level.usable) return level;
  level.exit_rate = -std::log(law.kept) / h;
  level.gap = (std::log(law.kept) - std::log(law.second)) / h;
  level.end_weight = weight_at_ends(lattice, law.weights);
  const auto count = static_cast<Index>(ask.observables.size());
  level.means.resize(count);
  level.root_mean_squares.resize(count);
  for (Index k = 0; k < count; ++k) {
    const Values at = smoothed(ask.observables[static_cast<std::size_t>(k)], step.nodes(), ask.options.smoothing,
                               lattice.spacing());
    if (!at.allFinite())
      throw InvalidArgument("observable " + std::to_string(k), "infinite or NaN", "finite where the law lives");
    level.means(k) = (law.weights * at).sum();
    level.root_mean_squares(k) = std::sqrt((law.weights.abs() * at.square()).sum());
  }
  return level;
}

/// Paths that leave, in units of the gap.
double loss(const Level& level) { return std::abs(level.exit_rate) / level.gap; }

/// The frame whose coarse lattice loses least, the first that loses nothing.
Result<Frame> choose_frame(const Question& ask) {
  std::optional<Frame> best;
  double least = std::numeric_limits<double>::infinity();
  Report failure{Status::not_converged, "no interval was found on which the one-step operator is resolved", {}};
  for (const double theta : kThetas) {
    const Result<Box> box = gibbs_box(ask.potential, Temperature(ask.tau / theta), kTail);
    if (!box.ok()) {
      if (theta == 1) return Result<Frame>(box.report());
      break;
    }
    const Frame frame{theta, box.value(), ask.potential.domain()};
    const Level level = level_on(ask, frame, lattice_on(frame, 1, kFirstNodes));
    if (!level.usable || !(level.gap > 0)) continue;
    const double lost = loss(level) + level.end_weight;
    if (lost < least) {
      least = lost;
      best = frame;
    }
    if (loss(level) <= kLossInGaps && level.end_weight <= kEndWeight) break;
  }
  if (!best) return Result<Frame>(failure);
  return *best;
}

/// Differences of two levels, in units of what the tolerance is relative to.
struct Differences {
  Values means;  // absolute
  double gap = 0, exit_rate = 0, worst = 0;

  Differences(const Level& a, const Level& b)
      : means((a.means - b.means).abs()),
        gap(std::abs(a.gap - b.gap)),
        exit_rate(std::abs(a.exit_rate - b.exit_rate)) {
    worst = gap / b.gap;
    for (Index k = 0; k < means.size(); ++k)
      if (b.root_mean_squares(k) > 0) worst = std::max(worst, means(k) / b.root_mean_squares(k));
  }
  /// The larger of both, entry by entry: where convergence is irregular the last difference alone may be small by
  /// luck.
  void cover(const Differences& other) {
    means = means.max(other.means);
    gap = std::max(gap, other.gap);
    exit_rate = std::max(exit_rate, other.exit_rate);
    worst = std::max(worst, other.worst);
  }
};

SchemeLaw law_of(const Level& level, const Differences& differences, double step) {
  const double eps = std::numeric_limits<double>::epsilon(), rounding = 64 * eps / step;
  const std::string how = fmt::format("one-step operator on {} nodes of [{:.4g}, {:.4g}]", level.lattice.nodes,
                                      level.lattice.lower, level.lattice.upper);
  const auto measured = [&](double value, double bound) {
    return Measurement::deterministic(value, bound, Grade::estimate, how);
  };
  std::vector<Measurement> means;
  for (Index k = 0; k < level.means.size(); ++k)
    means.push_back(
        measured(level.means(k), 2 * differences.means(k) + rounding / level.gap * level.root_mean_squares(k)));
  return {std::move(means), measured(level.gap, 2 * differences.gap + rounding),
          measured(std::max(0.0, level.exit_rate), 2 * differences.exit_rate + rounding), level.lattice};
}

Report judge(const Level& level, const Differences& differences, double step) {
  Report report;
  report.counters["nodes"] = static_cast<double>(level.lattice.nodes);
  const std::string where = fmt::format("[{:.4g}, {:.4g}]", level.lattice.lower, level.lattice.upper);
  if (loss(level) > kFailure) {
    report.status = Status::not_converged;
    report.why = fmt::format(
        "at step {} the scheme has no invariant law: paths leave {} at rate {:.3g}, not small "
        "against its gap {:.3g}; take a smaller step",
        shortest(step), where, level.exit_rate, level.gap);
  } else if (2 * differences.worst > kFailure) {
    report.status = Status::not_converged;
    report.why = fmt::format("lattices of up to {} nodes of {} still differ by {:.2g}", level.lattice.nodes, where,
                             differences.worst);
  }
  return report;
}

}  // namespace

Result<SchemeLaw> scheme_law(const Scheme& scheme, const Potential& potential, Temperature temperature,
                             const std::vector<LineFunction>& observables, const SchemeLawOptions& options) {
  if (potential.dimension() != 1)
    throw InvalidArgument("dimension of the potential", std::to_string(potential.dimension()), "1",
                          "the one-step operator is a matrix on a line");
  if (!(options.tolerance > 0)) throw InvalidArgument("tolerance", options.tolerance, "positive");
  if (!(options.smoothing >= 0)) throw InvalidArgument("smoothing", options.smoothing, "at least 0");
  const Question ask{scheme, potential, temperature.value(), observables, options};
  const Result<Frame> frame = choose_frame(ask);
  if (!frame.ok()) return Result<SchemeLaw>(frame.report());
  std::vector<Level> levels;
  double nodes = kFirstNodes;
  for (int k = 0; nodes <= static_cast<double>(options.max_nodes); ++k, nodes *= kRefinement) {
    Level level = level_on(ask, frame.value(), lattice_on(frame.value(), k % 2 == 0 ? 1 : kWidening, nodes));
    if (!level.usable || !(level.gap > 0)) continue;
    levels.push_back(std::move(level));
    if (levels.size() > 1 && Differences(levels.end()[-2], levels.back()).worst <= options.tolerance) break;
  }
  if (levels.size() < 2)
    return Result<SchemeLaw>::failure(Status::not_converged, "fewer than two lattices resolve the one-step operator");
  Differences differences(levels.end()[-2], levels.back());
  if (levels.size() > 2 && differences.worst > options.tolerance)
    differences.cover(Differences(levels.end()[-3], levels.end()[-2]));
  return Result<SchemeLaw>(law_of(levels.back(), differences, scheme.step_size()),
                           judge(levels.back(), differences, scheme.step_size()));
}

}  // namespace sgdlimits
