#include "solvers/markov/finite_time_means.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/markov/gaussian_rule.hpp"
#include "solvers/markov/lagrange.hpp"

namespace sgdlimits {
namespace {

constexpr double kNegligible = 1e-19;

/// The axis as the nodes of an interval; on a circle stencils are wrapped by the caller.
LineLattice line_of(const LatticeAxis& axis) {
  return {axis.lower, axis.circle ? axis.upper - axis.spacing() : axis.upper, axis.nodes};
}

double wrapped(const LatticeAxis& axis, double x) {
  if (!axis.circle) return x;
  const double length = axis.upper - axis.lower;
  return x - length * std::floor((x - axis.lower) / length);
}

/// Shares of nodes in a sum of stencils, with a margin of one stencil around the lattice.
class Sums {
 public:
  static constexpr Index kSize = LagrangeStencil::kSize, kMargin = kSize;

  explicit Sums(const Lattice& lattice)
      : axes_(lattice.axes()),
        rows_(axes_[0].nodes + 2 * kMargin),
        columns_(axes_.size() == 2 ? axes_[1].nodes + 2 * kMargin : 1),
        sums_(Points::Zero(rows_, columns_)) {}

  void add(double weight, PointsView y, Index k) {
    std::array<double, kSize> across{1};
    Index column = 0;
    for (std::size_t a = 0; a < axes_.size(); ++a)
      if (const double x = wrapped(axes_[a], y(k, static_cast<Index>(a)));
          !(x >= axes_[a].lower && x <= axes_[a].upper))
        return;
    const LagrangeStencil down(line_of(axes_[0]), wrapped(axes_[0], y(k, 0)));
    if (axes_.size() == 2) {
      const LagrangeStencil stencil(line_of(axes_[1]), wrapped(axes_[1], y(k, 1)));
      across = stencil.shares;
      column = stencil.first + kMargin;
    }
    const Index row = down.first + kMargin, count = axes_.size() == 2 ? kSize : 1;
    const Eigen::Map<const Eigen::Array<double, kSize, 1>> shares(down.shares.data());
    for (Index j = 0; j < count; ++j)
      sums_.col(column + j).segment<kSize>(row) += weight * across[static_cast<std::size_t>(j)] * shares;
    first_row_ = std::min(first_row_, row);
    last_row_ = std::max(last_row_, row + kSize);
    first_column_ = std::min(first_column_, column);
    last_column_ = std::max(last_column_, column + count);
  }

  /// What was added, node by node in a fixed order; afterwards nothing is left. A node of a circle may come twice.
  template <class Visit>
  void take(const Visit& visit) {
    for (Index j = first_column_; j < last_column_; ++j)
      for (Index i = first_row_; i < last_row_; ++i) {
        const double share = sums_(i, j);
        sums_(i, j) = 0;
        const Index row = node_of(axes_[0], i - kMargin), column = columns_ == 1 ? 0 : node_of(axes_[1], j - kMargin);
        if (row >= 0 && column >= 0 && std::abs(share) >= kNegligible) visit(row + column * axes_[0].nodes, share);
      }
    first_row_ = rows_;
    first_column_ = columns_;
    last_row_ = last_column_ = 0;
  }

 private:
  /// Number of a node, or -1 beyond an end.
  static Index node_of(const LatticeAxis& axis, Index node) {
    if (axis.circle) return ((node % axis.nodes) + axis.nodes) % axis.nodes;
    return node >= 0 && node < axis.nodes ? node : -1;
  }

