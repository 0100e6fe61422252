#include "validation/claims/h2_kesten_tail/kesten_tail.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "core/errors.hpp"
#include "models/laws/gaussian.hpp"
#include "models/laws/point.hpp"
#include "models/potentials/sampled.hpp"
#include "solvers/sde/ensemble.hpp"
#include "validation/claims/law_comparison.hpp"

namespace sgdlimits {
namespace {

constexpr double kTolerance = 0.15;
constexpr double kTellable = 0.4;  // relative; tolerance, error of Hill's estimate at the quick effort, and power
constexpr double kAdditive = 1e20;  // SME-1's index where curvatures differ by rounding alone
constexpr double kPathSteps = 4e9;

ClaimReport blank(const std::string& subject) {
  return {.id = "H2",
          .name = "kesten-tail",
          .subject = subject,
          .statement =
              "the tail index alpha of SGD on a line solves E|1 - s a|^alpha = 1; where the map contracts, finite "
              "data cut the tail",
          .source = "Kesten 1973; Gurbuzbalaban, Simsekli, Zhu, arXiv 2006.04740"};
}

ClaimReport judged(const std::string& subject, std::vector<Comparison> comparisons) {
  ClaimReport report = blank(subject);
  report.comparisons = std::move(comparisons);
  report.verdict = combine(report.hypotheses, report.comparisons);
  report.why = explain(report.verdict, report.hypotheses, report.comparisons);
  return report;
}

/// How many of so many distances Hill's estimate takes.
Index largest_of(Index paths) { return static_cast<Index>(std::pow(static_cast<double>(paths), 0.6)); }

/// The largest index that so many paths can show: a third of what a Gaussian's would be.
double reach(Index paths) {
  const double share = static_cast<double>(largest_of(paths)) / static_cast<double>(paths);
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), share / 2));
  return z * z / 3;
}

Comparison compare_tail(const KestenTailMaterial& material, double alpha) {
  const Index k = largest_of(material.distances.size());
  return compare_equal(fmt::format("tail index, Hill's estimate from {} of {} paths", k, material.distances.size()),
                       Measurement::exact(alpha, "E|1 - s a|^alpha = 1"), hill_estimate(material.distances, k),
                       kTolerance * material.predicted.alpha);
}

Comparison compare_support(const KestenTailMaterial& material, double support) {
  // rounding of the path and of the bound
  return compare_at_most("largest |x - m|", Measurement::exact(support * (1 + 1e-12), "s max|b|/(1 - max|1 - s a|)"),
                         Measurement::exact(material.distances.maxCoeff(), "SGD's paths"));
}

