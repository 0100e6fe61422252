#include "solvers/sde/drift_growth.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "core/noise.hpp"

namespace sgdlimits {
namespace {

constexpr Index kAxes = 16, kRandom = 32;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kSmallest = 5, kLargest = 25, kApart = 5;

/// Unit vectors, a multiple of kLanes of them.
Points directions(Index d) {
  const Index axes = std::min(d, kAxes);
  Points u = Points::Zero(padded(2 * axes + kRandom), d);
  Noise(1, Stream::test).normals(0, 0, u);
  u.topRows(2 * axes).setZero();
  for (Index j = 0; j < axes; ++j) {
    u(2 * j, j) = 1;
    u(2 * j + 1, j) = -1;
  }
  return u.colwise() / u.square().rowwise().sum().sqrt();
}

/// Largest |b_j| along the rays at R = 2^k, within a root of d of |b|; infinite where b overflows, NaN where b is.
Values norms(const Drift& drift, const Points& u, int k) {
  const Points x = std::ldexp(1.0, k) * u;
  Points b(u.rows(), u.cols());
  Scratch scratch;
  drift.evaluate(0, x, b, scratch);
  Values norm = Values::Zero(u.rows());
  for (Index i = 0; i < u.rows(); ++i)
    for (Index j = 0; j < u.cols(); ++j)
      norm(i) = std::isnan(norm(i)) || std::isnan(b(i, j)) ? kNaN : std::max(norm(i), std::abs(b(i, j)));
  return norm;
}

/// The exponent of one ray from its norms at R = 2^5, 2^10, ..., the farthest pair that is finite.
double exponent(const std::vector<Values>& norm, Index ray) {
  for (std::size_t k = norm.size() - 1; k > 0; --k) {
    const double near = norm[k - 1](ray), far = norm[k](ray);
    if (!(near > 0) || !std::isfinite(near) || std::isnan(far)) continue;
    if (std::isfinite(far)) return far > 0 ? std::log2(far / near) / kApart : 0.0;
    if (k == 1) return std::numeric_limits<double>::infinity();
  }
  return 0;
}

}  // namespace

double growth_exponent(const Drift& drift) {
  if (!drift.domain().is_everywhere()) return 0;
  const Points u = directions(drift.dimension());
  std::vector<Values> norm;
  for (int k = kSmallest; k <= kLargest + kApart; k += kApart) norm.push_back(norms(drift, u, k));
  double largest = 0;
  for (Index i = 0; i < u.rows(); ++i) largest = std::max(largest, exponent(norm, i));
  return largest;
}

}  // namespace sgdlimits
