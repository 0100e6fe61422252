/// Gradient flows of an ensemble of starts, f along them, and where they end.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "solvers/flow/flow.hpp"
#include "solvers/sde/ensemble.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr std::size_t kMostEnds = 10;

/// Two solutions at tolerances ten apart: their difference bounds the error of the better one, as errors are
/// proportional to tolerances.
struct BoundedFlow {
  FlowPaths fine, coarse;

  template <class Value>
  Measurement measured(std::size_t k, double standard_error, const std::string& how, Value value) const {
    const double best = value(fine, k);
    return Measurement(best, standard_error, std::abs(best - value(coarse, k)), Side::two_sided, Grade::estimate,
                       how);
  }
};

Result<FlowPaths> solve(const Problem& problem, const Points& starts, const std::vector<double>& times,
                        double tolerance, const Execution& execution) {
  FlowOptions options;
  options.relative_tolerance = tolerance;
  options.absolute_tolerance = 0.01 * tolerance;
  return gradient_flow(problem.potential, starts, times, options, execution);
}

void add_means(const Problem& problem, const BoundedFlow& flow, const RunContext& context, StudyRecord& record) {
  ThreadPool& pool = *context.execution.pool;
  for (std::size_t k = 0; k < flow.fine.times.size(); ++k) {
    const double time = flow.fine.times[k];
    const auto add = [&](const std::string& quantity, const Measurement& m) {
      add_row(record.rows, record.outcome.name, quantity, time, m);
    };
    for (const Observable& observable : problem.observe) {
      const auto value = [&](const FlowPaths& paths, std::size_t j) {
        return evaluate_in_chunks(
                   paths.points[j], 1,
                   [&](PointsView x, PointsOut out) {
                     Scratch scratch;
                     observable.evaluate(x, out.col(0), scratch);
                   },
                   pool)
            .mean();
      };
      const double error = flow.fine.points[k].rows() > 1
                               ? sample_means(flow.fine.points[k], {observable}, pool).front().standard_error()
                               : 0;
      add("mean " + observable.name, flow.measured(k, error, "mean over the starts", value));
    }
    add("smallest f", flow.measured(k, 0, "least over the starts", [](const FlowPaths& paths, std::size_t j) {
      return paths.energies[j].minCoeff();
    }));
    add("largest f", flow.measured(k, 0, "largest over the starts", [](const FlowPaths& paths, std::size_t j) {
      return paths.energies[j].maxCoeff();
    }));
    add("largest gradient", flow.measured(k, 0, "Euclidean norm", [&](const FlowPaths& paths, std::size_t j) {
      return std::sqrt(gradients(*problem.potential, paths.points[j]).square().rowwise().sum().maxCoeff());
    }));
  }
}

struct End {
  Index start = 0, count = 0;  ///< the first start that came here, and how many did
};

/// Ends within a thousandth of each other are one.
std::vector<End> ends_of(const Points& x) {
  std::vector<End> ends;
  for (Index i = 0; i < x.rows(); ++i) {
    const auto same = std::find_if(ends.begin(), ends.end(), [&](const End& end) {
      return (x.row(end.start) - x.row(i)).abs().maxCoeff() < 1e-3 * (1 + x.row(i).abs().maxCoeff());
    });
    if (same == ends.end())
      ends.push_back({i, 1});
    else
      ++same->count;
  }
  std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.count > b.count; });
  return ends;
}

void add_ends(const Problem& problem, const BoundedFlow& flow, StudyRecord& record) {
  const Points& last = flow.fine.points.back();
  const std::vector<End> ends = ends_of(last);
  const std::vector<std::string> coordinates = problem.potential->coordinate_names();
  const std::size_t k = flow.fine.times.size() - 1;
  for (std::size_t e = 0; e < std::min(ends.size(), kMostEnds); ++e) {
    const std::string name = fmt::format("end {}", e + 1);
    const auto add = [&](const std::string& quantity, const Measurement& m) {
      add_row(record.rows, record.outcome.name, name + quantity, std::nullopt, m);
    };
    const double share = static_cast<double>(ends[e].count) / static_cast<double>(last.rows());
    add(", share of the starts",
        Measurement::sampled(share, std::sqrt(share * (1 - share) / static_cast<double>(last.rows())),
                             fmt::format("{} of {} starts", ends[e].count, last.rows())));
    const Index start = ends[e].start;
    add(", f", flow.measured(k, 0, "of its first start",
                             [&](const FlowPaths& paths, std::size_t j) { return paths.energies[j](start); }));
    for (Index c = 0; c < std::min<Index>(last.cols(), 3); ++c)
      add(", " + coordinates[static_cast<std::size_t>(c)],
          flow.measured(k, 0, "of its first start",
                        [&](const FlowPaths& paths, std::size_t j) { return paths.points[j](start, c); }));
  }
  if (ends.size() > kMostEnds)
    record.outcome.remarks.push_back(
        fmt::format("The starts come to {} ends; the {} commonest are listed.", ends.size(), kMostEnds));
}

}  // namespace

void run_flow(RunContext& context, const Study& study, StudyRecord& record) {
  const Problem& problem = context.experiment.problem(study.problem);
  const Points starts =
      Ensemble::from_law(*problem.initial, study.paths, context.experiment.seed, context.replicate(study)).points;
  std::vector<double> times = {0.0};
  times.insert(times.end(), problem.report_at.begin(), problem.report_at.end());
  Result<FlowPaths> fine = solve(problem, starts, times, study.tolerance, context.execution);
  record.outcome.report = fine.report();
  if (!fine.ok()) return;
  Result<FlowPaths> coarse = solve(problem, starts, times, 10 * study.tolerance, context.execution);
  if (!coarse.ok()) {
    record.outcome.report = coarse.report();
    return;
  }
  const BoundedFlow flow{std::move(fine).value(), std::move(coarse).value()};
  add_means(problem, flow, context, record);
  add_ends(problem, flow, record);
  const auto& counters = record.outcome.report.counters;
  record.outcome.remarks.push_back(fmt::format(
      "{} starts in {} steps, {} refused; f fell along every one. Largest gradient at t = {}: {:.3g}.", study.paths,
      shortest(counters.at("steps")), shortest(counters.at("refused")), shortest(problem.until),
      std::sqrt(gradients(*problem.potential, flow.fine.points.back()).square().rowwise().sum().maxCoeff())));
}

}  // namespace sgdlimits::experiment
