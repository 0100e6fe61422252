#include "validation/orders/path_order.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/brownian_path.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"

namespace sgdlimits {
namespace {

/// The scheme and, in further coordinates, the Brownian path that drives it.
class WithBrownianPath final : public Scheme {
 public:
  WithBrownianPath(std::unique_ptr<Scheme> scheme, Index noises) : scheme_(std::move(scheme)), noises_(noises) {
    if (noises < 1 || noises > scheme_->normals_per_step())
      throw InvalidArgument("noises", std::to_string(noises),
                            "between 1 and " + std::to_string(scheme_->normals_per_step()));
  }
  std::string name() const override { return scheme_->name(); }
  Index dimension() const override { return scheme_->dimension() + noises_; }
  double step_size() const override { return scheme_->step_size(); }
  Stream stream() const override { return scheme_->stream(); }
  Index normals_per_step() const override { return scheme_->normals_per_step(); }
  Index steps_ahead() const override { return scheme_->steps_ahead(); }
  std::string remedy_for_loss() const override { return scheme_->remedy_for_loss(); }
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Index n = block.x.rows(), d = scheme_->dimension();
    PathBlock inner{{block.x.data(), n, d}, block.normals, block.first_path, block.time, block.scratch};
    scheme_->advance(inner, step, noise);
    block.x.rightCols(noises_) += std::sqrt(step_size()) * block.normals.leftCols(noises_);
  }

 private:
  std::unique_ptr<Scheme> scheme_;
  Index noises_;
};

/// N points at T of the scheme and of what it is compared with.
struct Ends {
  Points scheme, reference;
};

Ensemble start_of(const PathProblem& problem, const PathOrderOptions& options, Index dimension, std::size_t level) {
  Ensemble ensemble;
  ensemble.seed = options.seed;
  ensemble.replicate = static_cast<std::uint32_t>(level);
  ensemble.points = Points::Zero(options.paths, dimension);
  for (std::size_t i = 0; i < problem.start.size(); ++i)
    ensemble.points.col(static_cast<Index>(i)).setConstant(problem.start[i]);
  return ensemble;
}

std::int64_t steps_of(const PathProblem& problem, double step) {
  const double count = problem.until / step, rounded = std::round(count);
  if (!(step > 0) || !(rounded >= 1) || std::abs(count - rounded) > 1e-6)
    throw InvalidArgument("step", step, "the end " + shortest(problem.until) + " divided by a whole number");
  return static_cast<std::int64_t>(rounded);
}

Result<Ends> against_solution(const SchemeFactory& make, const PathProblem& problem, const PathOrderOptions& options,
                              std::size_t level, const Execution& execution) {
  const double h = options.steps[level];
  const auto d = static_cast<Index>(problem.start.size());
  const WithBrownianPath scheme(make(h), problem.noises);
  Ensemble ensemble = start_of(problem, options, scheme.dimension(), level);
  const Report report = advance(ensemble, scheme, steps_of(problem, h), execution);
  if (report.status != Status::ok) return Result<Ends>(report);
  Points exact = problem.solution(problem.until, ensemble.points.rightCols(problem.noises));
  if (exact.rows() != options.paths || exact.cols() != d || !exact.allFinite())
    return Result<Ends>::failure(Status::blew_up, "the solution is not finite on a path");
  return Ends{ensemble.points.leftCols(d), std::move(exact)};
}

Result<Ends> against_half_steps(const SchemeFactory& make, const PathProblem& problem,
                                const PathOrderOptions& options, std::size_t level, const Execution& execution) {
  const double h = options.steps[level];
  const std::int64_t steps = steps_of(problem, h);
  const std::unique_ptr<Scheme> scheme = make(h);
  Ensemble coarse = start_of(problem, options, scheme->dimension(), level), fine = coarse;
  for (const Report& report : {advance(coarse, *scheme, steps, execution),
                               advance(fine, *on_refined_path(make(h / 2), 1), 2 * steps, execution)})
    if (report.status != Status::ok) return Result<Ends>(report);
  return Ends{std::move(coarse.points), std::move(fine.points)};
}

/// error(ends) gives mean and standard error, length 1.
template <class Error>
Result<OrderEstimate> order_by_paths(const SchemeFactory& make, const PathProblem& problem,
                                     const PathOrderOptions& options, const Execution& execution,
                                     const Error& error) {
  if (options.paths < 100) throw InvalidArgument("paths", std::to_string(options.paths), "at least 100");
  OrderEstimate estimate;
  estimate.against = problem.solution ? "the solution on the same Brownian path"
                                      : "itself at half the step on the same Brownian path";
  Execution quiet = execution;
  quiet.progress = nullptr;
  double done = 0, all = 0;
  for (const double h : options.steps) all += static_cast<double>(steps_of(problem, h));
  for (std::size_t level = 0; level < options.steps.size(); ++level) {
    const Result<Ends> ends = problem.solution ? against_solution(make, problem, options, level, quiet)
                                               : against_half_steps(make, problem, options, level, quiet);
    if (!ends.ok()) return Result<OrderEstimate>(ends.report());
    const MeanAndError mean = error(ends.value());
    // a path may be far out, yet finite, so that its powers are not
    if (!mean.mean.allFinite() || !mean.standard_error.allFinite())
      return Result<OrderEstimate>::failure(
          Status::blew_up,
          fmt::format(
              "a mean over paths is not finite at step {}: paths are thrown out so far that powers overflow; {}",
              shortest(options.steps[level]), make(options.steps[level])->remedy_for_loss()));
    estimate.errors.push_back(
        {options.steps[level], Measurement::sampled(mean.mean(0), mean.standard_error(0),
                                                    fmt::format("{} pairs of paths", options.paths))});
    done += static_cast<double>(steps_of(problem, options.steps[level]));
    if (execution.progress) execution.progress(done / all);
  }
  const Result<Measurement> order = sampled_order(estimate.errors);
  if (order.ok()) estimate.order = order.value();
  return Result<OrderEstimate>(std::move(estimate), order.report());
}

/// Values of all observables, N x k.
Points values_of(PointsView x, const std::vector<Observable>& observables) {
  Scratch scratch;
  Points values(x.rows(), static_cast<Index>(observables.size()));
  for (std::size_t k = 0; k < observables.size(); ++k)
    observables[k].evaluate(x, values.col(static_cast<Index>(k)), scratch);
  return values;
}

}  // namespace

