#include <fmt/core.h>

#include <cmath>

#include "core/errors.hpp"
#include "models/data/synthetic.hpp"
#include "models/laws/gaussian.hpp"
#include "solvers/markov/one_step_operator.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/transfer/batch_law.hpp"
#include "validation/claims/a1_sgd_modified_equations/modified_equation_step.hpp"
#include "validation/claims/a1_sgd_modified_equations/sgd_modified_equations.hpp"
#include "validation/claims/line_problem.hpp"

namespace sgdlimits {
namespace {

constexpr Index kNodes = 400;
constexpr double kLost = 1e-9;
const std::vector<std::string> kObservables{"E f", "E x^2"};

/// One tanh neuron with one weight on 16 noisy samples of another one.
ClaimProblem neuron_problem() {
  TwoLayerNetSpec spec;
  spec.activation = Activation::tanh;
  spec.outer_weights = Eigen::VectorXd::Constant(1, 1.0);
  spec.loss_factor = 0.5;
  spec.ridge = 0.2;
  spec.inputs = synthetic_inputs(InputLaw::gaussian, 16, 1, 1.0, 3);
  Teacher teacher{Activation::tanh, OutputScale::one, Eigen::MatrixXd::Constant(1, 1, 1.5),
                  Eigen::VectorXd::Constant(1, 1.0)};
  spec.targets = teacher_labels(teacher, spec.inputs, 0.5, 3);
  return {.title = "one tanh neuron on 16 noisy samples",
          .potential = two_layer_net(spec),
          .temperature = LearningRate(0.25).temperature(),
          .initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Constant(1, -1.0), 0.2),
          .report_times = {2},
          .seed = 1};
}

/// The finite sum, its interval and clock.
struct Line {
  const ClaimProblem& problem;
  std::shared_ptr<const FiniteSum> sum;
  BatchLaw batches;
  LineLattice lattice;
  double time;
};

/// Share of the initial law that leaves the lattice within the steps.
double lost(const Line& line, const OneStepOperator& step, std::int64_t steps) {
  const Values weights = initial_weights(*line.problem.initial, step.nodes());
  return std::abs(1 - (weights * step.after(steps, Values::Ones(weights.size()))).sum());
}

/// E f and E x^2 after the steps, from the initial law; or that too much was lost.
Result<Values> means_after(const Line& line, const OneStepOperator& step, std::int64_t steps) {
  const Values weights = initial_weights(*line.problem.initial, step.nodes());
  const Values f = values(*line.sum, Points(step.nodes()));
  if (const double share = lost(line, step, steps); share > kLost)
    return Result<Values>::failure(
        Status::out_of_reach, fmt::format("a share {:.2g} of the law leaves the interval [{:.4g}, {:.4g}]", share,
                                          line.lattice.lower, line.lattice.upper));
  Values means(2);
  means << (weights * step.after(steps, f)).sum(), (weights * step.after(steps, step.nodes().square())).sum();
  return means;
}

LineLattice with_nodes(LineLattice lattice, Index nodes) {
  lattice.nodes = nodes;
  return lattice;
}

/// Widens the lattice, at the same spacing, until the equations' noise at the largest learning rate stays inside: it
/// may be far larger than that of the Gibbs measure's box.
void widen(Line& line, double s) {
  for (int k = 0; k < 8; ++k) {
    const auto scheme = modified_equation_step(line.sum, LearningRate(s), ModifiedEquation::sme1,
                                               line.batches.covariance_factor(), s / 4);
    if (lost(line, OneStepOperator(*scheme, line.lattice), std::llround(line.time / s) * 4) <= 0.01 * kLost) return;
    const double extra = 0.15 * (line.lattice.upper - line.lattice.lower);
    line.lattice = {line.lattice.lower - extra, line.lattice.upper + extra, line.lattice.nodes * 13 / 10};
  }
}

/// SGD over all batches, on two lattices.
Report sgd_end(const Line& line, double s, std::vector<Measurement>& means) {
  const StepLaw law = [&](double x, Values& there, Values& weights) {
    Scratch scratch;
    const BatchAtoms atoms = line.batches.at(line.sum->term_gradients(Eigen::VectorXd::Constant(1, x), scratch));
    there = x - s * atoms.gradients.col(0);
    weights = atoms.weights;
  };
  const std::int64_t steps = std::llround(line.time / s);
  const Result<Values> coarse = means_after(line, OneStepOperator(law, line.lattice), steps);
  if (!coarse.ok()) return coarse.report();
  const Result<Values> fine =
      means_after(line, OneStepOperator(law, with_nodes(line.lattice, line.lattice.nodes * 3 / 2)), steps);
  if (!fine.ok()) return fine.report();
  for (Index j = 0; j < 2; ++j)
    means.push_back(Measurement::deterministic(fine.value()(j), 2 * std::abs(fine.value()(j) - coarse.value()(j)),
                                               Grade::estimate, "SGD's operator on two lattices"));
  return {};
}

/// A modified equation by 4, 8 and 16 fine steps a step of SGD, extrapolated at order 2.
Report equation_end(const Line& line, double s, ModifiedEquation equation, std::vector<Measurement>& means) {
  std::vector<Values> at;
  for (const int fine : {4, 8, 16}) {
    const auto scheme =
        modified_equation_step(line.sum, LearningRate(s), equation, line.batches.covariance_factor(), s / fine);
    Result<Values> found =
        means_after(line, OneStepOperator(*scheme, line.lattice), std::llround(line.time / s) * fine);
    if (!found.ok()) return found.report();
    at.push_back(std::move(found).value());
  }
  const Values before = at[1] + (at[1] - at[0]) / 3, last = at[2] + (at[2] - at[1]) / 3;
  for (Index j = 0; j < 2; ++j)
    means.push_back(Measurement::deterministic(last(j), std::abs(last(j) - before(j)) + 1e-12, Grade::estimate,
                                               "fine steps of weak order 2, extrapolated"));
  return {};
}

/// What the step of Euler-Maruyama does to each mean of an equation at the largest learning rate, by its one-step
/// operator.
Result<std::vector<double>> step_bias(const Line& line, const EquationSteps& study,
                                      const ModifiedEquationMaterial& material) {
  const auto scheme =
      sgd_modified_equation(line.sum, LearningRate(material.rates[0]), line.batches.batch(),
                            line.batches.replacement(), study.equation, CovarianceRoot::symmetric, study.step);
  const Result<Values> means =
      means_after(line, OneStepOperator(*scheme, line.lattice), std::llround(line.time / study.step));
  if (!means.ok()) return Result<std::vector<double>>(means.report());
  std::vector<double> bias;
  for (std::size_t j = 0; j < 2; ++j)
    bias.push_back(std::abs(means.value()(static_cast<Index>(j)) - material.means[j].of(study.equation)[0].value()));
  return bias;
}

Result<std::vector<Measurement>> path_means(const Line& line, double s, Index paths, const Execution& execution) {
  Execution quiet = execution;
  quiet.progress = nullptr;
  Ensemble ensemble = Ensemble::from_law(*line.problem.initial, paths, line.problem.seed);
  const auto sgd = mini_batch_sgd(line.sum, LearningRate(s), line.batches.batch(), line.batches.replacement());
  const Report report = advance(ensemble, *sgd, std::llround(line.time / s), quiet);
  if (report.status != Status::ok) return Result<std::vector<Measurement>>(report);
  std::vector<Measurement> result;
  for (const SampleMean& mean :
       sample_means(ensemble.points, modified_equation_observables(*line.sum), *execution.pool))
    result.push_back(mean.measurement());
  return result;
}

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const int levels = effort == Effort::quick ? 5 : effort == Effort::standard ? 6 : 7;
  const Index paths = effort == Effort::quick ? 100'000 : effort == Effort::standard ? 400'000 : 2'000'000;
  const Result<ModifiedEquationMaterial> own = modified_equations_on_a_line(problem, levels, paths, execution);
  if (!own.ok()) return Result<ClaimReport>(own.report());
  return judge_modified_equations(exact_modified_equations(7), own.value(), controls);
}

}  // namespace

