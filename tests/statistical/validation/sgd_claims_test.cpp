// A11, H1, H2 beyond their default problems, and faults planted into each.
#include <gtest/gtest.h>

#include <cmath>

#include "core/noise.hpp"
#include "models/laws/point.hpp"
#include "models/potentials/catalogue.hpp"
#include "models/potentials/sampled.hpp"
#include "solvers/sde/ensemble.hpp"
#include "validation/claims/a11_sgd_transfer_operator/sgd_transfer_operator.hpp"
#include "validation/claims/h1_quadratic_covariance/quadratic_covariance.hpp"
#include "validation/claims/h2_kesten_tail/kesten_tail.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const FiniteSum> wells(double c) {
  Points tilts(2, 1);
  tilts << c, -c;
  return tilted_samples(make_potential("double-well"), tilts);
}

ClaimProblem problem_of(std::shared_ptr<const Potential> potential, double s) {
  return {.title = "",
          .potential = std::move(potential),
          .temperature = LearningRate(s).temperature(),
          .initial = std::make_shared<PointLaw>(Eigen::VectorXd::Zero(1)),
          .report_times = {1},
          .seed = 3};
}

// Above the critical tilt: one measure, and the mean time to change wells of 1e5 paths against the operator's. Fails
// for a wrong clock, target or start (10 per cent would be seen), and SME-1 in SGD's place must be refuted.
TEST(SgdTransferOperatorClaim, HoldsWhereSgdChangesWells) {
  const Result<ClaimReport> report = sgd_transfer_operator_claim().check(problem_of(wells(2.5), 0.1), Effort::quick,
                                                                         true, Execution::with_threads(2));
  ASSERT_TRUE(report.ok()) << report.why();
  EXPECT_EQ(report->verdict, Verdict::consistent) << report->why;
  ASSERT_EQ(report->comparisons.size(), 3u);
  EXPECT_NE(report->comparisons.back().quantity.find("mean time"), std::string::npos);
  ASSERT_EQ(report->controls.size(), 1u);
  EXPECT_EQ(report->controls[0].verdict, Verdict::refuted);
}

// Planted: the laws of a learning rate 1.1 times too large. The variance moves by about ten per cent.
TEST(SgdTransferOperatorClaim, SeesAWrongLearningRate) {
  const auto sum = wells(1.0);
  SgdLawsOptions options;
  options.cells = 1000;
  const Result<SgdLaws> laws = sgd_laws(*sum, LearningRate(0.11), options);
  ASSERT_TRUE(laws.ok());
  SgdTransferMaterial material{laws.value(), {}, {}, {}, 0, "planted"};
  for (const double start : {-1.0, 1.0}) {
    Ensemble ensemble = Ensemble::from_law(PointLaw(Eigen::VectorXd::Constant(1, start)), 100'000, 5);
    ASSERT_EQ(advance(ensemble, *mini_batch_sgd(sum, LearningRate(0.1), 1, Replacement::with), 100).status,
              Status::ok);
    material.ensembles.push_back(ensemble.points);
  }
  EXPECT_EQ(judge_sgd_transfer_operator(material, false).verdict, Verdict::refuted);
}

// Planted: a single path that changed wells although the operator says never.
TEST(SgdTransferOperatorClaim, SeesOnePathThatChangedWells) {
  const auto sum = wells(1.0);
  SgdLawsOptions options;
  options.cells = 1000;
  const Result<SgdLaws> laws = sgd_laws(*sum, LearningRate(0.1), options);
  ASSERT_TRUE(laws.ok());
  SgdTransferMaterial material{laws.value(), {}, {}, Values::Constant(1000, INFINITY), 10, "planted"};
  EXPECT_EQ(judge_sgd_transfer_operator(material, false).verdict, Verdict::consistent);
  material.passage_times(17) = 3;
  EXPECT_EQ(judge_sgd_transfer_operator(material, false).verdict, Verdict::refuted);
}

TEST(SgdTransferOperatorClaim, DeclinesAPotentialWithoutSamples) {
  const Result<ClaimReport> report = sgd_transfer_operator_claim().check(
      problem_of(make_potential("double-well"), 0.1), Effort::quick, false, Execution::with_threads(1));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict, Verdict::not_applicable);
}

// Exact Gaussian ensembles: the right covariance is consistent, one seven per cent too large refuted.
TEST(QuadraticCovarianceClaim, SeesSevenPerCent) {
  StationaryMoments moments;
  moments.mean = Eigen::VectorXd::Constant(1, 0.5);
  moments.covariance = moments.diffusion_covariance = Eigen::MatrixXd::Constant(1, 1, 2.0);
  moments.radius = 0.5;
  Points x(100'000, 1);
  Noise(8, Stream::test).normals(0, 0, x);
  EXPECT_EQ(judge_quadratic_covariance({{moments, 0.5 + std::sqrt(2.0) * x, "exact"}}, false).verdict,
            Verdict::consistent);
  EXPECT_EQ(judge_quadratic_covariance({{moments, 0.5 + std::sqrt(2.14) * x, "planted"}}, false).verdict,
            Verdict::refuted);
}

// An exact Pareto law of index 1.8: Hill's estimate is unbiased there. Planted: index 1.2.
TEST(KestenTailClaim, JudgesAnExactPareto) {
  Points u(400'000, 1);
  Noise(9, Stream::test).uniforms(0, 0, u);
  TailIndex predicted;
  predicted.alpha = 1.8;
  predicted.diffusion_alpha = 2.6;
  const ClaimReport right = judge_kesten_tail({predicted, u.col(0).pow(-1 / 1.8)}, true);
  EXPECT_EQ(right.verdict, Verdict::consistent) << right.why;
  ASSERT_EQ(right.controls.size(), 1u);
  EXPECT_EQ(right.controls[0].verdict, Verdict::refuted);
  EXPECT_EQ(judge_kesten_tail({predicted, u.col(0).pow(-1 / 1.2)}, false).verdict, Verdict::refuted);
}

// Contracting maps: no path leaves the support.
TEST(KestenTailClaim, FiniteDataCutTheTail) {
  Points features(3, 1);
  features << 1, 0.8, 0.6;
  Values targets(3);
  targets << 1, -0.5, 0.3;
  const Result<ClaimReport> report = kesten_tail_claim().check(problem_of(least_squares(features, targets), 0.5),
                                                               Effort::quick, true, Execution::with_threads(2));
  ASSERT_TRUE(report.ok()) << report.why();
  EXPECT_EQ(report->verdict, Verdict::consistent) << report->why;
  EXPECT_EQ(report->controls[0].verdict, Verdict::refuted);
}

}  // namespace
}  // namespace sgdlimits
