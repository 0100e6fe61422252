// Splittings of underdamped Langevin dynamics: exact laws on quadratics, bits, refusals.
#include "solvers/sde/underdamped.hpp"

#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "support/sde_problems.hpp"
#include "support/stationary_covariance.hpp"

namespace sgdlimits {
namespace {

struct Case {
  double curvature, mass, friction, tau, step;
};
// the reference's own units, then stiff, heavy, overdamped and cold ones
const std::vector<Case> kCases = {
    {1, 1, 1, 1, 0.1}, {1, 1, 1, 1, 1.5}, {2, 3, 0.7, 0.4, 0.3}, {9, 0.5, 4, 0.05, 0.2}, {0.3, 2, 30, 1.7, 0.5}};

UnderdampedProblem harmonic(const Case& c) {
  return UnderdampedProblem::of(std::make_shared<test::Harmonic>(c.curvature), Temperature(c.tau), c.friction,
                                c.mass);
}

/// Largest deviation of the stationary covariance from the record's closed form, in units of tau/k and m tau.
double deviation(const Scheme& scheme, const UnderdampedRecord& record, const Case& c) {
  const Eigen::MatrixXd covariance = test::stationary_covariance(test::linear_step(scheme));
  const HarmonicVariances exact = record.harmonic_variances(c.step * std::sqrt(c.curvature / c.mass));
  const double q = c.tau / c.curvature, p = c.mass * c.tau;
  return std::max({std::abs(covariance(0, 0) / q - exact.position), std::abs(covariance(1, 1) / p - exact.momentum),
                   std::abs(covariance(0, 1)) / std::sqrt(q * p)});
}

// Discrete Lyapunov equation of the step's own linear map. Fails if a flow has a wrong time, order, mass or variance.
TEST(Underdamped, StationaryCovarianceIsTheClosedForm) {
  for (const UnderdampedRecord& record : underdamped_catalogue())
    for (const Case& c : kCases)
      EXPECT_LT(deviation(*underdamped_scheme(record.name, harmonic(c), c.step), record, c), 1e-12)
          << record.name << " step " << c.step;
}

// The closed forms against those of the literature at k = m = gamma = tau = 1, written out: <q^2>, <p^2>.
TEST(Underdamped, ClosedFormsAreThoseOfTheLiterature) {
  for (const double h : {0.1, 0.5, 1.9}) {
    const double z = h * h / 4;
    EXPECT_EQ(find_underdamped("baoab")->harmonic_variances(h).position, 1);
    EXPECT_DOUBLE_EQ(find_underdamped("baoab")->harmonic_variances(h).momentum, 1 - z);
    EXPECT_EQ(find_underdamped("aboba")->harmonic_variances(h).position, 1);
    EXPECT_DOUBLE_EQ(find_underdamped("aboba")->harmonic_variances(h).momentum, 1 / (1 - z));
    EXPECT_DOUBLE_EQ(find_underdamped("obabo")->harmonic_variances(h).position, 1 / (1 - z));
    EXPECT_EQ(find_underdamped("obabo")->harmonic_variances(h).momentum, 1);
  }
  for (const UnderdampedRecord& record : underdamped_catalogue())
    EXPECT_TRUE(std::isinf(record.harmonic_variances(2).position)) << record.name;
}

// Where both eigenvalues are complex each has modulus exp(-gamma h/2): no bias in the rate of forgetting.
TEST(Underdamped, ForgetsAtTheRateOfTheEquation) {
  const Case c{1, 1, 1, 1, 0.4};
  for (const UnderdampedRecord& record : underdamped_catalogue()) {
    const auto step = test::linear_step(*underdamped_scheme(record.name, harmonic(c), c.step));
    const Eigen::VectorXcd eigenvalues = step.matrix.eigenvalues();
    EXPECT_GT(std::abs(eigenvalues(0).imag()), 0.1) << record.name;
    for (Index j = 0; j < 2; ++j) EXPECT_NEAR(std::abs(eigenvalues(j)), std::exp(-0.2), 1e-14) << record.name;
  }
}

/// The scheme with the noise of O replaced by that of Euler: sqrt(2 gamma t) for sqrt(1 - exp(-2 gamma t)).
class WrongThermostat final : public Scheme {
 public:
  WrongThermostat(std::unique_ptr<Scheme> scheme, double friction) : scheme_(std::move(scheme)) {
    const double t = scheme_->step_size() * (scheme_->normals_per_step() == 1 ? 1 : 0.5);
    factor_ = std::sqrt(2 * friction * t / -std::expm1(-2 * friction * t));
  }
  std::string name() const override { return scheme_->name(); }
  Index dimension() const override { return scheme_->dimension(); }
  double step_size() const override { return scheme_->step_size(); }
  Index normals_per_step() const override { return scheme_->normals_per_step(); }
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Points scaled = factor_ * block.normals;
    PathBlock other{
        block.x, {scaled.data(), scaled.rows(), scaled.cols()}, block.first_path, block.time, block.scratch};
    scheme_->advance(other, step, noise);
  }

