// Deterministic flows against closed forms; what cannot be solved is an outcome; energies that rise are refused.
#include "solvers/flow/flow.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

/// A field given by a function of time and points.
class Field final : public Drift {
 public:
  using Function = std::function<void(double, PointsView, PointsOut)>;
  Field(Index d, Function b, bool ensemble = false) : d_(d), b_(std::move(b)), ensemble_(ensemble) {}
  Index dimension() const override { return d_; }
  void evaluate(double t, PointsView x, PointsOut out, Scratch&) const override { b_(t, x, out); }
  bool sees_ensemble() const override { return ensemble_; }

 private:
  Index d_;
  Function b_;
  bool ensemble_;
};

/// |x|^2/2 with a gradient that is another's: turned by an angle, so that f rises where it exceeds a right one.
class Turned final : public Potential {
 public:
  explicit Turned(double angle) : c_(std::cos(angle)), s_(std::sin(angle)) {}
  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = 0.5 * x.square().rowwise().sum(); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g.col(0) = c_ * x.col(0) - s_ * x.col(1);
    g.col(1) = s_ * x.col(0) + c_ * x.col(1);
  }

 private:
  double c_, s_;
};

const std::vector<double> kTimes = {0, 0.3, 1, 4};

Points column(std::vector<double> values) {
  return Eigen::Map<Points>(values.data(), static_cast<Index>(values.size()), 1);
}

// x' = x - x^3: x(t) = x e^t/sqrt(1 + x^2 (e^{2t} - 1)); x' = -sinh x: tanh(x(t)/2) = tanh(x/2) e^{-t}; energies are
// f there. Fails for a wrong sign, time, interpolation, row or energy.
TEST(GradientFlow, IsTheClosedForm) {
  const Points starts = column({0.01, -0.4, 2.5, 0.0});
  const auto well = gradient_flow(std::make_shared<test::DoubleWell>(), starts, kTimes);
  const auto sinh = gradient_flow(std::make_shared<test::HyperbolicSine>(), starts, kTimes);
  ASSERT_TRUE(well.ok()) << well.why();
  ASSERT_TRUE(sinh.ok()) << sinh.why();
  for (std::size_t k = 0; k < kTimes.size(); ++k) {
    const double t = kTimes[k];
    for (Index i = 0; i < starts.rows(); ++i) {
      const double x = starts(i, 0), exact = x * std::exp(t) / std::sqrt(1 + x * x * (std::exp(2 * t) - 1));
      EXPECT_NEAR(well->points[k](i, 0), exact, 2e-8) << t << ' ' << x;
      EXPECT_NEAR(well->energies[k](i), std::pow(exact, 4) / 4 - exact * exact / 2, 2e-8);
      EXPECT_NEAR(sinh->points[k](i, 0), 2 * std::atanh(std::tanh(x / 2) * std::exp(-t)), 2e-8) << t << ' ' << x;
    }
  }
}

// A rotation and a field that depends on time alone.
TEST(Flow, TakesAnyDrift) {
  const Field rotation(2, [](double, PointsView x, PointsOut b) {
    b.col(0) = x.col(1);
    b.col(1) = -x.col(0);
  });
  const Field clock(1, [](double t, PointsView, PointsOut b) { b.setConstant(std::cos(t)); });
  Points start(1, 2);
  start << 1, 0;
  const auto turned = flow(rotation, start, {10});
  const auto swung = flow(clock, column({0.5}), {10});
  ASSERT_TRUE(turned.ok() && swung.ok());
  EXPECT_NEAR(turned->points[0](0, 0), std::cos(10.0), 1e-7);
  EXPECT_NEAR(turned->points[0](0, 1), -std::sin(10.0), 1e-7);
  EXPECT_NEAR(swung->points[0](0, 0), 0.5 + std::sin(10.0), 1e-7);
  EXPECT_TRUE(turned->energies.empty());
}

// Attraction to the mean of all rows: the mean rests, distances from it fall by e^{-t}.
TEST(Flow, OfAnEnsembleIsOneSystem) {
  const Field attraction(
      1, [](double, PointsView x, PointsOut b) { b = x.mean() - x; }, true);
  const Points starts = column({1, 2, 6, -1, 4});
  const auto found = flow(attraction, starts, {1.5});
  ASSERT_TRUE(found.ok());
  EXPECT_LT((found->points[0] - (starts.mean() + (starts - starts.mean()) * std::exp(-1.5))).abs().maxCoeff(), 1e-8);
}

