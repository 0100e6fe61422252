// Observers on chains whose laws are known exactly, level 1e-6, each with a planted effect that must be rejected.
#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "solvers/sde/autocorrelation_time.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "solvers/sde/quantiles.hpp"
#include "solvers/sde/time_average.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr double kLevel = Measurement::kLevelOneInAMillion;
/// The same for an error from 32 groups.
const double kStudent =
    boost::math::quantile(boost::math::complement(boost::math::students_t(AutocorrelationTime::kGroups - 1), 5e-7));
constexpr double kStiffness = 1.0, kTau = 0.5;

/// Euler-Maruyama on k x^2/2 is the chain x <- a x + noise, a = 1 - h k, with stationary variance (tau/k)/(1 - hk/2).
struct EulerChain {
  double step;
  double a() const { return 1 - step * kStiffness; }
  double variance() const { return kTau / kStiffness / (1 - step * kStiffness / 2); }
  std::unique_ptr<Scheme> scheme() const {
    return euler_maruyama(test::minus_gradient(std::make_shared<test::Harmonic>(kStiffness)), Temperature(kTau),
                          step);
  }
  Ensemble stationary(Index paths, std::uint64_t seed) const {
    Ensemble e;
    Points g(padded(paths), 1);
    Noise(seed, Stream::initial).normals(0, 0, g);
    e.points = std::sqrt(variance()) * g.topRows(paths);
    e.seed = seed;
    return e;
  }
};

/// Seen after every step: x and x^2.
struct Seen {
  AutocorrelationTime of_x, of_square;
  TimeAverage means;
  explicit Seen(Index paths) : of_x(paths), of_square(paths), means(paths, 2) {}
};

Seen observe(const EulerChain& chain, Index paths, std::int64_t steps, std::uint64_t seed) {
  Ensemble e = chain.stationary(paths, seed);
  const auto scheme = chain.scheme();
  Seen seen(paths);
  for (std::int64_t n = 0; n < steps; ++n) {
    EXPECT_EQ(advance(e, *scheme, 1).status, Status::ok);
    Points h(paths, 2);
    h << e.points.col(0), e.points.col(0).square();
    seen.of_x.observe(h.col(0));
    seen.of_square.observe(h.col(1));
    seen.means.observe(h);
  }
  return seen;
}

double z(const Result<IntegratedTime>& found, double exact) {
  EXPECT_TRUE(found.ok()) << found.why();
  return (found->time.value() - exact) / found->time.standard_error();
}

// rho_k = a^k for x and a^{2k} for x^2, so T = (1 + a)/(1 - a) and (1 + a^2)/(1 - a^2): 39 and 19.5 at h = .05, where
// blocks are used, 3 at h = .5, where they are not. The planted effects: the time of a chain whose step is wrong by a
// fifth, and that of the other function.
TEST(AutocorrelationTime, IsThatOfTheChain) {
  for (const double step : {0.05, 0.5}) {
    const EulerChain chain{step}, wrong{1.2 * step};
    const Seen seen = observe(chain, 1024, 4000, 21);
    const auto time = [](double a) { return (1 + a) / (1 - a); };
    const auto of_x = seen.of_x.result(), of_square = seen.of_square.result();
    EXPECT_LT(std::abs(z(of_x, time(chain.a()))), kStudent) << step;
    EXPECT_LT(std::abs(z(of_square, time(chain.a() * chain.a()))), kStudent) << step;
    EXPECT_GT(std::abs(z(of_x, time(wrong.a()))), kStudent) << step;
    EXPECT_GT(std::abs(z(of_square, time(chain.a()))), kStudent) << step;
  }
}

// The stationary variance of the chain through the time average of x^2, with an error that knows of the correlation:
// Var(mean of x^2 along a path) = 2 v^2 T/n up to T/n, so the stated error must be that one to its own accuracy
// (relative error 1/sqrt(2N) of a standard deviation over N paths). The planted effects: the variance of the
// diffusion, and the error of independent observations, too small by sqrt(T).
TEST(TimeAverage, HasTheStationaryVarianceAndItsError) {
  const EulerChain chain{0.2};
  const Index paths = 1000;
  const std::int64_t steps = 2000;
  const MeanAndError mean = observe(chain, paths, steps, 22).means.mean();
  const double v = chain.variance(), a = chain.a() * chain.a(), time = (1 + a) / (1 - a);
  EXPECT_LT(std::abs(mean.mean(1) - v), kLevel * mean.standard_error(1));
  EXPECT_GT(std::abs(mean.mean(1) - kTau / kStiffness), kLevel * mean.standard_error(1));
  const double draws = static_cast<double>(paths * steps);
  const double exact = std::sqrt(2 * v * v * time / draws),
               own = kLevel / std::sqrt(2.0 * static_cast<double>(paths));
  EXPECT_NEAR(mean.standard_error(1) / exact, 1, own + time / static_cast<double>(steps));
  EXPECT_GT(mean.standard_error(1) / std::sqrt(2 * v * v / draws), 1 + own);
}