 private:
  std::unique_ptr<Scheme> scheme_;
  double factor_;
};

TEST(Underdamped, AWrongVarianceOfTheThermostatIsCaught) {
  for (const UnderdampedRecord& record : underdamped_catalogue())
    for (const Case& c : kCases) {
      const WrongThermostat wrong(underdamped_scheme(record.name, harmonic(c), c.step), c.friction);
      EXPECT_GT(deviation(wrong, record, c), 0.01) << record.name;
    }
}

/// Two coordinates that see each other, exponentials inside.
UnderdampedProblem rippled() {
  return UnderdampedProblem::of(std::make_shared<test::Rippled>(), Temperature(0.5), 0.8, 1.3);
}

/// The law of a point in the plane.
class At final : public Law {
 public:
  Index dimension() const override { return 2; }
  void sample(const Noise&, Index, PointsOut out) const override { out.setConstant(0.3); }
  void log_density(PointsView, ValuesOut out, Scratch&) const override { out.setZero(); }
  std::string description() const override { return "a point"; }
};

// Fails if a step reads anything but its path, its Gaussians and its time.
TEST(Underdamped, SameBitsForThreadsBlocksAndRestarts) {
  const Ensemble start = underdamped_ensemble(At(), rippled(), 2077, 5);
  for (const UnderdampedRecord& record : underdamped_catalogue()) {
    const auto scheme = underdamped_scheme(record.name, rippled(), 0.05);
    Ensemble whole = start;
    ASSERT_EQ(advance(whole, *scheme, 61).status, Status::ok);
    for (const Index block : {64, 1000}) {
      Execution execution = Execution::with_threads(block == 64 ? 3 : 2);
      execution.block = block;
      Ensemble parts = start;
      advance(parts, *scheme, 17, execution);
      Ensemble copy = parts;
      advance(copy, *scheme, 44, execution);
      EXPECT_TRUE((copy.points == whole.points).all()) << record.name << " block " << block;
    }
  }
}

TEST(Underdamped, MomentaStartInEquilibrium) {
  const Ensemble ensemble = underdamped_ensemble(At(), rippled(), 100000, 7);
  EXPECT_TRUE((ensemble.points.leftCols(2) == 0.3).all());
  for (Index j = 2; j < 4; ++j) {
    // var of p^2/(m tau) is 2: five sigma and a bit, level 1e-6
    EXPECT_NEAR(ensemble.points.col(j).square().mean() / (1.3 * 0.5), 1, 4.9 * std::sqrt(2 / 1e5));
    EXPECT_NEAR(ensemble.points.col(j).mean() / std::sqrt(1.3 * 0.5), 0, 4.9 / std::sqrt(1e5));
  }
}

TEST(Underdamped, MistakesAreRefused) {
  const auto f = std::make_shared<test::Harmonic>(1.0);
  EXPECT_THROW(UnderdampedProblem::of(f, Temperature(1), 0), InvalidArgument);
  EXPECT_THROW(UnderdampedProblem::of(f, Temperature(1), 1, -1), InvalidArgument);
  EXPECT_THROW(UnderdampedProblem::of(nullptr, Temperature(1)), InvalidArgument);
  EXPECT_THROW(underdamped_scheme("baoab", UnderdampedProblem::of(f, Temperature(1)), 0), InvalidArgument);
  try {
    underdamped_scheme("baobab", UnderdampedProblem::of(f, Temperature(1)), 0.1);
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.remedy(), "did you mean baoab?");
  }
  Box wall = Box::everywhere(1);
  wall.lower(0) = 0;
  EXPECT_THROW(UnderdampedProblem::of(std::make_shared<test::Harmonic>(1.0, 1, wall), Temperature(1)),
               InvalidArgument);
  EXPECT_THROW(underdamped_ensemble(At(), UnderdampedProblem::of(f, Temperature(1)), 8, 1), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
