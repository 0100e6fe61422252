#include <algorithm>
#include <cmath>
#include <vector>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "validation/distances/law_pair.hpp"
#include "validation/distances/one_dimensional.hpp"

namespace sgdlimits {
namespace {

// A quantile function: piece i ends at level end[i] and is linear from left[i] to right[i].
struct QuantilePieces {
  std::vector<double> end, left, right;

  void add(double level, double from, double to) {
    if (level <= (end.empty() ? 0 : end.back())) return;
    end.push_back(level);
    left.push_back(from);
    right.push_back(to);
  }
};

QuantilePieces pieces_of(const LineLaw& law) {
  QuantilePieces pieces;
  for (Index k = 0; k < law.knots().size(); ++k) {
    if (k > 0) pieces.add(law.before()(k), law.knots()(k - 1), law.knots()(k));
    pieces.add(law.after()(k), law.knots()(k), law.knots()(k));
  }
  return pieces;
}

QuantilePieces pieces_of_sorted(const Values& sample) {
  QuantilePieces pieces;
  const auto n = static_cast<std::size_t>(sample.size());
  pieces.left.assign(sample.data(), sample.data() + n);
  pieces.right = pieces.left;
  pieces.end.resize(n);
  for (std::size_t i = 0; i < n; ++i) pieces.end[i] = static_cast<double>(i + 1) / static_cast<double>(n);
  return pieces;
}

// int_0^1 (Q_a - Q_b)^2 du; on each common piece the difference is linear.
double squared_distance(const QuantilePieces& a, const QuantilePieces& b) {
  std::size_t i = 0, k = 0;
  double u = 0, start_a = 0, start_b = 0, sum = 0;
  const auto at = [](const QuantilePieces& q, std::size_t piece, double start, double level) {
    if (q.left[piece] == q.right[piece]) return q.left[piece];
    const double share = (level - start) / (q.end[piece] - start);
    return q.left[piece] + share * (q.right[piece] - q.left[piece]);
  };
  while (i < a.end.size() && k < b.end.size()) {
    const double next = std::min(a.end[i], b.end[k]);
    const double d0 = at(a, i, start_a, u) - at(b, k, start_b, u);
    const double d1 = at(a, i, start_a, next) - at(b, k, start_b, next);
    sum += (next - u) * (d0 * d0 + d0 * d1 + d1 * d1) / 3;
    if (a.end[i] == next) start_a = next, ++i;
    if (b.end[k] == next) start_b = next, ++k;
    u = next;
  }
  return sum;
}

// n uniforms in increasing order: partial sums of n + 1 exponentials over their total.
Values sorted_uniforms(const Noise& noise, Index n, Index column) {
  Points draws(padded(n + 1), 1);
  noise.uniforms(0, column, draws);
  Values sums = -draws.col(0).log();
  for (Index i = 1; i <= n; ++i) sums(i) += sums(i - 1);
  return sums.head(n) / sums(n);
}

struct NullLaw {
  double mean = 0, standard_deviation = 0;        // of W2
  double squared_mean = 0, squared_variance = 0;  // of W2^2
};

NullLaw resample(const LineLaw& a, const LineLaw& b, const ResamplingOptions& options, ThreadPool& pool) {
  const LineLaw reference = pooled(a, b);
  const QuantilePieces exact = pieces_of(reference);
  const Noise noise(options.seed, Stream::resampling);
  const auto draw = [&](const LineLaw& law, Index column) {
    if (!law.is_sample()) return exact;
    const Index n = std::max<Index>(1, std::llround(law.sample_size()));
    return pieces_of_sorted(reference.quantiles(sorted_uniforms(noise, n, column)));
  };
  Values squared(options.resamples);
  pool.for_each_chunk(options.resamples,
                      [&](Index r) { squared(r) = squared_distance(draw(a, 2 * r), draw(b, 2 * r + 1)); });
  const Values roots = squared.sqrt();
  const double degrees = static_cast<double>(options.resamples - 1);
  const auto variance = [&](const Values& v) { return (v - v.mean()).square().sum() / degrees; };
  return {roots.mean(), std::sqrt(variance(roots)), squared.mean(), variance(squared)};
}

// The x with squared = m + 2 q sqrt(x) + 2 q x, as e^{-x}.
double laurent_massart(double squared, const NullLaw& null) {
  const double excess = squared - null.squared_mean;
  if (excess <= 0) return 1;
  const double q = std::sqrt(null.squared_variance / 2);
  if (q == 0) return 0;
  const double root = (-1 + std::sqrt(1 + 2 * excess / q)) / 2;
  return std::exp(-root * root);
}

// Variance over the draws of one law of psi(X)/sqrt(n), psi'(x) = 2 (x - Q_other(F(x))), from the law's jumps.
double potential_variance(const LineLaw& law, const LineLaw& other) {
  if (!law.is_sample()) return 0;
  const Values& x = law.knots();
  const Index n = x.size();
  if (n < 2) return 0;
  const Values partner = other.quantiles(law.after().head(n - 1).max(1e-300).min(1 - 1e-16));
  Values psi(n);
  psi(0) = 0;
  for (Index i = 1; i < n; ++i) psi(i) = psi(i - 1) + (x(i) - x(i - 1)) * (x(i) + x(i - 1) - 2 * partner(i - 1));
  const Values mass = law.after() - law.before();
  const double mean = (mass * psi).sum();
  return (mass * (psi - mean).square()).sum() / law.sample_size();
}

}  // namespace

Distance wasserstein2(const LineLaw& a, const LineLaw& b, const ResamplingOptions& options, ThreadPool& pool,
                      double error) {
  if (options.resamples < 20)
    throw InvalidArgument("resamples", static_cast<double>(options.resamples), "at least 20");
  const double squared = squared_distance(pieces_of(a), pieces_of(b));
  const double distance = std::sqrt(squared);
  if (inverse_sample_size(a, b) == 0) return {Measurement::exact(distance, "W2 of two densities"), 0, 1};
  const NullLaw null = resample(a, b, options, pool);
  const double apart =
      distance > 0 ? std::sqrt(potential_variance(a, b) + potential_variance(b, a)) / (2 * distance) : 0;
  return {Measurement::sampled(distance, std::max(null.standard_deviation, apart),
                               "W2; standard error the larger of resamples under equality and delta method"),
          null.mean, laurent_massart(std::pow(std::max(0.0, distance - error), 2), null)};
}

Distance wasserstein2(const LineLaw& a, const LineLaw& b, const ResamplingOptions& options) {
  ThreadPool pool(1);
  return wasserstein2(a, b, options, pool);
}

}  // namespace sgdlimits
