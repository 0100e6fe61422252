// The runner's contract: observation, blow-up, interruption, first passage, refusals.
#include <gtest/gtest.h>

#include <atomic>
#include <limits>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;

std::unique_ptr<Scheme> double_well(double step) {
  return euler_maruyama(minus_gradient(std::make_shared<test::DoubleWell>()), Temperature(0.5), step);
}

Ensemble at(double x, Index paths) {
  Ensemble ensemble;
  ensemble.points = Points::Constant(paths, 1, x);
  ensemble.seed = 11;
  return ensemble;
}

// Fails if NaN slips through, or a blown-up ensemble is kept. Euler on x^4/4 from |x| = 3 at step 5 explodes.
TEST(Advance, BlowUpRestoresTheStartAndSaysWhy) {
  Ensemble e = at(0.0, 2100);
  e.points(2050, 0) = 3;
  e.step = 4;
  const Points start = e.points;
  const Report report = advance(e, *double_well(5.0), 20, Execution::with_threads(2));
  EXPECT_EQ(report.status, Status::blew_up);
  EXPECT_TRUE((e.points == start).all());
  EXPECT_EQ(e.step, 4);
  EXPECT_NE(report.why.find("of 2100 paths became infinite or NaN between steps 4 and 24 (times 20 to 120); take a "
                            "step smaller than 5"),
            std::string::npos)
      << report.why;
}

// One lost path among many is counted as one.
TEST(Advance, CountsTheLostPaths) {
  Ensemble e = at(0.0, 3000);
  e.points(1500, 0) = 1e10;
  const Report report = advance(e, *double_well(0.01), 20);
  EXPECT_EQ(report.status, Status::blew_up);
  EXPECT_EQ(report.why.substr(0, 16), "1 of 3000 paths ");
}

// Fails if a stop leaves chunks at different steps, or a resumed run differs from one without a stop.
TEST(Advance, InterruptedRunsResumeToTheSameBits) {
  const auto scheme = double_well(0.05);
  Ensemble whole = at(0.5, 150000), stopped = whole;
  std::stop_source source;
  Execution execution = Execution::with_threads(2);
  execution.stop = source.get_token();
  execution.progress = [&](double done) {
    if (done > 0.3) source.request_stop();
  };
  const Report report = advance(stopped, *scheme, 64, execution);
  EXPECT_EQ(report.status, Status::interrupted);
  EXPECT_GT(stopped.step, 0);
  EXPECT_LT(stopped.step, 64);
  EXPECT_EQ(report.counters.at("steps"), static_cast<double>(stopped.step));
  advance(stopped, *scheme, 64 - stopped.step);
  advance(whole, *scheme, 64);
  EXPECT_TRUE((whole.points == stopped.points).all());
}

/// A potential that fails on one thread after some work.
class Failing final : public Potential {
 public:
  Index dimension() const override { return 1; }
  void value(PointsView, ValuesOut f, Scratch&) const override { f.setZero(); }
  void gradient(PointsView, PointsOut g, Scratch&) const override {
    g.setZero();
    if (++calls_ > 50) throw DataError("user", 0, 0, "no value here");
  }

 private:
  mutable std::atomic<int> calls_{0};
};

TEST(Advance, ExceptionsOfThePotentialLeaveTheStart) {
  Ensemble e = at(0.5, 5000);
  const auto scheme = euler_maruyama(minus_gradient(std::make_shared<Failing>()), Temperature(1), 0.1);
  EXPECT_THROW(advance(e, *scheme, 100, Execution::with_threads(2)), DataError);
  EXPECT_EQ(e.step, 0);
  EXPECT_TRUE((e.points == 0.5).all());
}

TEST(Advance, RefusesBadArguments) {
  const auto scheme = double_well(0.1);
  Ensemble e = at(0, 10), wide = e, broken = e, empty;
  wide.points = Points::Zero(10, 2);
  broken.points(3, 0) = std::numeric_limits<double>::quiet_NaN();
  Execution odd;
  odd.block = 100;
  EXPECT_THROW(advance(e, *scheme, -1), InvalidArgument);
  EXPECT_THROW(advance(wide, *scheme, 1), InvalidArgument);
  EXPECT_THROW(advance(broken, *scheme, 1), InvalidArgument);
  EXPECT_THROW(advance(empty, *scheme, 1), InvalidArgument);
  EXPECT_THROW(advance(e, *scheme, 1, odd), InvalidArgument);
}

