#include "solvers/spectrum/box.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMaxDoublings = 44;  // beyond 1e13 times the first box the level is taken as never reached

std::string point_text(const Eigen::ArrayXd& x) {
  std::string text = "(";
  for (Index j = 0; j < x.size(); ++j) text += (j ? ", " : "") + shortest(x(j));
  return text + ")";
}

/// Midpoints of n^d equal cells of a box: never on its ends, where f may be infinite.
Points lattice(const Box& box, Index n) {
  const Index d = box.lower.size();
  Index size = 1;
  for (Index j = 0; j < d; ++j) size *= n;
  Points x(padded(size), d);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0, rest = std::min(i, size - 1); j < d; ++j, rest /= n)
      x(i, j) = box.lower(j) +
                (static_cast<double>(rest % n) + 0.5) * (box.upper(j) - box.lower(j)) / static_cast<double>(n);
  return x;
}

Box intersection(const Box& a, const Box& b) { return {a.lower.max(b.lower), a.upper.min(b.upper)}; }

/// The search for the level set: what is known so far, and why it must end, if it must.
class LevelSetSearch {
 public:
  LevelSetSearch(const Potential& potential, double tau, double rise, const Box& limits)
      : potential_(potential), tau_(tau), rise_(rise), limits_(limits), d_(potential.dimension()) {
    lattice_cells_ = d_ == 1 ? 512 : d_ == 2 ? 64 : 24;
    start();
  }

  Result<Box> run() {
    for (int round = 0; round < 400; ++round) {
      const bool changed = adapt(true);
      if (failure_) return Result<Box>(*failure_);
      if (!changed && !found_farther_out()) return failure_ ? Result<Box>(*failure_) : Result<Box>(box_);
      if (failure_) return Result<Box>(*failure_);
      if (doublings_ > kMaxDoublings * d_) return Result<Box>(never_reached());
    }
    return Result<Box>::failure(Status::not_converged, "the level set of f did not settle within 400 lattices");
  }

 private:
  void start() {
    const PotentialFacts facts = potential_.facts();
    Eigen::ArrayXd centre(d_), reach(d_);
    for (Index j = 0; j < d_; ++j) {
      const double low = limits_.lower(j), high = limits_.upper(j);
      centre(j) = std::isfinite(low) && std::isfinite(high) ? 0.5 * (low + high)
                  : std::isfinite(low)                      ? std::max(low + 1, 0.0)
                  : std::isfinite(high)                     ? std::min(high - 1, 0.0)
                                                            : 0.0;
      reach(j) = std::isfinite(low) && std::isfinite(high) ? 0.5 * (high - low) : 1.0;
    }
    box_ = intersection({centre - reach, centre + reach}, limits_);
    known_.resize(0, d_);
    for (const Eigen::VectorXd& x : facts.minima)
      if ((x.array() > limits_.lower).all() && (x.array() < limits_.upper).all()) remember(x.array());
  }

  void remember(const Eigen::ArrayXd& x) {
    known_.conservativeResize(known_.rows() + 1, d_);
    known_.row(known_.rows() - 1) = x.transpose();
    Points block = x.transpose().replicate(kLanes, 1);
    lowest_ = std::min(lowest_, values(potential_, block)(0));
  }

  void check(const Points& x, const Values& f) {
    for (Index i = 0; i < f.size() && !failure_; ++i) {
      if (std::isnan(f(i)))
        failure_ = Report{Status::blew_up, "f is NaN at " + point_text(x.row(i).transpose()), {}};
      else if (f(i) == -kInfinity)
        failure_ = Report{
            Status::no_gibbs_measure,
            fmt::format("f is -infinity at {}: exp(-f/tau) is not integrable", point_text(x.row(i).transpose())),
            {}};
    }
  }

