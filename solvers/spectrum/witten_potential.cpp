#include "solvers/spectrum/witten_potential.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kShells = 14;

/// Unit vectors that cover the sphere of R^d evenly.
Points directions(Index d) {
  if (d == 1) return (Points(2, 1) << -1, 1).finished();
  const Index n = d == 2 ? 96 : 400;
  Points u(n, d);
  for (Index i = 0; i < n; ++i) {
    const double t = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    if (d == 2) {
      u.row(i) << std::cos(2 * std::numbers::pi * t), std::sin(2 * std::numbers::pi * t);
    } else {
      const double z = 1 - 2 * t, r = std::sqrt(1 - z * z), a = std::numbers::pi * (3 - std::sqrt(5.0)) * i;
      u.row(i) << r * std::cos(a), r * std::sin(a), z;
    }
  }
  return u;
}

/// V over points; +infinity outside `inside` or where it cannot be evaluated.
class WittenPotential {
 public:
  WittenPotential(const Potential& potential, double tau, const Box& inside)
      : potential_(potential), tau_(tau), inside_(inside) {}

  double operator()(const Eigen::ArrayXd& x) const { return along(x.transpose())(0); }

  /// x: n x d.
  Values along(const Points& x) const {
    const Index n = x.rows();
    const Points g = gradients(x);
    Values laplacian(n);
    potential_.laplacian(x, laplacian, scratch_);
    Values v = g.topRows(n).square().rowwise().sum() / (4 * tau_) - 0.5 * laplacian;
    for (Index i = 0; i < n; ++i)
      if (!std::isfinite(v(i)) || !holds(x.row(i).transpose())) v(i) = kInfinity;
    return v;
  }

  /// Over the intervals between neighbours of n points on a line: the smaller (f')^2 of the ends, and the mean of
  /// f''.
  Values between(const Values& x) const {
    const Points g = gradients(x.matrix());
    Values v(x.size() - 1);
    for (Index i = 0; i < v.size(); ++i) {
      const double a = g(i, 0), b = g(i + 1, 0);
      v(i) = std::min(a * a, b * b) / (4 * tau_) - (b - a) / (2 * (x(i + 1) - x(i)));
      if (!std::isfinite(v(i)) || !holds(x.segment(i, 1)) || !holds(x.segment(i + 1, 1))) v(i) = kInfinity;
    }
    return v;
  }

  /// Over the given directions, then by pattern search from the best three: a channel that runs to infinity is seen
  /// under an angle that shrinks with the radius.
  double smallest_on_sphere(const Eigen::ArrayXd& centre, double radius, const Points& u) const {
    const Values v = along((radius * u).rowwise() + centre.transpose());
    std::vector<std::pair<double, Index>> found;
    for (Index i = 0; i < u.rows(); ++i) found.emplace_back(v(i), i);
    std::sort(found.begin(), found.end());
    double smallest = found.front().first;
    for (std::size_t k = 0; k < std::min<std::size_t>(3, found.size()) && u.cols() > 1; ++k)
      smallest = std::min(smallest, descend(centre, radius, u.row(found[k].second).transpose(), found[k].first));
    return smallest;
  }

 private:
  bool holds(const Eigen::ArrayXd& x) const { return (x > inside_.lower).all() && (x < inside_.upper).all(); }

  Points gradients(const Points& x) const {
    Points block(padded(x.rows()), x.cols()), g(padded(x.rows()), x.cols());
    block.topRows(x.rows()) = x;
    for (Index i = x.rows(); i < block.rows(); ++i) block.row(i) = x.row(x.rows() - 1);
    potential_.gradient(block, g, scratch_);
    return g;
  }

  double descend(const Eigen::ArrayXd& centre, double radius, Eigen::ArrayXd direction, double v) const {
    for (double step = 0.05; step > 1e-12;) {
      bool better = false;
      for (Index j = 0; j < direction.size(); ++j)
        for (const double sign : {-1.0, 1.0}) {
          Eigen::ArrayXd next = direction;
          next(j) += sign * step;
          next /= next.matrix().norm();
          const double value = (*this)(centre + radius * next);
          if (!(value < v)) continue;
          v = value;
          direction = next;
          better = true;
        }
      if (!better) step *= 0.5;
    }
    return v;
  }

  const Potential& potential_;
  double tau_;
  Box inside_;
  mutable Scratch scratch_;
};

Box meet(const Box& a, const Box& b) { return {a.lower.max(b.lower), a.upper.min(b.upper)}; }

}  // namespace

double essential_spectrum_bottom(const Potential& potential, Temperature temperature, const Box& box,
                                 const Box& limits) {
  const WittenPotential v(potential, temperature.value(), meet(limits, potential.domain()));
  const Points u = directions(potential.dimension());
  const Eigen::ArrayXd centre = 0.5 * (box.lower + box.upper);
  const double radius = 0.5 * (box.upper - box.lower).matrix().norm();
  double last = kInfinity, before = kInfinity;
  for (const int k : {kShells - 4, kShells}) {
    before = last;
    last = v.smallest_on_sphere(centre, std::ldexp(radius, k), u);
  }
  if (!std::isfinite(last)) return kInfinity;
  if (std::abs(last - before) <= 1e-4 * std::abs(last)) return std::max(last, 0.0);
  return last < 0.9 * before ? 0.0 : kInfinity;
}

Box classically_allowed_box(const Potential& potential, Temperature temperature, double energy, const Box& box,
                            const Box& limits) {
  const Index d = potential.dimension();
  const Box inside = meet(limits, potential.domain());
  const WittenPotential v(potential, temperature.value(), inside);
  const Eigen::ArrayXd centre = 0.5 * (box.lower + box.upper);
  const double ratio = d == 1 ? 1.01 : 1.03, radius = 0.5 * (box.upper - box.lower).minCoeff();
  const double far = 0.5 * (box.upper - box.lower).matrix().norm();
  const auto steps = static_cast<Index>(std::ceil(std::log(std::ldexp(far / radius, kShells)) / std::log(ratio)));
  Box allowed = box;
  const auto include = [&](const Eigen::ArrayXd& x) {
    allowed.lower = allowed.lower.min(x);
    allowed.upper = allowed.upper.max(x);
  };
  const Points u = directions(d);
  for (Index k = 0; k < u.rows(); ++k) {
    Points ray(steps, d);
    for (Index i = 0; i < steps; ++i)
      ray.row(i) =
          (centre + radius * std::pow(ratio, static_cast<double>(i)) * u.row(k).transpose().array()).transpose();
    const Values values = d == 1 ? v.between(ray.col(0)) : v.along(ray);
    // one point farther out: the region may end between the two, or at a wall
    for (Index i = 0; i < values.size(); ++i)
      if (values(i) < energy) include(ray.row(std::min(steps - 1, d == 1 ? i + 2 : i + 1)).transpose());
  }
  return meet(allowed, inside);
}

}  // namespace sgdlimits