  const std::vector<LatticeAxis>& axes_;
  Index rows_, columns_;
  Points sums_;
  Index first_row_ = rows_, last_row_ = 0, first_column_ = columns_, last_column_ = 0;
};

/// One step from every row of x, each with its row of Gaussians.
Points moved(const Scheme& scheme, Points x, const Points& g, std::uint64_t seed) {
  Scratch scratch;
  PathBlock block{{x.data(), x.rows(), x.cols()}, {g.data(), g.rows(), g.cols()}, 0, 0.0, scratch};
  scheme.advance(block, 0, Noise(seed, scheme.stream()));
  return x;
}

/// How many lattice spacings one unit of a Gaussian moves a path, the largest over some nodes and coordinates.
double reach(const Scheme& scheme, const Lattice& lattice) {
  const Index k = scheme.normals_per_step(), samples = 16;
  double largest = 0;
  for (Index s = 0; s < samples; ++s) {
    const Points x = lattice.points().row((2 * s + 1) * lattice.size() / (2 * samples)).replicate(kLanes, 1);
    Points g = Points::Zero(kLanes, k);
    for (Index j = 0; j < k; ++j) {
      g(2 * j, j) = 0.5;
      g(2 * j + 1, j) = -0.5;
    }
    const Points y = moved(scheme, x, g, 0);
    for (Index j = 0; j < k; ++j)
      for (Index i = 0; i < lattice.dimension(); ++i) {
        const double way =
            std::abs(y(2 * j, i) - y(2 * j + 1, i)) / lattice.axes()[static_cast<std::size_t>(i)].spacing();
        if (std::isfinite(way)) largest = std::max(largest, way);
      }
  }
  return largest;
}

GaussianRule rule_for(const Scheme& scheme, const Lattice& lattice, bool kink) {
  const bool one = scheme.normals_per_step() == 1;
  if (kink) return GaussianRule(1, 0.01, 9);
  const double widest = one ? 0.3 : 0.6, narrowest = one ? 0.02 : 0.2, way = reach(scheme, lattice);
  return GaussianRule(one ? 1 : 2, way > 0 ? std::clamp(1.5 / way, narrowest, widest) : widest, one ? 9 : 7.5);
}

}  // namespace

struct FiniteTimeMeans::DepositBuffer {
  Sums sums;
};

FiniteTimeMeans::FiniteTimeMeans(const Scheme& scheme, const Lattice& lattice, const FiniteTimeOptions& options,
                                 const Execution& execution)
    : scheme_(scheme), lattice_(lattice), options_(options), pool_(execution.pool) {
  const Index k = scheme.normals_per_step();
  if (scheme.dimension() != lattice.dimension())
    throw InvalidArgument("dimension of the scheme", std::to_string(scheme.dimension()),
                          std::to_string(lattice.dimension()) + ", that of the lattice");
  if (k < 1 || k > 2 || scheme.steps_ahead() > 0)
    throw InvalidArgument("scheme", scheme.name(), "a function of one or two Gaussians a step and nothing else",
                          "take its Markov form, or sample paths");
  const GaussianRule rule = rule_for(scheme, lattice, options.test != nullptr);
  gaussians_ = rule.points;
  weights_ = rule.weights;
  rows_.resize(static_cast<std::size_t>(lattice.size()));
  pool_->for_each_chunk(chunk_count(lattice.size()), [&](Index chunk) {
    const ChunkRange range = chunk_range(lattice.size(), chunk);
    DepositBuffer buffer{Sums(lattice_)};
    for (Index node = range.begin; node < range.end; ++node)
      rows_[static_cast<std::size_t>(node)] = row_from(node, buffer);
  });
}

Eigen::Array<double, 1, Eigen::Dynamic> FiniteTimeMeans::applied(const Row& row, const RowMajor& v) const {
  Eigen::Array<double, 1, Eigen::Dynamic> sum = Eigen::Array<double, 1, Eigen::Dynamic>::Zero(v.cols());
  for (std::size_t n = 0; n < row.nodes.size(); ++n) sum += row.shares[n] * v.row(row.nodes[n]);
  return sum;
}

Points FiniteTimeMeans::step(const Points& starts, Values& taken, std::uint64_t seed) const {
  taken = Values::Ones(starts.rows());
  if (options_.test) {
    Points x = starts;
    Scratch scratch;
    PathBlock block{
        {x.data(), x.rows(), x.cols()}, {gaussians_.data(), gaussians_.rows(), gaussians_.cols()}, 0, 0.0, scratch};
    options_.test->acceptance(block, taken);
  }
  return moved(scheme_, starts, gaussians_, seed);
}

FiniteTimeMeans::Row FiniteTimeMeans::row_from(Index node, DepositBuffer& buffer) const {
  const Points starts = lattice_.points().row(node).replicate(gaussians_.rows(), 1);
  Values taken;
  const Points y = step(starts, taken, 0);
  constexpr Index kLookAt = 8;
  if (node % kLookAt == 0 || node + 1 == lattice_.size()) {
    const Points again = step(starts, taken, 1);
    if (!((y == again) || !(y == y)).all())
      throw InvalidArgument(
          "scheme", scheme_.name(), "a function of one or two Gaussians a step and nothing else",
          "it draws more at steps of " + shortest(scheme_.step_size()) + "; take smaller steps, or sample paths");
  }
  Row row = deposited(y, weights_ * taken, lattice_.log_weight()(node), buffer);
  if (options_.test) {
    row.nodes.push_back(static_cast<int>(node));
    row.shares.push_back((weights_ * (1 - taken)).sum());
  }
  return row;
}

FiniteTimeMeans::Row FiniteTimeMeans::deposited(const Points& y, const Values& weights, double log_weight_here,
                                                DepositBuffer& buffer) const {
  const Values ratio = weights * (log_weight_here - lattice_.log_weight_at(y)).exp();
  for (Index k = 0; k < y.rows(); ++k)
    if (weights(k) > kNegligible) buffer.sums.add(ratio(k), y, k);
  Row row;
  buffer.sums.take([&](Index node, double share) {
    row.nodes.push_back(static_cast<int>(node));
    row.shares.push_back(share);
  });
  return row;
}

Points FiniteTimeMeans::smoothed(const std::function<Points(PointsView x)>& functions) const {
  const Points& x = lattice_.points();
  if (options_.smoothing == 0) return functions(x);
  const GaussianRule rule(1, 0.15, 9);
  Points sum = rule.weights(0) * functions(x + options_.smoothing * rule.points(0, 0));
  for (Index k = 1; k < rule.weights.size(); ++k)
    if (rule.weights(k) > 0) sum += rule.weights(k) * functions(x + options_.smoothing * rule.points(k, 0));
  return sum;
}

Values FiniteTimeMeans::means(const Points& start, std::int64_t steps,
                              const std::function<Points(PointsView x)>& functions) const {
  if (steps < 1) throw InvalidArgument("steps", std::to_string(steps), "at least 1");
  const double log_here = lattice_.log_weight_at(start)(0);
  const Points h = smoothed(functions);
  RowMajor v = h.colwise() * lattice_.log_weight().exp(), next(v.rows(), v.cols());
  for (std::int64_t k = 1; k < steps; ++k) {
    pool_->for_each_chunk(chunk_count(v.rows()), [&](Index chunk) {
      const ChunkRange range = chunk_range(v.rows(), chunk);
      for (Index i = range.begin; i < range.end; ++i) next.row(i) = applied(rows_[static_cast<std::size_t>(i)], v);
    });
    v.swap(next);
  }
  Points starts = start.replicate(gaussians_.rows(), 1);
  if (options_.smoothing != 0) starts -= options_.smoothing * gaussians_;
  Values taken;
  const Points y = step(starts, taken, 0);
  DepositBuffer buffer{Sums(lattice_)};
  const Row row = deposited(y, weights_ * taken, log_here, buffer);
  Values means = applied(row, v).transpose();
  if (options_.test) {
    // the share that stays is seen at the start itself
    const Row here = deposited(start, Values::Ones(1), log_here, buffer);
    means += (weights_ * (1 - taken)).sum() * applied(here, v).transpose();
  }
  return means * std::exp(-log_here);
}

}  // namespace sgdlimits