// Fails if an observation comes at another step, or progress runs backwards or ends short of one.
TEST(AdvanceThrough, ObservesAtTheTimes) {
  const auto scheme = double_well(0.1);
  Ensemble e = at(0.5, 30), reference = e;
  e.initial_time = reference.initial_time = 2;
  std::vector<double> seen, progress;
  std::vector<Points> snapshots;
  Execution execution;
  execution.progress = [&](double done) { progress.push_back(done); };
  const auto observe = [&](double t, PointsView x) {
    seen.push_back(t);
    snapshots.push_back(x);
  };
  const Report report = advance_through(e, *scheme, {2.0, 2.3, 4.0}, observe, execution);
  EXPECT_EQ(report.status, Status::ok);
  EXPECT_EQ(report.counters.at("steps"), 20);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_NEAR(seen[1], 2.3, 1e-15);
  EXPECT_TRUE((snapshots[0] == reference.points).all());
  advance(reference, *scheme, 3);
  EXPECT_TRUE((snapshots[1] == reference.points).all());
  advance(reference, *scheme, 17);
  EXPECT_TRUE((snapshots[2] == reference.points).all());
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
  EXPECT_NEAR(progress.back(), 1, 1e-15);
}

TEST(AdvanceThrough, RefusesTimesBetweenSteps) {
  const auto scheme = double_well(0.1);
  const auto ignore = [](double, PointsView) {};
  Ensemble e = at(0.5, 3);
  EXPECT_THROW(advance_through(e, *scheme, {0.2, 0.1}, ignore), InvalidArgument);
  EXPECT_THROW(advance_through(e, *scheme, {std::numeric_limits<double>::infinity()}, ignore), InvalidArgument);
  try {
    advance_through(e, *scheme, {0.25}, ignore);
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.bound(), "0 plus a multiple of the step 0.1");
  }
  EXPECT_EQ(e.step, 0);
}

const Indicator kRight = [](PointsView x, ValuesOut inside, Scratch&) { inside = (x.col(0) > 0.5).cast<double>(); };

// Against the readable version, which looks at the ensemble after single steps; for odd numbers of paths, any
// blocks and threads. Fails if padding rows are recorded, or a later passage overwrites the first.
TEST(FirstPassage, AgreesWithLookingAfterEveryStep) {
  const auto scheme = double_well(0.1);
  const Index paths = 1025;
  Ensemble slow = at(-0.2, paths);
  slow.points(7, 0) = 1;
  const Ensemble start = slow;
  Values expected = Values::Constant(paths, std::numeric_limits<double>::infinity());
  for (int n = 0; n <= 30; ++n) {
    for (Index i = 0; i < paths; ++i)
      if (slow.points(i, 0) > 0.5 && std::isinf(expected(i))) expected(i) = slow.time(0.1);
    if (n < 30) advance(slow, *scheme, 1);
  }
  for (const int threads : {1, 3})
    for (const Index block : {64, 256, 1000}) {
      Ensemble e = start;
      Execution execution = Execution::with_threads(threads);
      execution.block = block;
      const Result<FirstPassage> passage = first_passage(e, *scheme, 30, kRight, execution);
      ASSERT_TRUE(passage.ok()) << passage.why();
      EXPECT_TRUE((passage->times == expected).all());
      EXPECT_EQ(passage->until, 30 * 0.1);
      EXPECT_TRUE((e.points == slow.points).all());
    }
  EXPECT_EQ(expected(7), 0);
  EXPECT_TRUE(expected.isInf().any());
}

// Mean and error of 1, 2, 3, 4: 2.5 and sqrt((5/3)/4).
TEST(EnsembleMean, IsTheTextbookFormula) {
  Points h(4, 2);
  h << 1, 7, 2, 7, 3, 7, 4, 7;
  const MeanAndError m = ensemble_mean(h);
  EXPECT_DOUBLE_EQ(m.mean(0), 2.5);
  EXPECT_DOUBLE_EQ(m.standard_error(0), std::sqrt(5.0 / 12));
  EXPECT_EQ(m.standard_error(1), 0);
  EXPECT_THROW(ensemble_mean(h.topRows(1)), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
