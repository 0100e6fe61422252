#include "solvers/spectrum/birth_death.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

constexpr double kTiny = 1e-200;  // stands for a pivot that is exactly zero
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
using Lanes = Eigen::Array<double, kLanes, 1>;

/// Sturm counts for eight shifts at once.
Lanes count_below(const BirthDeathChain& chain, const Lanes& lambda) {
  const Lanes tiny = Lanes::Constant(-kTiny), zero = Lanes::Zero(), one = Lanes::Ones();
  Lanes p = -lambda, count = zero;
  for (Index i = 0; i < chain.up.size(); ++i) {
    Lanes d = p + chain.up(i);
    d = (d == zero).select(tiny, d);
    count += (d < zero).select(one, zero);
    p = chain.down(i) * (p / d) - lambda;
  }
  return count + (p < zero).select(one, zero);
}

/// Eight points strictly inside (low, high): geometric while the bracket spans decades, then equidistant.
Lanes inside(double low, double high) {
  Lanes x;
  for (Index k = 0; k < kLanes; ++k) {
    const double t = static_cast<double>(k + 1) / static_cast<double>(kLanes + 1);
    x(k) = high > 2 * low ? low * std::pow(high / low, t) : low + t * (high - low);
  }
  return x;
}

/// The flux ratios of both sweeps and the residual gamma of joining them at each state.
struct TwistedSweeps {
  Values to_upper, to_lower;  ///< h_{i+1}/h_i from the left sweep, h_i/h_{i+1} from the right sweep (length n-1)
  Values gamma;               ///< length n
};

TwistedSweeps sweep(const BirthDeathChain& chain, double lambda) {
  const Index n = chain.states();
  TwistedSweeps s{Values(n - 1), Values(n - 1), Values(n)};
  Values p(n);
  p(0) = -lambda;
  for (Index i = 0; i + 1 < n; ++i) {
    double d = chain.up(i) + p(i);
    if (d == 0) d = -kTiny;
    s.to_upper(i) = d / chain.up(i);
    p(i + 1) = chain.down(i) * (p(i) / d) - lambda;
  }
  double q = lambda;
  s.gamma(n - 1) = p(n - 1);
  for (Index i = n - 1; i > 0; --i) {
    double d = chain.down(i - 1) - q;
    if (d == 0) d = -kTiny;
    s.to_lower(i - 1) = d / chain.down(i - 1);
    const double flux = chain.up(i - 1) * (q / d);
    s.gamma(i - 1) = p(i - 1) - flux;
    q = lambda + flux;
  }
  return s;
}

/// h with h_twist = 1, satisfying the eigen-equation everywhere but at the twist.
Values join(const TwistedSweeps& s, Index twist) {
  const Index n = s.gamma.size();
  Values h(n);
  h(twist) = 1;
  for (Index i = twist; i > 0; --i) h(i - 1) = h(i) / s.to_upper(i - 1);
  for (Index i = twist; i + 1 < n; ++i) h(i + 1) = h(i) / s.to_lower(i);
  return h;
}

double norm(const Values& h, ValuesView mass) { return std::sqrt((mass * h.square()).sum()); }

/// A basis of the common eigenspace of eigenvalues first..first+count-1, columns of h.
void cluster_basis(const BirthDeathChain& chain, ValuesView mass, ValuesView eigenvalues, Index first, Index count,
                   Points& h) {
  const double low = eigenvalues(first), high = eigenvalues(first + count - 1);
  // off the cluster by a little more than its width: then the resolvent is the projector over that distance
  const double shift = count == 1 ? low : low - std::max(4 * (high - low), 64 * kEpsilon * low);
  const TwistedSweeps s = sweep(chain, shift);
  Values diagonal = s.gamma.abs().max(std::numeric_limits<double>::min()).inverse();
  for (Index c = 0; c < count; ++c) {
    Index twist;
    diagonal.maxCoeff(&twist);
    Values v = join(s, twist);
    v /= norm(v, mass);
    const double distance = std::abs(s.gamma(twist)) * v(twist) * v(twist) * mass(twist);
    for (int pass = 0; pass < 2; ++pass)
      for (Index k = 0; k < first + c; ++k) v -= (mass * v * h.col(k)).sum() * h.col(k);
    v /= norm(v, mass);
    h.col(first + c) = v;
    if (distance > 0) diagonal -= v.square() * mass / distance;
  }
}

}  // namespace

Index eigenvalues_below(const BirthDeathChain& chain, double lambda) {
  return static_cast<Index>(count_below(chain, Lanes::Constant(lambda))(0));
}

Values lowest_eigenvalues(const BirthDeathChain& chain, Index count) {
  const Index n = chain.states();
  if (count < 1 || count > n - 1)
    throw InvalidArgument("eigenvalues of a birth-death chain", std::to_string(count),
                          "between 1 and " + std::to_string(n - 1));
  // Gershgorin for D D^T
  const double top = 2 * (chain.up + chain.down).maxCoeff() * (1 + 8 * kEpsilon);
  Values low = Values::Constant(count, 1e-290), high = Values::Constant(count, top);
  for (Index k = 0; k < count; ++k) {
    while (high(k) - low(k) > 4 * kEpsilon * high(k)) {
      const Lanes x = inside(low(k), high(k));
      const Lanes below = count_below(chain, x);
      for (Index lane = 0; lane < kLanes; ++lane)
        for (Index j = k; j < count; ++j) {
          // the zero eigenvalue and lambda_1..lambda_{j+1} are j + 2
          if (below(lane) < static_cast<double>(j + 2))
            low(j) = std::max(low(j), x(lane));
          else
            high(j) = std::min(high(j), x(lane));
        }
    }
  }
  return 0.5 * (low + high);
}

Points eigenfunctions(const BirthDeathChain& chain, ValuesView mass, ValuesView eigenvalues) {
  Points h(chain.states(), eigenvalues.size());
  for (Index first = 0; first < eigenvalues.size();) {
    Index end = first + 1;
    while (end < eigenvalues.size() && eigenvalues(end) - eigenvalues(end - 1) < 1e-11 * eigenvalues(end)) ++end;
    cluster_basis(chain, mass, eigenvalues, first, end - first, h);
    first = end;
  }
  for (Index k = 0; k < h.cols(); ++k) {
    // the first of those that are largest up to rounding: mirror images must not leave the sign to chance
    const Values weight = h.col(k).abs() * mass.sqrt();
    const double large = (1 - 1e-6) * weight.maxCoeff();
    Index first = 0;
    while (weight(first) < large) ++first;
    if (h(first, k) < 0) h.col(k) = -h.col(k);
  }
  return h;
}

}  // namespace sgdlimits
