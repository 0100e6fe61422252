#include <fmt/core.h>

#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <limits>

#include "models/laws/gaussian.hpp"
#include "models/potentials/on_line.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/markov/scheme_law.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "validation/claims/a9_discrete_time_risk/discrete_time_risk.hpp"
#include "validation/claims/a9_discrete_time_risk/leading_term.hpp"
#include "validation/claims/line_problem.hpp"
#include "validation/claims/three_grids.hpp"

namespace sgdlimits {
namespace {

constexpr Index kNodes = 400;
constexpr int kTimes = 8;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// f = x^2/2 + cos(2x)/2: two wells, |f''| <= 3, quadratic growth.
class RippledParabola final : public PotentialOnLine {
 public:
  std::string description() const override { return "x^2/2 + cos(2x)/2"; }

 protected:
  void f0(ValuesView x, ValuesOut f) const override { f = 0.5 * (x.square() + (2 * x).cos()); }
  void f1(ValuesView x, ValuesOut f) const override { f = x - (2 * x).sin(); }
  void f2(ValuesView x, ValuesOut f) const override { f = 1 - 2 * (2 * x).cos(); }
};

ClaimProblem rippled_parabola_problem() {
  return {.title = "x^2/2 + cos(2x)/2 at learning rates from 1/4 down",
          .potential = std::make_shared<const RippledParabola>(),
          .temperature = LearningRate(0.25).temperature(),
          .initial = std::make_shared<GaussianLaw>(Eigen::VectorXd::Constant(1, 1.3), 0.2),
          .report_times = {2},
          .seed = 1};
}

double largest_curvature(const Potential& potential, const Box& box) {
  const Points x = Points(Values::LinSpaced(4096, box.lower(0), box.upper(0)));
  Values second(x.rows());
  Scratch scratch;
  potential.laplacian(x, second, scratch);
  return second.abs().maxCoeff();
}

Measurement minimum_of(const Potential& potential, const Box& box) {
  const Points x = Points(Values::LinSpaced(4096, box.lower(0), box.upper(0)));
  Index lowest;
  values(potential, x).minCoeff(&lowest);
  const double width = x(1, 0) - x(0, 0);
  const auto f = [&](double at) { return values(potential, Points::Constant(1, 1, at))(0); };
  const auto [where, value] =
      boost::math::tools::brent_find_minima(f, x(lowest, 0) - width, x(lowest, 0) + width, 40);
  return Measurement::deterministic(value, 1e-14 * (1 + std::abs(value)), Grade::estimate,
                                    fmt::format("Brent's minimum at {:.10g}", where));
}

/// Everything that does not change along the ladder.
struct Line {
  const ClaimProblem& problem;
  Box box;
  std::vector<double> times;
  Index cells;
  const Execution& execution;
};

/// E f(x_k) at the times, x_k the scheme at step s: the initial law against P^k f, on two lattices.
std::vector<Measurement> discrete_end(const Line& line, LearningRate s, std::unique_ptr<Scheme> scheme) {
  const Box domain = line.problem.potential->domain();
  const auto means = [&](Index nodes) {
    const LineLattice lattice{line.box.lower(0), line.box.upper(0), nodes, line.box.lower(0) <= domain.lower(0),
                              line.box.upper(0) >= domain.upper(0)};
    const OneStepOperator step(*scheme, lattice);
    const Values density = initial_weights(*line.problem.initial, step.nodes());
    Values f = values(*line.problem.potential, Points(step.nodes()));
    Values result(static_cast<Index>(line.times.size()));
    double before = 0;
    for (std::size_t i = 0; i < line.times.size(); ++i) {
      f = step.after(std::llround((line.times[i] - before) / s.value()), f);
      result(static_cast<Index>(i)) = (density * f).sum();
      before = line.times[i];
    }
    return result;
  };
  const Values coarse = means(kNodes), fine = means(kNodes * 3 / 2);
  std::vector<Measurement> result;
  for (Index i = 0; i < fine.size(); ++i)
    result.push_back(Measurement::deterministic(fine(i), 2 * std::abs(fine(i) - coarse(i)), Grade::estimate,
                                                "one-step operator on two lattices"));
  return result;
}

/// E f(X_s(t)) at the times on one grid, and chi(0).
struct GridMeans {
  Values means;
  double initial_chi = 0, time_error = 0;
};

Result<GridMeans> means_on(const Line& line, Temperature temperature, Index cells) {
  const auto grid =
      std::make_shared<const Grid>(std::vector<Axis>{Axis::uniform(line.box.lower(0), line.box.upper(0), cells)});
  const auto generator = std::make_shared<const Generator>(*line.problem.potential, grid, temperature);
  EvolutionOptions options;
  options.tolerance = 1e-9;
  Execution quiet = line.execution;
  quiet.progress = nullptr;
  const Result<Evolution> evolution =
      evolve(generator, density_of(*line.problem.initial, grid), line.times, options, quiet);
  if (!evolution.ok()) return Result<GridMeans>(evolution.report());
  GridMeans result{Values(static_cast<Index>(line.times.size())), 0, 0};
  for (std::size_t i = 0; i < line.times.size(); ++i)
    result.means(static_cast<Index>(i)) = evolution->snapshots[i + 1].mean_potential;
  result.initial_chi = std::sqrt(evolution->snapshots.front().chi_squared);
  const Values& f = generator->potential();
  result.time_error = evolution->time_errors.back() * (f.maxCoeff() - f.minCoeff()) / 2;
  return result;
}

/// Whether rho_0^2/mu has died out at the free ends of the interval: else chi(0) is infinite, or that of the
/// interval.
bool in_l2(const Line& line, Temperature temperature) {
  const Points x = Points(Values::LinSpaced(2001, line.box.lower(0), line.box.upper(0)));
  Values log_density(x.rows());
  Scratch scratch;
  line.problem.initial->log_density(x, log_density, scratch);
  const Values integrand = 2 * log_density + values(*line.problem.potential, x) / temperature.value();
  const Box domain = line.problem.potential->domain();
  const double enough = integrand.maxCoeff() - 16;  // what is missing is below 1e-7
  return (integrand(0) < enough || line.box.lower(0) <= domain.lower(0)) &&
         (integrand(x.rows() - 1) < enough || line.box.upper(0) >= domain.upper(0));
}

/// Fills the continuous end: three grids, each with half the cells of the one before, extrapolated.
Report continuous_end(const Line& line, Temperature temperature, RiskAtRate& at) {
  std::vector<GridMeans> grids;
  for (const Index cells : {line.cells, line.cells / 2, line.cells / 4}) {
    Result<GridMeans> found = means_on(line, temperature, cells);
    if (!found.ok()) return found.report();
    grids.push_back(std::move(found).value());
  }
  for (Index i = 0; i < grids[0].means.size(); ++i)
    at.continuous.push_back(refine(grids[0].means(i), grids[1].means(i), grids[2].means(i))
                                .measurement(fmt::format("Fokker-Planck grid of {} cells, refined", line.cells),
                                             grids[0].time_error + grids[1].time_error));
  at.initial_chi = in_l2(line, temperature) ? grids[0].initial_chi : kInfinity;
  return {};
}

/// What the controls plant: the step of SGD with noise of another temperature than s/2.
std::vector<Measurement> discrete_end_at(const Line& line, LearningRate s, Temperature wrong) {
  return discrete_end(
      line, s, euler_maruyama(std::make_shared<const GradientDrift>(line.problem.potential), wrong, s.value()));
}

Result<RiskAtRate> risk_at(const Line& line, LearningRate s) {
  const Temperature temperature = s.temperature();
  const Potential& potential = *line.problem.potential;
  const LineFunction f = [&](ValuesView x, ValuesOut h) {
    Scratch scratch;
    potential.value(x, h, scratch);
  };
  const LineFunction f_squared = [&](ValuesView x, ValuesOut h) {
    f(x, h);
    h = h.square();
  };
  const Result<std::vector<Measurement>> gibbs = gibbs_means(potential, temperature, {f, f_squared});
  if (!gibbs.ok()) return Result<RiskAtRate>(gibbs.report());
  SpectralGapOptions options;
  options.modes = 1;
  Execution quiet = line.execution;
  quiet.progress = nullptr;
  const Result<SpectralGapEstimate> spectrum = spectral_gap(potential, temperature, options, quiet);
  if (!spectrum.ok()) return Result<RiskAtRate>(spectrum.report());
  const double mean = gibbs.value()[0].value();
  RiskAtRate at{.learning_rate = s.value(),
                .discrete = discrete_end(line, s, isotropic_noise_sgd(line.problem.potential, s)),
                .continuous = {},
                .gibbs = gibbs.value()[0],
                .gibbs_deviation = std::sqrt(std::max(0.0, gibbs.value()[1].value() - mean * mean)),
                .initial_chi = 0,
                .gap = spectrum->eigenvalues.front()};
  const Report report = continuous_end(line, temperature, at);
  if (report.status != Status::ok) return Result<RiskAtRate>(report);
  return at;
}

Result<ClaimReport> check(const ClaimProblem& problem, Effort effort, bool controls, const Execution& execution) {
  const Result<DiscreteTimeRiskMaterial> material =
      discrete_time_risk_on_a_line(problem, effort, controls, execution);
  if (!material.ok()) return Result<ClaimReport>(material.report());
  return judge_discrete_time_risk(material.value(), controls);
}

}  // namespace

Result<DiscreteTimeRiskMaterial> discrete_time_risk_on_a_line(const ClaimProblem& problem, int levels, Index cells,
                                                              bool controls, const Execution& execution) {
  using Outcome = Result<DiscreteTimeRiskMaterial>;
  if (problem.potential->dimension() != 1 || !problem.initial->has_density())
    return Outcome::failure(Status::out_of_reach,
                            "A9 is computed on a line, from an initial law with a density; this problem has " +
                                std::to_string(problem.potential->dimension()) + " dimensions and starts from " +
                                problem.initial->description());
  const Result<Box> box = line_interval(problem);
  if (!box.ok()) return Outcome(box.report());
  const double lipschitz = largest_curvature(*problem.potential, box.value());
  const double end = problem.report_times.back();
  const double largest = std::min(1 / lipschitz, problem.temperature.learning_rate().value());
  const double steps = kTimes * std::ceil(end / largest / kTimes * (1 - 1e-12));
  std::vector<double> times;
  for (int i = 1; i <= kTimes; ++i) times.push_back(end * i / kTimes);
  const Line line{problem, box.value(), times, cells, execution};
  DiscreteTimeRiskMaterial material{.ladder = {},
                                    .times = line.times,
                                    .leading_term = {},
                                    .minimum = minimum_of(*problem.potential, box.value()),
                                    .lipschitz = lipschitz,
                                    .interval = fmt::format("[{:.4g}, {:.4g}]", box->lower(0), box->upper(0)),
                                    .subject = fmt::format("{}, {} learning rates from {:.4g}",
                                                           problem.potential->description(), levels, end / steps)};
  const Box domain = problem.potential->domain();
  if (box->lower(0) > domain.lower(0) && box->upper(0) < domain.upper(0))
    material.leading_term = risk_leading_term(*problem.potential, *problem.initial, box.value(), lipschitz, times);
  for (int level = 0; level < levels; ++level) {
    if (execution.stop.stop_requested()) return Outcome::failure(Status::interrupted, "stopped on request");
    const LearningRate first(end / steps), s(end / steps * std::ldexp(1.0, -level));
    Result<RiskAtRate> both = risk_at(line, s);
    if (!both.ok()) return Outcome(both.report());
    RiskAtRate at = std::move(both).value();
    if (controls) {
      at.unscaled_noise = discrete_end_at(line, s, first.temperature());
      at.doubled_noise = discrete_end_at(line, s, Temperature(2 * s.temperature().value()));
    }
    material.ladder.push_back(std::move(at));
    if (execution.progress) execution.progress(static_cast<double>(level + 1) / levels);
  }
  return material;
}

Result<DiscreteTimeRiskMaterial> discrete_time_risk_on_a_line(const ClaimProblem& problem, Effort effort,
                                                              bool controls, const Execution& execution) {
  const int levels = effort == Effort::quick ? 7 : effort == Effort::standard ? 8 : 9;
  const Index cells = effort == Effort::quick ? 6144 : effort == Effort::standard ? 12288 : 24576;
  return discrete_time_risk_on_a_line(problem, levels, cells, controls, execution);
}

ClaimEntry discrete_time_risk_claim() {
  return {"A9",
          "discrete-time-risk",
          "isotropic-noise SGD is within B s of the diffusion's risk, Gibbs within A s of the minimum",
          "Shi, Su, Jordan 2020, excess risk in discrete time",
          rippled_parabola_problem,
          check};
}

}  // namespace sgdlimits