// a = g^2, g the 64 quantiles of a standard Gaussian: what online least squares with Gaussian features sees.
ClaimProblem gaussian_features() {
  constexpr Index n = 64;
  const boost::math::normal gauss;
  Points features(n, 1);
  Values targets(n);
  for (Index i = 0; i < n; ++i) {
    features(i, 0) = boost::math::quantile(gauss, (static_cast<double>(i) + 0.5) / static_cast<double>(n));
    // the golden ratio's multiples: quantiles in another order
    const double turn = std::fmod(0.6180339887498949 * static_cast<double>(i + 1), 1.0);
    targets(i) = features(i, 0) + boost::math::quantile(gauss, turn);
  }
  const auto sum = least_squares(features, targets);
  return {.title = "least squares on a line over 64 Gaussian quantiles, learning rate 0.8",
          .potential = sum,
          .temperature = LearningRate(0.8).temperature(),
          .initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Zero(1), 1.0),
          .report_times = {10},
          .seed = 1};
}

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const BatchDraw draw = problem.draw.value_or(BatchDraw{});
  const std::string subject = fmt::format("mini-batch sgd (batch {})", draw.size);
  const auto declined = [&](const char* hypothesis, std::string evidence) {
    return not_applicable(blank(subject), hypothesis, std::move(evidence));
  };
  const auto sum = std::dynamic_pointer_cast<const FiniteSum>(problem.potential);
  if (!sum) return declined("f is a mean over samples", "the potential has no samples to draw batches from");
  const LearningRate rate = problem.temperature.learning_rate();
  const Result<TailIndex> tail = kesten_tail_index(*sum, rate, BatchLaw(sum->terms(), draw.size, draw.replacement));
  if (!tail.ok()) return declined("terms are quadratic on a line and SGD has a stationary law", tail.why());
  if (tail->diffusion_alpha > kAdditive)
    return declined("the noise is multiplicative", "all batches have one curvature: the noise is additive");
  const Index paths = effort == Effort::quick ? 400'000 : effort == Effort::standard ? 1'000'000 : 4'000'000;
  if (std::isfinite(tail->alpha) && tail->alpha > reach(paths))
    return declined("the sample reaches the tail",
                    fmt::format("alpha is {:.4g}, and {} paths show up to {:.3g}", tail->alpha, paths, reach(paths)));
  if (std::isinf(tail->alpha) && std::isinf(tail->support))
    return declined("the map contracts, or expands with positive probability", "max|1 - s a| is 1");
  const double steps = std::ceil(60 / -tail->lyapunov);
  if (!(steps * static_cast<double>(paths) <= kPathSteps))
    return declined("relaxation is affordable", fmt::format("E log|1 - s a| = {:.4g}", tail->lyapunov));
  Ensemble ensemble = Ensemble::from_law(PointLaw(Eigen::VectorXd::Constant(1, tail->centre)), paths, problem.seed);
  const auto scheme = mini_batch_sgd(sum, rate, draw.size, draw.replacement);
  const Report done = advance(ensemble, *scheme, static_cast<std::int64_t>(steps), execution);
  if (done.status != Status::ok) return Result<ClaimReport>(done);
  return judge_kesten_tail({tail.value(), (ensemble.points.col(0) - tail->centre).abs(), subject}, controls);
}

}  // namespace

Measurement hill_estimate(const Values& values, Index k) {
  if (k < 1 || k >= values.size())
    throw InvalidArgument("order statistics of Hill's estimate", std::to_string(k),
                          "from 1 to one less than the values");
  std::vector<double> sorted(values.data(), values.data() + values.size());
  std::partial_sort(sorted.begin(), sorted.begin() + k + 1, sorted.end(), std::greater<>());
  const double threshold = sorted[static_cast<std::size_t>(k)];
  if (!(threshold > 0)) throw InvalidArgument("threshold of Hill's estimate", threshold, "positive");
  double sum = 0;
  for (Index i = 0; i < k; ++i) sum += std::log(sorted[static_cast<std::size_t>(i)] / threshold);
  const double alpha = static_cast<double>(k) / sum;
  return Measurement::sampled(alpha, alpha / std::sqrt(static_cast<double>(k)), "Hill's estimate");
}

ClaimReport judge_kesten_tail(const KestenTailMaterial& material, bool controls) {
  const TailIndex& predicted = material.predicted;
  const bool tail = std::isfinite(predicted.alpha);
  ClaimReport report = judged(material.subject, {tail ? compare_tail(material, predicted.alpha)
                                                      : compare_support(material, predicted.support)});
  report.why += fmt::format("; alpha {:.4g}, that of SME-1 {:.4g}", predicted.alpha, predicted.diffusion_alpha);
  if (!controls) return report;
  const bool diffusion = std::abs(predicted.diffusion_alpha / predicted.alpha - 1) > kTellable;
  ClaimReport control =
      !tail ? judged("control: half the support", {compare_support(material, material.distances.maxCoeff() / 2)})
      : diffusion ? judged("control: the tail index of SME-1", {compare_tail(material, predicted.diffusion_alpha)})
                  : judged("control: 1.5 times the tail index", {compare_tail(material, 1.5 * predicted.alpha)});
  control.expected = Verdict::refuted;
  report.controls.push_back(std::move(control));
  return report;
}

ClaimEntry kesten_tail_claim() {
  return {
      "H2",
      "kesten-tail",
      "the tail index alpha of SGD on a line solves E|1 - s a|^alpha = 1; where the map contracts, finite data cut "
      "the tail",
      "Kesten 1973; Gurbuzbalaban, Simsekli, Zhu, arXiv 2006.04740",
      gaussian_features,
      check};
}

}  // namespace sgdlimits
