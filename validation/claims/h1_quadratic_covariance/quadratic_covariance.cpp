#include "validation/claims/h1_quadratic_covariance/quadratic_covariance.hpp"

#include <fmt/core.h>

#include <cmath>

#include "models/laws/gaussian.hpp"
#include "models/laws/point.hpp"
#include "models/potentials/sampled.hpp"
#include "solvers/sde/ensemble.hpp"
#include "validation/claims/law_comparison.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

constexpr double kResolution = 0.05;
constexpr double kPathSteps = 4e9;

Measurement mean_of(const Values& values) {
  const double n = static_cast<double>(values.size()), mean = values.mean();
  return Measurement::sampled(mean, std::sqrt((values - mean).square().sum() / (n - 1) / n), "SGD's paths");
}

ClaimReport blank(const std::string& subject) {
  return {.id = "H1",
          .name = "quadratic-covariance",
          .subject = subject,
          .statement =
              "the covariance of SGD on quadratics solves the discrete Lyapunov equation, with and without "
              "replacement",
          .source = "discrete Lyapunov equation; Mandt, Hoffman, Blei 2017 in continuous time"};
}

void compare(const QuadraticCovarianceMaterial& material, const Eigen::MatrixXd& covariance, double z,
             std::vector<Comparison>& comparisons) {
  const Eigen::VectorXd& mean = material.predicted.mean;
  const Eigen::VectorXd sd = covariance.diagonal().cwiseSqrt();
  for (Index j = 0; j < mean.size(); ++j)
    comparisons.push_back(compare_no_difference(fmt::format("mean of x_{}, {}", j, material.name),
                                                Measurement::exact(mean(j), "A m = b"),
                                                mean_of(material.ensemble.col(j)), kResolution * sd(j), z));
  for (Index j = 0; j < mean.size(); ++j)
    for (Index k = j; k < mean.size(); ++k) {
      const Values product = (material.ensemble.col(j) - mean(j)) * (material.ensemble.col(k) - mean(k));
      comparisons.push_back(compare_no_difference(fmt::format("covariance of x_{}, x_{}, {}", j, k, material.name),
                                                  Measurement::exact(covariance(j, k), "discrete Lyapunov equation"),
                                                  mean_of(product), kResolution * sd(j) * sd(k), z));
    }
}

ClaimReport control(const std::string& subject, const QuadraticCovarianceMaterial& material,
                    const Eigen::MatrixXd& offered, double z) {
  ClaimReport report = blank("control: " + subject);
  compare(material, offered, z, report.comparisons);
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.expected = Verdict::refuted;
  report.why = explain(report.verdict, report.hypotheses, report.comparisons);
  return report;
}

// Eight samples in the plane, spread like Gaussian quantiles; curvatures differ from sample to sample.
ClaimProblem eight_samples() {
  Points features(8, 2);
  features << 1.2, 0.3, -0.7, 0.9, 0.4, -1.1, 1.0, 0.8, -1.3, 0.2, 0.6, 0.5, -0.2, 1.4, 0.9, -0.6;
  Values targets(8);
  targets << 1.0, -0.4, 0.7, 0.2, -1.1, 1.3, 0.1, -0.8;
  const auto sum = least_squares(features, targets, 0.1);
  return {.title = "least squares over 8 samples in the plane, learning rate 0.5",
          .potential = sum,
          .temperature = LearningRate(0.5).temperature(),
          .initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Zero(2), 0.5),
          .report_times = {10},
          .seed = 1};
}

/// Whether the claim's resolution tells the offered covariance from the predicted one, with power to spare.
bool tellable(const QuadraticCovarianceMaterial& material, const Eigen::MatrixXd& offered) {
  const Eigen::MatrixXd& truth = material.predicted.covariance;
  const Eigen::VectorXd sd = truth.diagonal().cwiseSqrt();
  return (((offered - truth).array() / (sd * sd.transpose()).array()).abs() > 2 * kResolution).any();
}

std::string name_of(const BatchDraw& draw) {
  return fmt::format("batch {} {} replacement", draw.size,
                     draw.replacement == Replacement::with ? "with" : "without");
}

BatchDraw other(BatchDraw draw) {
  draw.replacement = draw.replacement == Replacement::with ? Replacement::without : Replacement::with;
  return draw;
}