// x' = x^2 from 1 ends at t = 1; before it is 1/(1 - t). A field that is infinite at the start ends at once.
TEST(Flow, SaysWhereASolutionEnds) {
  const Field square(1, [](double, PointsView x, PointsOut b) { b = x.square(); });
  const auto before = flow(square, column({1}), {0.9});
  ASSERT_TRUE(before.ok()) << before.why();
  EXPECT_NEAR(before->points[0](0, 0), 10, 1e-5);
  const auto beyond = flow(square, column({-1, 1}), {0.9, 1.1});
  EXPECT_EQ(beyond.status(), Status::blew_up);
  EXPECT_FALSE(beyond.has_value());
  EXPECT_EQ(beyond.why().rfind("start 1: the solution ends at time ", 0), 0u) << beyond.why();
  EXPECT_NEAR(std::stod(beyond.why().substr(35)), 1, 1e-6) << beyond.why();
  EXPECT_EQ(gradient_flow(std::make_shared<test::HyperbolicSine>(), column({800}), {1}).status(), Status::blew_up);
  FlowOptions fixed;
  fixed.fixed_step = 1;
  EXPECT_EQ(
      flow(Field(1, [](double, PointsView x, PointsOut b) { b = x.exp().exp(); }), column({1}), {9}, fixed).status(),
      Status::blew_up);
}

// A gradient turned by less than a right angle lets f fall, turned by more lets it rise: that is refused, in the
// first step. So is one that is right up to its sign.
TEST(GradientFlow, RefusesARiseOfF) {
  const Points start = Points::Ones(1, 2);
  EXPECT_TRUE(gradient_flow(std::make_shared<Turned>(1.5), start, {3}).ok());
  for (const double angle : {1.65, 3.14159265}) {
    const auto risen = gradient_flow(std::make_shared<Turned>(angle), start, {3});
    EXPECT_EQ(risen.status(), Status::not_converged);
    EXPECT_NE(risen.why().find("f rose from 1 to "), std::string::npos) << risen.why();
    EXPECT_NE(risen.why().find("check the gradient"), std::string::npos);
  }
}

// 7 stages, the last of which is the first of the next step: 6 evaluations a try and one at the start.
TEST(Flow, CountsItsWork) {
  const auto found = gradient_flow(std::make_shared<test::Rippled>(), 3 * Points::Random(1, 2), {20});
  ASSERT_TRUE(found.ok()) << found.why();
  const auto& counters = found.report().counters;
  EXPECT_EQ(counters.at("evaluations"), 1 + 6 * (counters.at("steps") + counters.at("refused")));
  FlowOptions few;
  few.most_steps = 5;
  const auto cut = gradient_flow(std::make_shared<test::Rippled>(), Points::Ones(1, 2), {20}, few);
  EXPECT_EQ(cut.status(), Status::not_converged);
  EXPECT_NE(cut.why().find("5 steps came to time"), std::string::npos) << cut.why();
  std::stop_source stop;
  stop.request_stop();
  Execution stopped;
  stopped.stop = stop.get_token();
  EXPECT_EQ(gradient_flow(std::make_shared<test::Rippled>(), Points::Ones(1, 2), {20}, {}, stopped).status(),
            Status::interrupted);
}

// Bits of a start depend on nothing but the start.
TEST(Flow, IsTheSameForThreadsAndCompany) {
  Points starts(padded(37), 2);
  Noise(4, Stream::test).normals(0, 0, starts);
  const auto potential = std::make_shared<test::Rippled>();
  const auto one = gradient_flow(potential, starts, kTimes),
             three = gradient_flow(potential, starts, kTimes, {}, Execution::with_threads(3));
  const auto alone = gradient_flow(potential, starts.row(17), kTimes);
  for (std::size_t k = 0; k < kTimes.size(); ++k) {
    EXPECT_TRUE((one->points[k] == three->points[k]).all());
    EXPECT_TRUE((one->points[k].row(17) == alone->points[k].row(0)).all());
    EXPECT_EQ(one->energies[k](17), alone->energies[k](0));
  }
}

TEST(Flow, RefusesWhatCannotBeAsked) {
  const auto f = std::make_shared<test::DoubleWell>();
  EXPECT_THROW((void)gradient_flow(f, Points::Ones(1, 2), {1}), InvalidArgument);
  EXPECT_THROW((void)gradient_flow(f, Points::Ones(1, 1), {}), InvalidArgument);
  EXPECT_THROW((void)gradient_flow(f, Points::Ones(1, 1), {2, 1}), InvalidArgument);
  EXPECT_THROW((void)gradient_flow(f, Points::Ones(1, 1), {-1}), InvalidArgument);
  EXPECT_THROW((void)gradient_flow(f, column({std::nan("")}), {1}), InvalidArgument);
  EXPECT_THROW((void)gradient_flow(nullptr, Points::Ones(1, 1), {1}), InvalidArgument);
  FlowOptions options;
  options.relative_tolerance = 0;
  EXPECT_THROW((void)gradient_flow(f, Points::Ones(1, 1), {1}, options), InvalidArgument);
  const Box box{Eigen::ArrayXd::Constant(1, -1.0), Eigen::ArrayXd::Constant(1, 1.0)};
  EXPECT_THROW((void)gradient_flow(std::make_shared<test::Harmonic>(1.0, 1, box), Points::Zero(1, 1), {1}),
               InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