// 95 % intervals of T by the jackknife over 32 groups hold the truth in about 95 of 100 cases: between 93 and 97 for
// the true coverage at level 1e-6, 2000 repetitions of 64 paths with 300 observations of the chain a = .8. Fails for
// an error too small by a fifth.
TEST(AutocorrelationTime, IntervalsHoldTheTruthAsOftenAsTheySay) {
  constexpr int kRepeats = 2000;
  constexpr double kA = 0.8, kTrue = (1 + kA) / (1 - kA);
  AutocorrelationOptions options;
  options.levels = 6;
  options.lags = 32;
  int covered = 0;
  for (int r = 0; r < kRepeats; ++r) {
    Points g(64, 301);
    Noise(23, Stream::test, static_cast<std::uint32_t>(r)).normals(0, 0, g);
    AutocorrelationTime observer(64, options);
    Values x = g.col(0) / std::sqrt(1 - kA * kA);
    for (Index t = 1; t <= 300; ++t) {
      x = kA * x + g.col(t);
      observer.observe(x);
    }
    const auto found = observer.result();
    ASSERT_TRUE(found.ok()) << found.why();
    covered += std::abs(found->time.value() - kTrue) < 1.96 * found->time.standard_error();
  }
  const double share = static_cast<double>(covered) / kRepeats, error = kLevel * std::sqrt(0.95 * 0.05 / kRepeats);
  EXPECT_GT(share, 0.93 - error);
  EXPECT_LT(share, 0.97 + error);
  RecordProperty("coverage", std::to_string(share));
}

// Quantiles of N(0, v): exact ones inside intervals of confidence 1 - 1e-6, those of a law wider by 5 per cent
// outside at N = 10^5; the sketch of the same values inside, too.
TEST(SampleQuantiles, AreThoseOfTheNormalLaw) {
  const EulerChain chain{0.2};
  Ensemble e = chain.stationary(100000, 24);
  ASSERT_EQ(advance(e, *chain.scheme(), 20, Execution::with_threads(2)).status, Status::ok);
  const std::vector<double> levels = {0.01, 0.25, 0.5, 0.9, 0.999};
  const auto found = sample_quantiles(e.points.col(0), levels, 1 - 1e-6);
  QuantileSketch sketch;
  sketch.observe(e.points.col(0));
  const boost::math::normal law(0, std::sqrt(chain.variance()));
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const double exact = boost::math::quantile(law, levels[k]);
    EXPECT_LE(found[k].lower, exact) << levels[k];
    EXPECT_GE(found[k].upper, exact) << levels[k];
    EXPECT_LE(found[k].lower, sketch.quantile(levels[k]).value()) << levels[k];
    EXPECT_GE(found[k].upper, sketch.quantile(levels[k]).value()) << levels[k];
  }
  const double wide = 1.05 * boost::math::quantile(law, 0.01);
  EXPECT_TRUE(wide < found[0].lower || wide > found[0].upper);
}

// Exponential Euler with k h = 40 draws a fresh N(0, tau/k) at every step, so the number of steps to leave (-c, c) is
// geometric with p = 2 Phi(-c/sqrt(tau/k)). Counted in two calls joined by append, which must be the bits of one.
// Fails if a passage is lost, seen twice or late by a step; the planted effect is p wrong by 5 per cent.
TEST(FirstPassage, OfIndependentDrawsIsGeometric) {
  static constexpr double kStep = 40, kBarrier = 1.0;
  constexpr Index kPaths = 200000;
  const auto potential = std::make_shared<test::Harmonic>(kStiffness);
  const auto scheme = make_scheme("exponential-euler", OverdampedProblem::of(potential, Temperature(kTau)), kStep);
  const Indicator outside = [](PointsView x, ValuesOut out, Scratch&) {
    out = (x.col(0).abs() > kBarrier).cast<double>();
  };
  Ensemble whole;
  whole.points = Points::Zero(kPaths, 1);
  whole.seed = 25;
  Ensemble parts = whole;
  const auto once = first_passage(whole, *scheme, 12, outside, Execution::with_threads(2));
  ASSERT_TRUE(once.ok());
  auto joined = first_passage(parts, *scheme, 5, outside);
  ASSERT_TRUE(joined.ok());
  FirstPassage passage = std::move(joined).value();
  passage.append(first_passage(parts, *scheme, 7, outside).value());
  EXPECT_TRUE((passage.times == once->times).all());
  EXPECT_EQ(passage.until, 12 * kStep);
  const double p = 2 * boost::math::cdf(boost::math::normal(0, std::sqrt(kTau / kStiffness)), -kBarrier);
  double exposure = 0, events = 0;
  for (Index i = 0; i < kPaths; ++i) {
    exposure += std::min(passage.times(i), passage.until) / kStep;
    events += std::isfinite(passage.times(i));
  }
  const double rate = events / exposure, error = std::sqrt(p * (1 - p) / exposure);
  EXPECT_LT(std::abs(rate - p), kLevel * error);
  EXPECT_GT(std::abs(rate - 1.05 * p), kLevel * error);
}

}  // namespace
}  // namespace sgdlimits