  /// Gradient descent with backtracking from the best lattice point, so that the level starts from a minimum.
  void descend(Eigen::ArrayXd x, double f) {
    Points block(kLanes, d_);
    double step = (box_.upper - box_.lower).maxCoeff() / static_cast<double>(lattice_cells_);
    for (int i = 0; i < 60 && step > 0; ++i) {
      block.rowwise() = x.transpose();
      const Eigen::ArrayXd g = gradients(potential_, block).row(0).transpose();
      const double slope = std::sqrt(g.square().sum());
      if (!(slope > 0) || !std::isfinite(slope)) break;
      const Eigen::ArrayXd next = (x - step * g / slope).max(limits_.lower).min(limits_.upper);
      block.rowwise() = next.transpose();
      const double value = values(potential_, block)(0);
      if (value < f) {
        x = next;
        f = value;
        step *= 1.5;
      } else {
        step *= 0.4;
      }
    }
    if (f < lowest_ && std::isfinite(f)) remember(x);
  }

  /// One lattice on the box; sides that the level set reaches move out, others move in. True if any moved.
  bool adapt(bool shrink) {
    const Points x = lattice(box_, lattice_cells_);
    const Values f = values(potential_, x);
    check(x, f);
    if (failure_) return false;
    Index best;
    const double smallest = f.minCoeff(&best);
    if (smallest < lowest_ || known_.rows() == 0) descend(x.row(best).transpose(), smallest);
    lowest_ = std::min(lowest_, smallest);
    const double level = lowest_ + rise_;
    Box hull{Eigen::ArrayXd::Constant(d_, kInfinity), Eigen::ArrayXd::Constant(d_, -kInfinity)};
    const auto include = [&](const Points& points, const Values& value) {
      for (Index i = 0; i < points.rows(); ++i)
        if (value(i) <= level) {
          hull.lower = hull.lower.min(points.row(i).transpose());
          hull.upper = hull.upper.max(points.row(i).transpose());
        }
    };
    include(x, f);
    for (Index i = 0; i < known_.rows(); ++i)
      include(known_.row(i).replicate(kLanes, 1), values(potential_, known_.row(i).replicate(kLanes, 1)));
    bool changed = false;
    for (Index j = 0; j < d_; ++j) changed |= move_sides(j, hull, shrink);
    return changed;
  }

  bool move_sides(Index j, const Box& hull, bool shrink) {
    const double width = box_.upper(j) - box_.lower(j), cell = width / static_cast<double>(lattice_cells_);
    const auto side = [&](double now, double reached, double limit, double outwards) {
      const double margin = (now - reached) * outwards;
      if (margin < cell) {
        if (now == limit) return now;
        ++doublings_;
        const double target = now + outwards * std::max(width, -2 * margin);
        return outwards > 0 ? std::min(target, limit) : std::max(target, limit);
      }
      return shrink && margin > 2.5 * cell && margin > 0.03 * width ? reached + outwards * 1.5 * cell : now;
    };
    const double lower = side(box_.lower(j), hull.lower(j), limits_.lower(j), -1);
    const double upper = side(box_.upper(j), hull.upper(j), limits_.upper(j), 1);
    const bool changed = lower != box_.lower(j) || upper != box_.upper(j);
    box_.lower(j) = lower;
    box_.upper(j) = upper;
    return changed;
  }