/// The problem's batches, else batches of two both ways.
std::vector<BatchDraw> draws_of(const ClaimProblem& problem, Index terms) {
  if (problem.draw) return {*problem.draw};
  const Index size = std::min<Index>(2, terms);
  return {{size, Replacement::with}, {size, Replacement::without}};
}

Result<StationaryMoments> moments_of(const FiniteSum& sum, LearningRate rate, const BatchDraw& draw) {
  return quadratic_sgd_moments(sum, rate, BatchLaw(sum.terms(), draw.size, draw.replacement, 1));
}

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const auto sum = std::dynamic_pointer_cast<const FiniteSum>(problem.potential);
  if (!sum)
    return not_applicable(blank("mini-batch sgd"), "f is a mean over samples",
                          "the potential has no samples to draw batches from");
  const Index paths = effort == Effort::quick ? 100'000 : effort == Effort::standard ? 400'000 : 2'000'000;
  const LearningRate rate = problem.temperature.learning_rate();
  std::vector<QuadraticCovarianceMaterial> materials;
  for (const BatchDraw& draw : draws_of(problem, sum->terms())) {
    const Result<StationaryMoments> moments = moments_of(*sum, rate, draw);
    if (!moments.ok())
      return not_applicable(blank("mini-batch sgd"), "terms are quadratic and the second moment is stationary",
                            moments.why());
    if (!(moments->covariance.diagonal().minCoeff() > 0))
      return not_applicable(blank("mini-batch sgd"), "the batches are random in every coordinate",
                            fmt::format("a stationary variance is 0 with {}", name_of(draw)));
    const double steps = std::ceil(20 / -std::log(moments->radius));
    if (!(steps * static_cast<double>(paths) <= kPathSteps))
      return not_applicable(blank("mini-batch sgd"), "relaxation is affordable",
                            fmt::format("contraction {:.6g} a step", moments->radius));
    Ensemble ensemble = Ensemble::from_law(PointLaw(moments->mean), paths, problem.seed,
                                           draw.replacement == Replacement::with ? 0 : 1);
    const auto scheme = mini_batch_sgd(sum, rate, draw.size, draw.replacement);
    const Report done = advance(ensemble, *scheme, static_cast<std::int64_t>(steps), execution);
    if (done.status != Status::ok) return Result<ClaimReport>(done);
    materials.push_back({moments.value(), std::move(ensemble.points), name_of(draw)});
    if (draw.size > sum->terms()) continue;
    const Result<StationaryMoments> otherwise = moments_of(*sum, rate, other(draw));
    if (otherwise.ok()) materials.back().other_draw = otherwise->covariance;
  }
  return judge_quadratic_covariance(materials, controls);
}

}  // namespace

ClaimReport judge_quadratic_covariance(const std::vector<QuadraticCovarianceMaterial>& materials, bool controls) {
  const Index d = materials.front().predicted.mean.size();
  const double z = bonferroni_quantile(kVerdictLevel, static_cast<Index>(materials.size()) * (d + d * (d + 1) / 2));
  ClaimReport report = blank("mini-batch sgd");
  for (const QuadraticCovarianceMaterial& material : materials) {
    report.hypotheses.push_back({"the second moment is stationary, " + material.name, material.predicted.radius < 1,
                                 fmt::format("contraction {:.6g} a step", material.predicted.radius)});
    compare(material, material.predicted.covariance, z, report.comparisons);
  }
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = explain(report.verdict, report.hypotheses, report.comparisons);
  if (!controls) return report;
  const StationaryMoments& first = materials.front().predicted;
  if (tellable(materials.front(), first.diffusion_covariance))
    report.controls.push_back(
        control("the covariance of the diffusion", materials.front(), first.diffusion_covariance, z));
  else
    report.controls.push_back(control("1.2 times the covariance", materials.front(), 1.2 * first.covariance, z));
  const QuadraticCovarianceMaterial& last = materials.back();
  if (last.other_draw && tellable(last, *last.other_draw))
    report.controls.push_back(control("the covariance of batches drawn the other way", last, *last.other_draw, z));
  return report;
}

ClaimEntry quadratic_covariance_claim() {
  return {"H1",
          "quadratic-covariance",
          "the covariance of SGD on quadratics solves the discrete Lyapunov equation, with and without replacement",
          "discrete Lyapunov equation; Mandt, Hoffman, Blei 2017 in continuous time",
          eight_samples,
          check};
}

}  // namespace sgdlimits