Result<OrderEstimate> strong_order(const SchemeFactory& make, const PathProblem& problem,
                                   const PathOrderOptions& options, const Execution& execution) {
  return order_by_paths(make, problem, options, execution, [&](const Ends& ends) {
    return ensemble_mean((ends.scheme - ends.reference).square().rowwise().sum().sqrt(), execution);
  });
}

Result<OrderEstimate> path_weak_order(const SchemeFactory& make, const PathProblem& problem,
                                      const std::vector<Observable>& observables, const PathOrderOptions& options,
                                      const Execution& execution) {
  if (observables.empty()) throw InvalidArgument("observables", "none", "at least one");
  const auto d = static_cast<Index>(problem.start.size());
  return order_by_paths(make, problem, options, execution, [&](const Ends& ends) {
    const Points difference =
        values_of(ends.scheme.leftCols(d), observables) - values_of(ends.reference.leftCols(d), observables);
    const Values mean = ensemble_mean(difference, execution).mean;
    const double norm = mean.matrix().norm();
    const Eigen::VectorXd direction =
        norm > 0 ? Eigen::VectorXd(mean.matrix() / norm) : Eigen::VectorXd::Unit(mean.size(), 0);
    const Values along = (difference.matrix() * direction).array();
    return ensemble_mean(along, execution);
  });
}

std::vector<Observable> order_observables(const std::vector<std::string>& coordinates) {
  std::vector<Observable> all;
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    const auto j = static_cast<Index>(i);
    all.push_back({coordinates[i], [j](PointsView x, ValuesOut out, Scratch&) { out = x.col(j); }});
    all.push_back({coordinates[i] + "^2", [j](PointsView x, ValuesOut out, Scratch&) { out = x.col(j).square(); }});
  }
  return all;
}

}  // namespace sgdlimits
