// Observers against slow readable versions of themselves, on inputs without any law; the same bits for threads,
// splits and restarts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "solvers/sde/autocorrelation_time.hpp"
#include "solvers/sde/histogram.hpp"
#include "solvers/sde/quantiles.hpp"
#include "solvers/sde/time_average.hpp"

namespace sgdlimits {
namespace {

/// Series of N paths (rows), correlated and not centred.
Points series(Index paths, Index length, double a) {
  Points g(padded(paths), length);
  Noise(3, Stream::test).normals(0, 0, g);
  Points x = g.topRows(paths);
  for (Index t = 1; t < length; ++t) x.col(t) += a * x.col(t - 1);
  return x + 7.0;
}

/// The definition of AutocorrelationTime, from the whole series.
double direct_time(const Points& x, Index block, Index window) {
  const Index blocks = x.cols() / block;
  Points means(x.rows(), blocks);
  for (Index b = 0; b < blocks; ++b) means.col(b) = x.middleCols(b * block, block).rowwise().mean();
  const double mean = x.mean(), variance = (x - mean).square().mean();
  double sum = 0;
  for (Index k = 0; k <= window; ++k)
    sum += (k == 0 ? 1 : 2) * ((means.leftCols(blocks - k) - mean) * (means.rightCols(blocks - k) - mean)).mean();
  const double draws = static_cast<double>(x.size());
  return static_cast<double>(block) * sum / variance * (1 + static_cast<double>(block * (2 * window + 1)) / draws);
}

double direct_error(const Points& x, Index block, Index window) {
  const Index size = x.rows() / AutocorrelationTime::kGroups;
  Values times(AutocorrelationTime::kGroups);
  for (Index g = 0; g < times.size(); ++g) {
    Points rest(x.rows() - size, x.cols());
    rest << x.topRows(g * size), x.bottomRows(x.rows() - (g + 1) * size);
    times(g) = direct_time(rest, block, window);
  }
  return std::sqrt((times - times.mean()).square().sum() * 31 / 32);
}

// Fails for a wrong ring, carry, pair count, block length, mean, correction or jackknife.
TEST(AutocorrelationTime, IsItsDefinition) {
  for (const double a : {0.3, 0.97}) {
    const Points x = series(96, 3001, a);
    AutocorrelationTime observer(97);
    for (Index t = 0; t < x.cols(); ++t) {
      Values h(97);
      h << x.col(t), 1e300;  // 97 rounds down to 96 paths
      observer.observe(h);
    }
    const Result<IntegratedTime> found = observer.result();
    ASSERT_TRUE(found.ok()) << found.why();
    EXPECT_GT(found->block, a > 0.5 ? 1 : 0);
    EXPECT_NEAR(found->time.value(), direct_time(x, found->block, found->window), 1e-10);
    EXPECT_NEAR(found->time.standard_error(), direct_error(x, found->block, found->window), 1e-10);
    EXPECT_GE(static_cast<double>(found->block * found->window), 6 * found->time.value());
  }
}

TEST(AutocorrelationTime, SaysWhenItIsNotThere) {
  AutocorrelationTime few(64), flat(64), long_one(64);
  const Points slow = series(64, 200, 0.9999);
  for (Index t = 0; t < 200; ++t) {
    if (t < 10) few.observe(slow.col(t));
    flat.observe(Values::Constant(64, 2.0));
    long_one.observe(slow.col(t));
  }
  EXPECT_EQ(few.result().status(), Status::not_converged);
  EXPECT_NE(flat.result().why().find("has not varied"), std::string::npos);
  EXPECT_EQ(long_one.result().status(), Status::not_converged);
  EXPECT_NE(long_one.result().why().find("too long for 200"), std::string::npos) << long_one.result().why();
  EXPECT_THROW(AutocorrelationTime(31), InvalidArgument);
  EXPECT_THROW(few.observe(Values::Zero(63)), InvalidArgument);
  EXPECT_THROW(few.observe(Values::Constant(64, std::nan(""))), InvalidArgument);
}

TEST(TimeAverage, IsTheMeanOfTheMeansAlongPaths) {
  const Points x = series(2000, 50, 0.8);
  TimeAverage observer(2000, 2);
  for (Index t = 0; t < x.cols(); ++t) {
    Points h(2000, 2);
    h << x.col(t), x.col(t).square();
    observer.observe(h);
  }
  const Values along = x.rowwise().mean();
  const MeanAndError found = observer.mean();
  EXPECT_NEAR(found.mean(0), along.mean(), 1e-12);
  EXPECT_NEAR(found.standard_error(0), std::sqrt((along - along.mean()).square().sum() / 1999 / 2000), 1e-12);
  EXPECT_NEAR(found.mean(1), x.square().mean(), 1e-10);
  EXPECT_EQ(observer.observations(), 50);
  EXPECT_THROW(observer.observe(Points::Zero(2000, 1)), InvalidArgument);
  EXPECT_THROW((void)TimeAverage(4, 1).mean(), InvalidArgument);
}

// Every value is in the one bin whose edges enclose it, at the edges too; below, above and infinity apart.
TEST(Histogram, CountsByItsEdges) {
  Histogram histogram(-0.3, 0.9, 7);
  const Values edges = histogram.edges();
  Values h(5000 + 8 + 3);
  h.head(5000) = Values::LinSpaced(5000, -0.5, 1.2);
  h.segment(5000, 8) = edges;
  h.tail(3) << std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), -0.0;
  histogram.observe(h);
  EXPECT_EQ(edges.size(), 8);
  EXPECT_EQ(edges(0), -0.3);
  EXPECT_EQ(edges(7), 0.9);
  for (Index i = 0; i < 7; ++i) {
    Index inside = 0;
    for (const double value : h) inside += value >= edges(i) && (value < edges(i + 1) || (i == 6 && value == 0.9));
    EXPECT_EQ(histogram.counts()[static_cast<std::size_t>(i)], inside) << i;
  }
  EXPECT_EQ(histogram.below(), (h < -0.3).count());
  EXPECT_EQ(histogram.above(), (h > 0.9).count());
  EXPECT_EQ(histogram.total(), h.size());
  const double inside = static_cast<double>(h.size() - histogram.below() - histogram.above());
  EXPECT_NEAR((histogram.density() * (edges.tail(7) - edges.head(7))).sum(), inside / static_cast<double>(h.size()),
              1e-14);
  EXPECT_THROW(histogram.observe(Values::Constant(1, std::nan(""))), InvalidArgument);
  EXPECT_THROW(Histogram(1, 1, 3), InvalidArgument);
}

// Order statistics of known ranks: 1 ... 99 has quantiles on the integers; binomial ranks by direct summation.
TEST(SampleQuantiles, AreOrderStatistics) {
  Values h(99);
  for (Index i = 0; i < 99; ++i) h(i) = static_cast<double>((i * 37) % 99 + 1);
  const auto quantiles = sample_quantiles(h, {0.5, 0.25, 0.005}, 0.95);
  EXPECT_EQ(quantiles[0].value, 50);
  EXPECT_EQ(quantiles[1].value, 25.5);
  // the first rank at which P(Bin(99, 1/2) < rank) exceeds .025, less one; by symmetry the upper one
  double below = 0, term = std::pow(0.5, 99);
  Index rank = 0;
  for (Index k = 0; k <= 99 && below + term <= 0.025; ++k) {
    below += term;
    term *= static_cast<double>(99 - k) / static_cast<double>(k + 1);
    rank = k + 1;
  }
  EXPECT_EQ(quantiles[0].lower, static_cast<double>(rank));
  EXPECT_EQ(quantiles[0].upper, static_cast<double>(100 - rank));
  EXPECT_TRUE(std::isinf(quantiles[2].lower));
  EXPECT_THROW((void)sample_quantiles(h, {1.0}), InvalidArgument);
  EXPECT_THROW((void)sample_quantiles(Values::Zero(0), {0.5}), InvalidArgument);
}

// The stated bound against exact order statistics, over twelve decades, both signs, zeros and subnormals.
TEST(QuantileSketch, HoldsItsBound) {
  Points g(padded(20000), 2);
  Noise(5, Stream::test).normals(0, 0, g);
  Values h = g.col(0) * (3 * g.col(1)).exp();
  h.head(3) << 0.0, -0.0, 5e-310;
  std::vector<double> sorted(h.data(), h.data() + h.size());
  std::sort(sorted.begin(), sorted.end());
  for (const int bits : {3, 12}) {
    QuantileSketch sketch(bits);
    sketch.observe(h);
    EXPECT_EQ(sketch.total(), h.size());
    for (double q = 0.0001; q < 1; q += 0.00173) {
      const double exact = sorted[static_cast<std::size_t>(std::ceil(q * static_cast<double>(h.size()))) - 1];
      const Measurement found = sketch.quantile(q);
      EXPECT_LE(std::abs(found.value() - exact), found.discretisation_bound()) << q;
      EXPECT_LE(found.discretisation_bound(), std::ldexp(std::abs(exact), -bits - 1) * (1 + 1e-9) + 1e-300) << q;
    }
  }
  EXPECT_THROW(QuantileSketch(0), InvalidArgument);
  EXPECT_THROW((void)QuantileSketch().quantile(0.5), InvalidArgument);
}

// Memory: buckets, not values.
TEST(QuantileSketch, DoesNotGrowWithTheNumberOfValues) {
  QuantileSketch sketch(6);
  for (int repeat = 0; repeat < 50; ++repeat) {
    Points g(padded(4000), 1);
    Noise(9, Stream::test).normals(0, repeat, g);
    sketch.observe(g.col(0));
  }
  // 2^6 buckets an octave; |g| of 2 10^5 draws lies between 2^-20 and 2^3
  EXPECT_LT(sketch.buckets(), std::size_t{2 * 64 * 23});
}

template <class Observer, class Feed>
void expect_same_bits(Observer make, Feed feed) {
  const Execution one = Execution::with_threads(1), three = Execution::with_threads(3);
  auto whole = make, threaded = make, first = make, second = make;
  for (Index t = 0; t < 90; ++t) {
    feed(whole, t, one);
    feed(threaded, t, three);
    feed(t < 41 ? first : second, t, one);
    if (t == 40) second.restore(first.state());
  }
  EXPECT_EQ(whole.state(), threaded.state());
  EXPECT_EQ(whole.state(), second.state());
  EXPECT_NE(whole.state(), first.state());
  const std::string state = whole.state();
  EXPECT_THROW(first.restore(state.substr(0, state.size() - 1)), InvalidArgument);
  EXPECT_THROW(first.restore("nonsense"), InvalidArgument);
}

// For every observer: threads and a restart in the middle leave no trace; damaged states are refused.
TEST(Observers, ContinueToTheBit) {
  const Points x = series(3000, 90, 0.5);
  expect_same_bits(TimeAverage(3000, 1), [&](auto& o, Index t, const Execution& e) { o.observe(x.col(t), e); });
  expect_same_bits(Histogram(5, 9, 40), [&](auto& o, Index t, const Execution& e) { o.observe(x.col(t), e); });
  expect_same_bits(QuantileSketch(8), [&](auto& o, Index t, const Execution& e) { o.observe(x.col(t), e); });
  expect_same_bits(AutocorrelationTime(3000), [&](auto& o, Index t, const Execution& e) { o.observe(x.col(t), e); });
}

TEST(Observers, RefuseTheStateOfAnother) {
  EXPECT_THROW(TimeAverage(4, 1).restore(TimeAverage(5, 1).state()), InvalidArgument);
  EXPECT_THROW(Histogram(0, 1, 4).restore(Histogram(0, 2, 4).state()), InvalidArgument);
  EXPECT_THROW(QuantileSketch(4).restore(Histogram(0, 2, 4).state()), InvalidArgument);
  AutocorrelationOptions other;
  other.lags = 32;
  EXPECT_THROW(AutocorrelationTime(64).restore(AutocorrelationTime(64, other).state()), InvalidArgument);
}

// Two sketches of parts are the sketch of the whole.
TEST(QuantileSketch, Merges) {
  const Points x = series(2000, 2, 0);
  QuantileSketch a, b, whole;
  a.observe(x.col(0));
  b.observe(x.col(1));
  whole.observe(x.col(0));
  whole.observe(x.col(1));
  a.merge(b);
  EXPECT_EQ(a.state(), whole.state());
  EXPECT_THROW(a.merge(QuantileSketch(3)), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