  /// Other wells: lattices on boxes up to 1024 times larger. True if one met the level (then the box includes it).
  bool found_farther_out() {
    const Eigen::ArrayXd centre = 0.5 * (box_.lower + box_.upper), half = 0.5 * (box_.upper - box_.lower);
    for (double factor = 2; factor <= 1024; factor *= 2) {
      const Box larger = intersection({centre - factor * half, centre + factor * half}, limits_);
      const Points x = lattice(larger, lattice_cells_);
      const Values f = values(potential_, x);
      check(x, f);
      if (failure_) return false;
      Box hull = box_;
      bool outside = false;
      for (Index i = 0; i < x.rows(); ++i) {
        if (!(f(i) <= lowest_ + rise_)) continue;
        const Eigen::ArrayXd p = x.row(i).transpose();
        if ((p >= box_.lower).all() && (p <= box_.upper).all()) continue;
        outside = true;
        lowest_ = std::min(lowest_, f(i));
        hull = {hull.lower.min(p), hull.upper.max(p)};
      }
      if (!outside) continue;
      const Eigen::ArrayXd margin = 0.02 * (hull.upper - hull.lower);
      doublings_ += static_cast<int>(std::ceil(std::log2(((hull.upper - hull.lower) / (2 * half)).maxCoeff())));
      box_ = intersection({hull.lower - margin, hull.upper + margin}, limits_);
      return true;
    }
    return false;
  }

  /// f is still below the level at the largest box: its growth in log r decides.
  Report never_reached() const {
    const Eigen::ArrayXd centre = 0.5 * (box_.lower + box_.upper), half = 0.5 * (box_.upper - box_.lower);
    const auto smallest_at = [&](double factor) {
      Points x = lattice(intersection({centre - factor * half, centre + factor * half}, limits_), lattice_cells_);
      const Values f = values(potential_, x);
      double smallest = kInfinity;
      for (Index i = 0; i < f.size(); ++i)
        if (((x.row(i).transpose() - centre) / half).abs().maxCoeff() > 0.9 * factor)
          smallest = std::min(smallest, f(i));
      return smallest;
    };
    const double far = smallest_at(1), near = smallest_at(1.0 / 1024);
    const double per_log = (far - near) / std::log(1024.0);
    if (per_log > tau_ * static_cast<double>(d_))
      return {Status::essential_spectrum,
              fmt::format("f grows like {:.3g} log|x|: the Gibbs measure exists, but its tails are so heavy that the "
                          "essential spectrum starts at 0 and there is no spectral gap",
                          per_log),
              {}};
    if (far < near - rise_)
      return {Status::no_gibbs_measure,
              fmt::format("f falls without bound far from the origin ({:.3g} at distance {:.3g}), so exp(-f/tau) is "
                          "not integrable; add a ridge, or a reflecting box",
                          far, half.maxCoeff()),
              {}};
    return {Status::no_gibbs_measure,
            fmt::format("f does not grow enough far from the origin ({:.3g} log|x|; exp(-f/tau) is integrable only "
                        "above {:.3g} log|x|): there is no Gibbs measure; add a ridge, or a reflecting box",
                        per_log, tau_ * static_cast<double>(d_)),
            {}};
  }

  const Potential& potential_;
  double tau_, rise_;
  Box limits_, box_;
  Index d_, lattice_cells_;
  Points known_;
  double lowest_ = kInfinity;
  int doublings_ = 0;
  std::optional<Report> failure_;
};

}  // namespace

Result<Box> gibbs_box(const Potential& potential, Temperature temperature, double tail) {
  return gibbs_box(potential, temperature, tail, Box::everywhere(potential.dimension()));
}

Result<Box> gibbs_box(const Potential& potential, Temperature temperature, double tail, const Box& limits) {
  if (!(tail > 0 && tail < 1)) throw InvalidArgument("tail", tail, "between 0 and 1");
  const Index d = potential.dimension();
  if (d > 3)
    return Result<Box>::failure(Status::out_of_reach,
                                fmt::format("boxes and grids reach three dimensions, the potential has {}", d));
  if (limits.lower.size() != d || limits.upper.size() != d)
    throw InvalidArgument("dimension of the box", std::to_string(limits.lower.size()), std::to_string(d));
  const Box inside = intersection(limits, potential.domain());
  if (!(inside.lower < inside.upper).all())
    throw InvalidArgument("box", "empty inside the potential's domain", "one that meets it");
  const double tau = temperature.value();
  return LevelSetSearch(potential, tau, -tau * std::log(tail), inside).run();
}

}  // namespace sgdlimits