std::vector<Observable> modified_equation_observables(const Potential& potential) {
  return {mean_potential_observable(potential),
          {"x^2", [](PointsView x, ValuesOut out, Scratch&) { out = x.col(0).square(); }}};
}

Result<ModifiedEquationMaterial> modified_equations_on_a_line(const ClaimProblem& problem, int levels, Index paths,
                                                              const Execution& execution,
                                                              const std::vector<EquationSteps>& studies) {
  using Outcome = Result<ModifiedEquationMaterial>;
  const auto sum = std::dynamic_pointer_cast<const FiniteSum>(problem.potential);
  if (!sum || sum->dimension() != 1 || !problem.initial->has_density())
    return Outcome::failure(Status::out_of_reach,
                            "orders in s are computed without sampling for a mean over samples on a line, from an "
                            "initial law with a density");
  const Result<Box> box = line_interval(problem);
  if (!box.ok()) return Outcome(box.report());
  const double end = problem.report_times.back();
  const double steps = std::ceil(end / problem.temperature.learning_rate().value() * (1 - 1e-12));
  const BatchDraw draw = problem.draw.value_or(BatchDraw{});
  Line line{
      problem, sum, BatchLaw(sum->terms(), draw.size, draw.replacement), {box->lower(0), box->upper(0), kNodes}, end};
  if (!line.batches.exact()) return Outcome::failure(Status::out_of_reach, "the batches are too many to enumerate");
  widen(line, end / steps);
  ModifiedEquationMaterial material{
      .rates = {},
      .means = {{kObservables[0], {}, {}, {}}, {kObservables[1], {}, {}, {}}},
      .path_means = {},
      .time = end,
      .subject = fmt::format("{}, {} learning rates from {:.4g}", problem.title, levels, end / steps)};
  for (int level = 0; level < levels; ++level) {
    if (execution.stop.stop_requested()) return Outcome::failure(Status::interrupted, "stopped on request");
    const double s = end / steps * std::ldexp(1.0, -level);
    std::vector<Measurement> sgd, first, second;
    for (const Report& report : {sgd_end(line, s, sgd), equation_end(line, s, ModifiedEquation::sme1, first),
                                 equation_end(line, s, ModifiedEquation::sme2, second)})
      if (report.status != Status::ok) return Outcome(report);
    material.rates.push_back(s);
    for (std::size_t j = 0; j < 2; ++j) {
      material.means[j].sgd.push_back(sgd[j]);
      material.means[j].first.push_back(first[j]);
      material.means[j].second.push_back(second[j]);
    }
    if (execution.progress) execution.progress(static_cast<double>(level + 1) / (levels + 1));
  }
  for (const EquationSteps& study : studies) {
    Result<std::vector<double>> bias = step_bias(line, study, material);
    if (!bias.ok()) return Outcome(bias.report());
    material.step_biases.push_back(std::move(bias).value());
  }
  if (paths == 0) return material;
  Result<std::vector<Measurement>> sampled = path_means(line, material.rates[0], paths, execution);
  if (!sampled.ok()) return Outcome(sampled.report());
  material.path_means = std::move(sampled).value();
  return material;
}

ClaimEntry modified_equations_claim() {
  return {"A1",
          "sgd-modified-equations",
          "SGD approximates SME-1 weakly with order 1 and SME-2 with order 2 in the learning rate",
          "Li, Tai, E 2019, weak approximation of orders 1 and 2",
          neuron_problem,
          check};
}

}  // namespace sgdlimits
