#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "apps/experiment/run.hpp"
#include "support/folder.hpp"

namespace sgdlimits {
namespace {

// Both ensembles are one Markov chain, x <- 0.8 x + 0.2 g, whose stationary variance is 0.1/(1 - 0.1). As a Langevin
// scheme it is biased by its step; as SGD it is what it is.
const std::string kQuadratic = R"(title = "quadratic"
[potential]
kind = "formula"
formula = "x^2/2"
[dynamics]
learning_rate = 0.2
initial = {kind = "gibbs", temperature = 0.08, tilt = [-0.2]}
until = 3.0
report_at = [1, 2, 3]
observe = ["x", "x^2"]
[[study]]
name = "gap"
kind = "spectral-gap"
modes = 3
[[study]]
name = "grid"
kind = "fokker-planck"
cells = [512]
[[study]]
name = "euler"
kind = "langevin"
scheme = "euler-maruyama"
step = 0.2
paths = 40000
[[study]]
name = "heun"
kind = "langevin"
scheme = "heun"
step = 0.02
paths = 40000
[[study]]
name = "isotropic"
kind = "sgd"
noise = "isotropic"
paths = 40000
[[compare]]
of = ["grid", "euler", "heun", "isotropic"]
measure = ["w1-marginals", "w2-marginals", "ks-marginals", "tv-marginals", "chi_squared", "loss", "observables"]
)";

std::vector<DistanceRow> rows_between(const RunResults& results, const std::string& a, const std::string& b) {
  std::vector<DistanceRow> rows;
  for (const DistanceRow& row : results.distances)
    if (row.first == a && row.second == b) rows.push_back(row);
  return rows;
}

class Comparisons : public testing::Test {
 protected:
  static const RunResults& results() {
    static const RunResults found = [] {
      const test::Folder folder;
      const Experiment experiment = load_experiment(folder.write("a.toml", kQuadratic));
      Result<RunResults> run = run_experiment(experiment, {}, Execution::with_threads(2), {});
      EXPECT_TRUE(run.ok()) << run.why();
      return std::move(run).value();
    }();
    return found;
  }
};

// Fails if the step's bias is not taken off a Langevin ensemble (then E x^2 would be refuted at t = 3: it is 0.08
// standard deviations off, 16 standard errors), or if SGD is given the same allowance.
TEST_F(Comparisons, TakeTheStepsBiasOffLangevinAndNotOffSgd) {
  const auto euler = rows_between(results(), "grid", "euler"), sgd = rows_between(results(), "grid", "isotropic");
  ASSERT_FALSE(euler.empty());
  ASSERT_EQ(euler.size(), sgd.size());
  for (const DistanceRow& row : euler) EXPECT_NE(row.verdict, Verdict::refuted) << row.measure << " at " << row.time;
  const auto square = std::find_if(sgd.begin(), sgd.end(),
                                   [](const DistanceRow& r) { return r.measure == "mean x^2" && r.time == 3; });
  ASSERT_NE(square, sgd.end());
  EXPECT_EQ(square->verdict, Verdict::refuted) << square->distance.value();
}

// At a step where the bias is small everything is decided. Fails if a bound is so wide that nothing can be said.
TEST_F(Comparisons, DecideWhereTheStepIsSmall) {
  for (const DistanceRow& row : rows_between(results(), "grid", "heun"))
    EXPECT_EQ(row.verdict, Verdict::consistent) << row.measure << " at " << row.time << ": " << row.distance.value();
}

// The row holds the difference of chi, not of chi squared: for N(m, v) against N(0, 0.1), r = v/0.1,
// chi^2 = e^{(m^2/0.1)/(2 - r)}/sqrt(r (2 - r)) - 1. Euler's law is Gaussian with known moments.
TEST_F(Comparisons, OfChiAreDifferencesOfTheRoot) {
  const auto chi = [](double mean, double variance) {
    const double r = variance / 0.1;
    return std::sqrt(std::exp(mean * mean / 0.1 / (2 - r)) / std::sqrt(r * (2 - r)) - 1);
  };
  for (const DistanceRow& row : rows_between(results(), "grid", "euler")) {
    if (row.measure != "chi") continue;
    const double t = row.time, decay = std::exp(-t), steps = std::round(t / 0.2), euler = std::pow(0.8, steps);
    // start: temperature 0.08, mean -b = 0.2 times the tilt's sign
    const double exact = chi(0.2 * decay, 0.1 + (0.08 - 0.1) * decay * decay);
    const double limit = 0.1 / 0.9, other = chi(0.2 * euler, limit + (0.08 - limit) * euler * euler);
    EXPECT_NEAR(row.distance.value(), exact - other, 0.03) << t;
  }
}

}  // namespace
}  // namespace sgdlimits
