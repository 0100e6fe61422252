#include <fmt/core.h>

#include <cmath>

#include "models/laws/gibbs.hpp"
#include "models/laws/point.hpp"
#include "models/potentials/catalogue.hpp"
#include "models/potentials/sampled.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/transfer/well_core.hpp"
#include "validation/claims/a11_sgd_transfer_operator/sgd_transfer_operator.hpp"

namespace sgdlimits {
namespace {

constexpr double kRelaxations = 20;  // e^{-20} of the start is left
constexpr double kPathSteps = 2e9;   // what one ensemble may cost

ClaimProblem two_tilted_wells() {
  Points tilts(2, 1);
  tilts << 1.3, -1.3;
  const auto sum = tilted_samples(make_potential("double-well"), tilts);
  return {.title = "(x^2-1)^2 +- 1.3 x, batch 1, learning rate 0.1",
          .potential = sum,
          .temperature = LearningRate(0.1).temperature(),
          .initial = std::make_shared<GibbsLaw>(sum, Temperature(0.2)),
          .report_times = {10},
          .seed = 1};
}

/// The cell centre with mass that is nearest to the mean.
Eigen::VectorXd inside_of(const InvariantMeasure& measure) {
  const Density& density = *measure.density;
  const Points centers = density.grid().centers();
  Index best = 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (Index cell = 0; cell < density.grid().size(); ++cell) {
    double distance = 0;
    for (Index j = 0; j < centers.cols(); ++j)
      distance += std::pow(centers(cell, j) - measure.mean[static_cast<std::size_t>(j)].value(), 2);
    if (density.averages()(cell) > 0 && distance < nearest) {
      nearest = distance;
      best = cell;
    }
  }
  return centers.row(best).transpose().matrix();
}

/// First passages from the worse minimum to the better well's core, as the operator's grid has it. Where SGD never
/// escapes, until SME-1 would have sent a hundred paths over; else of a fifth of the paths, until all have arrived.
Result<FirstPassage> passages(const SgdLaws& laws, const FiniteSum& sum, const Scheme& scheme, Index paths,
                              std::uint64_t seed, const Execution& execution) {
  const auto core = well_core(sum, *laws.grid, *laws.barrier);
  const Grid& grid = *laws.grid;
  const Indicator reached = [&](PointsView x, ValuesOut inside, Scratch&) {
    for (Index i = 0; i < x.rows(); ++i) {
      const Index cell = grid.find(x.row(i).transpose());
      inside(i) = cell >= 0 && core(cell) ? 1 : 0;
    }
  };
  const MotionLaws* diffusion = laws.find("SME-1");
  double until = laws.sgd().escape_time ? 20 * laws.sgd().escape_time->value() : 0;
  if (laws.sgd().never_escapes && diffusion && diffusion->escape_time)
    until = std::max(10.0, 100 * diffusion->escape_time->value() / static_cast<double>(paths));
  if (laws.sgd().escape_time) paths = std::max<Index>(2, paths / 5);
  const double affordable = kPathSteps / static_cast<double>(paths) * scheme.step_size();
  until = std::min(until, affordable);
  Ensemble ensemble = Ensemble::from_law(PointLaw(laws.barrier->other.x), paths, seed, 1000);
  return first_passage(ensemble, scheme, std::llround(until / scheme.step_size()), reached, execution);
}

std::string subject_of(const BatchDraw& draw) { return fmt::format("mini-batch sgd (batch {})", draw.size); }

Index paths_of(Effort effort) {
  return effort == Effort::quick ? 100'000 : effort == Effort::standard ? 400'000 : 2'000'000;
}

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const BatchDraw draw = problem.draw.value_or(BatchDraw{});
  const auto sum = std::dynamic_pointer_cast<const FiniteSum>(problem.potential);
  if (!sum)
    return not_applicable(sgd_transfer_report(subject_of(draw)), "f is a mean over samples",
                          "the potential has no samples to draw batches from");
  if (sum->dimension() > 2)
    return not_applicable(sgd_transfer_report(subject_of(draw)), "the dimension is 1 or 2",
                          fmt::format("the dimension is {}", sum->dimension()));
  SgdLawsOptions options;
  options.batch = draw.size;
  options.replacement = draw.replacement;
  options.cells = sum->dimension() == 1 && effort == Effort::thorough ? 4000 : 0;
  const LearningRate rate = problem.temperature.learning_rate();
  const Result<SgdLaws> laws = sgd_laws(*sum, rate, options, execution);
  if (!laws.ok()) return Result<ClaimReport>(laws.report());
  return check_sgd_laws(laws.value(), sum, rate, draw, problem.seed, effort, controls, execution);
}

}  // namespace

Result<ClaimReport> check_sgd_laws(const SgdLaws& laws, const std::shared_ptr<const FiniteSum>& sum, LearningRate s,
                                   BatchDraw draw, std::uint64_t seed, Effort effort, bool controls,
                                   const Execution& execution) {
  SgdTransferMaterial material{laws, {}, {}, {}, 0, subject_of(draw)};
  if (!laws.batches_exact)
    return not_applicable(sgd_transfer_report(material.subject), "the batches are enumerated",
                          "there are too many batches: a quadrature of the same mean and covariance stands in");
  const Index paths = paths_of(effort);
  const auto scheme = mini_batch_sgd(sum, s, draw.size, draw.replacement);
  std::uint32_t replicate = 0;
  for (const InvariantMeasure& measure : laws.sgd().measures) {
    const double gap = measure.gap ? measure.gap->value() : 0;
    const double steps = std::ceil(kRelaxations / (gap * s.value()));
    if (!(steps * static_cast<double>(paths) <= kPathSteps))
      return not_applicable(sgd_transfer_report(material.subject),
                            "relaxation within the invariant measures is affordable",
                            fmt::format("the gap within a measure is {:.3g}", gap));
    Ensemble ensemble = Ensemble::from_law(PointLaw(inside_of(measure)), paths, seed, replicate++);
    const Report done = advance(ensemble, *scheme, static_cast<std::int64_t>(steps), execution);
    if (done.status != Status::ok) return Result<ClaimReport>(done);
    material.ensembles.push_back(std::move(ensemble.points));
    material.relaxation_gaps.push_back(gap);
  }
  if (laws.barrier) {
    const Result<FirstPassage> found = passages(laws, *sum, *scheme, paths, seed, execution);
    if (!found.ok()) return Result<ClaimReport>(found.report());
    material.passage_times = found->times;
    material.until = found->until;
  }
  return judge_sgd_transfer_operator(material, controls);
}

ClaimEntry sgd_transfer_operator_claim() {
  return {"A11",
          "sgd-transfer-operator",
          "mini-batch SGD on finite data has the invariant measures, their number and the escapes of its transfer "
          "operator",
          "Shirokoff, Zaleski, arXiv 2409.12243",
          two_tilted_wells,
          check};
}

}  // namespace sgdlimits
