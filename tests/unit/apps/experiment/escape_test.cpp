// The predicted rate of leaving the worse well: against the exact rate of a chain looked at after its steps, and
// against an ensemble.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "apps/experiment/escape_prediction.hpp"
#include "apps/experiment/run.hpp"
#include "support/experiments.hpp"
#include "support/folder.hpp"
#include "support/spectral_potentials.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::experiment;

constexpr double kTau = 0.2, kThreshold = 0.9;

double f(double x) { return std::pow(x * x - 1, 2) - 0.2 * x; }
double slope(double x) { return 4 * x * (x * x - 1) - 0.2; }

struct Wells {
  sgdlimits::testing::Line line{f, slope};
  Result<SpectralGapEstimate> spectrum = spectral_gap(line, Temperature(kTau));
  Barrier barrier = *largest_barrier(line, *std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-2.5, 2.5, 256)}));
  WellCoordinate q{spectrum.value(), barrier};

  double phi(double x, double distance) const {
    Values out(1);
    q.below(kThreshold, distance)(Points::Constant(1, 1, x), out);
    return out(0);
  }
  double boundary() const {
    double low = -1, high = 1;
    for (int i = 0; i < 60; ++i) (phi(0.5 * (low + high), 0) > 0 ? low : high) = 0.5 * (low + high);
    return low;
  }
};

/// Probability kernel of one Euler-Maruyama step on midpoints.
Eigen::MatrixXd step_kernel(const Eigen::ArrayXd& x, double width, double h) {
  const double spread = std::sqrt(2 * kTau * h);
  Eigen::MatrixXd kernel(x.size(), x.size());
  for (Index i = 0; i < x.size(); ++i)
    kernel.row(i) = (-0.5 * ((x - x(i) + h * slope(x(i))) / spread).square()).exp().matrix().transpose() *
                    (width / (spread * std::sqrt(2 * std::numbers::pi)));
  return kernel;
}

/// (1 - kappa)/h, kappa the largest eigenvalue of the diffusion's transition over a time h, killed beyond the
/// boundary at its end only. The transition is that of 2^k Euler-Maruyama steps on a lattice of the line; their own
/// error, of first order, is extrapolated from k and k + 1.
double rate_of_looking(double boundary, double h) {
  constexpr int n = 500;
  const double low = -1.9, width = (boundary - low) / n;
  const Index all = static_cast<Index>((1.9 - low) / width);
  const Eigen::ArrayXd x = low + width * (Eigen::ArrayXd::LinSpaced(all, 0, static_cast<double>(all - 1)) + 0.5);
  const auto with_halvings = [&](int halvings) {
    Eigen::MatrixXd kernel = step_kernel(x, width, h / (1 << halvings));
    for (int i = 0; i < halvings; ++i) kernel = kernel * kernel;
    const Eigen::MatrixXd killed = kernel.topLeftCorner(n, n);
    Eigen::RowVectorXd law = Eigen::RowVectorXd::Ones(n);
    double kept = 0;
    for (int step = 0; step < 3000; ++step) {
      law /= law.sum();
      law = law * killed;
      kept = law.sum();
    }
    return (1 - kept) / h;
  };
  const double coarse = with_halvings(3), fine = with_halvings(4);
  return 2 * fine - coarse;
}

// The set moved outwards explains what looking after steps misses: the exact rate of the chain is within the bound,
// and the rate of the unmoved set is off by several times as much. A shift of the wrong size or sign fails.
TEST(EscapePrediction, LookingAfterStepsMovesTheBoundary) {
  const Wells wells;
  ASSERT_TRUE(wells.spectrum.ok()) << wells.spectrum.why();
  for (const double h : {0.04, 0.02, 0.01}) {
    const auto found = predict_escape(wells.line, Temperature(kTau), wells.spectrum.value(), wells.q,
                                      wells.barrier.other.x, kThreshold, h, Execution{});
    ASSERT_TRUE(found.ok()) << found.why();
    const double truth = rate_of_looking(wells.boundary(), h), predicted = found->at_steps.value();
    EXPECT_LE(std::abs(predicted - truth), found->at_steps.discretisation_bound()) << h;
    EXPECT_GE(std::abs(found->continuous.value() - truth), 5 * std::abs(predicted - truth)) << h;
  }
}

// On a line the set { q < threshold } moved by a distance ends that much farther out, up to the curvature of q over a
// cell of the spectrum's grid.
TEST(EscapePrediction, SetIsMovedByTheDistance) {
  const Wells wells;
  const double end = wells.boundary();
  EXPECT_LT(std::abs(wells.phi(end + 0.05, 0.05)), 1e-9);
  EXPECT_GT(wells.phi(end + 0.04, 0.05), 0);
  EXPECT_LT(wells.phi(end + 0.06, 0.05), 0);
}

const std::string kEscape = R"TOML(title = "Escape"
run = {seed = 9}
[potential]
kind = "formula"
formula = "(x^2-1)^2 - 0.2*x"
[dynamics]
learning_rate = 0.5
[[study]]
name = "leave"
kind = "escape"
noise = "langevin"
step = 0.02
paths = 100000
discard = 2
until = 20
)TOML";

// Langevin leaves at the predicted rate: the study's row says consistent. The asymptotic formula, too high by more
// than the tolerance, would be refuted at the same sample size.
TEST(EscapeStudy, LangevinAgreesWithThePrediction) {
  const test::Folder folder;
  const auto run =
      run_experiment(load_experiment(folder.write("e.toml", kEscape)), {}, Execution::with_threads(2), {});
  ASSERT_TRUE(run.ok()) << run.why();
  ASSERT_EQ(run->studies.size(), 1u);
  ASSERT_EQ(run->studies[0].escapes.size(), 1u) << run->studies[0].report.why;
  const EscapeRate& row = run->studies[0].escapes[0];
  EXPECT_EQ(row.verdict, Verdict::consistent) << row.measured.value() << " against " << row.predicted.value();
  EXPECT_LE(std::abs(row.measured.value() - row.predicted.value()),
            Measurement::kLevelOneInAMillion * row.measured.standard_error() + row.predicted.discretisation_bound());
  EXPECT_GT(row.asymptotic, row.measured.upper());
}

}  // namespace
