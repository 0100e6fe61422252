#include "apps/experiment/run_fit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "apps/experiment/experiment.hpp"
#include "apps/experiment/fit_inputs.hpp"
#include "apps/experiment/measured_expression.hpp"
#include "apps/report/text.hpp"
#include "core/text.hpp"

namespace sgdlimits::experiment {

namespace {

/// y - slope x as a function of all names of both.
class Pair {
 public:
  Pair(const FitSpec& fit)
      : y_(MeasuredExpression::parse(fit.y.text)), x_(MeasuredExpression::parse(fit.x.text)), names_(y_.names()) {
    for (const std::string& name : x_.names()) {
      if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
    }
  }
  const std::vector<std::string>& names() const { return names_; }
  double y(const std::vector<double>& values) const { return value(y_, values); }
  double x(const std::vector<double>& values) const { return value(x_, values); }

 private:
  double value(const MeasuredExpression& expression, const std::vector<double>& values) const {
    std::vector<double> own;
    for (const std::string& name : expression.names())
      own.push_back(values[static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin())]);
    return expression(own);
  }
  MeasuredExpression y_, x_;
  std::vector<std::string> names_;
};

/// The point was measured, but has no number with an error there.
struct Unresolved : LeftOut {};

/// The points of a group, with the errors of y - slope x.
class Group {
 public:
  Group(const FitSpec& fit, const SweepResults& results, FitOutcome& outcome)
      : fit_(fit), results_(results), outcome_(outcome), pair_(fit) {}

  void add(std::size_t run) {
    try {
      FitInputs inputs = inputs_of(pair_.names(), fit_.at, results_.sweep, results_.points[run]);
      const Carried x = carried(inputs, fit_.x.text, [&](const std::vector<double>& v) { return pair_.x(v); });
      const Carried y = carried(inputs, fit_.y.text, [&](const std::vector<double>& v) { return pair_.y(v); });
      x_has_errors_ |= x.standard_error > 0 || x.bound > 0;
      outcome_.points.push_back({run, x.value, y.value, y.standard_error, y.bound});
      inputs_.push_back(std::move(inputs));
    } catch (const Unresolved& left) {
      leave_out(run, left.why);
      incomplete_.insert(combination(run));
    } catch (const LeftOut& left) {
      leave_out(run, left.why);
      if (fit_.replicate_errors) incomplete_.insert(combination(run));
    }
  }

  void regress() {
    try {
      drop_incomplete();
      regress_once();
      if (!outcome_.line || !x_has_errors_) return;
      const double slope = outcome_.line->slope.value();
      for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const Carried rest = carry([&](const std::vector<double>& v) { return pair_.y(v) - slope * pair_.x(v); },
                                   inputs_[i].numbers, inputs_[i].correlations);
        if (!rest.why.empty()) continue;  // each of both is resolved on its own
        outcome_.points[i].standard_error = rest.standard_error;
        outcome_.points[i].bound = rest.bound;
      }
      regress_once();
    } catch (const InvalidArgument& error) {
      outcome_.report = {Status::not_converged, error.what(), {}};
      outcome_.line.reset();
    }
  }

 private:
  static Carried carried(const FitInputs& inputs, const std::string& text,
                         const std::function<double(const std::vector<double>&)>& g) {
    Carried result = carry(g, inputs.numbers, inputs.correlations);
    if (!result.why.empty()) throw Unresolved{{text + " " + result.why}};
    return result;
  }

  const std::vector<std::size_t>& combination(std::size_t run) const { return results_.points[run].point.choice; }

  void leave_out(std::size_t run, const std::string& why) {
    outcome_.left_out.push_back(results_.points[run].point.name + ": " + why);
  }

  /// Of a combination near the edge of what can be resolved only the replicates that chance has moved inwards are,
  /// and those that have not failed need not be typical: all enter or none. Where each has its own error and failed
  /// for another reason, the others stay.
  void drop_incomplete() {
    std::vector<FitPoint> points;
    std::vector<FitInputs> inputs;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (incomplete_.count(combination(outcome_.points[i].run))) {
        leave_out(outcome_.points[i].run,
                  "another replicate of these values is left out, and the others are no fair "
                  "sample without it");
        continue;
      }
      points.push_back(outcome_.points[i]);
      inputs.push_back(std::move(inputs_[i]));
    }
    outcome_.points = std::move(points);
    inputs_ = std::move(inputs);
  }

  void regress_once() {
    RegressionOptions options;
    options.seed = results_.seed;
    options.paired = fit_.replicate_errors && results_.sweep.common_random_numbers;
    const Result<RegressionFit> result =
        fit_.replicate_errors ? weighted_regression(replicated(), options) : weighted_regression(single(), options);
    outcome_.report = result.report();
    outcome_.line.reset();
    if (result.ok()) outcome_.line = result.value();
  }

  /// Runs of one seed have one group: they share random numbers.
  std::vector<RegressionPoint> single() const {
    std::map<std::uint64_t, std::uint64_t> groups;
    std::vector<RegressionPoint> points;
    for (const FitPoint& p : outcome_.points) {
      const std::uint64_t group = groups.emplace(results_.points[p.run].seed, groups.size() + 1).first->second;
      points.push_back({p.x, p.y, p.standard_error, p.bound, 0, group});
    }
    return points;
  }

  /// The replicates of each combination together, in their order.
  std::vector<ReplicatedPoint> replicated() const {
    std::map<std::vector<std::size_t>, ReplicatedPoint> groups;
    for (const FitPoint& p : outcome_.points) {
      ReplicatedPoint& group = groups[combination(p.run)];
      if (!group.values.empty() && group.x != p.x)
        throw InvalidArgument("x", shortest(p.x), "the same for all replicates of a combination",
                              "take errors = \"own\"");
      group.x = p.x;
      group.values.push_back(p.y);
      group.bound = std::max(group.bound, p.bound);
    }
    std::vector<ReplicatedPoint> points;
    for (auto& [choice, group] : groups) points.push_back(std::move(group));
    return points;
  }

  const FitSpec& fit_;
  const SweepResults& results_;
  FitOutcome& outcome_;
  Pair pair_;
  std::vector<FitInputs> inputs_;
  std::set<std::vector<std::size_t>> incomplete_;  ///< combinations of which no replicate enters
  bool x_has_errors_ = false;
};

/// The expected slope: the middle of its values at all points, their spread in the bound.
std::optional<Measurement> predicted_slope(const FitSpec& fit, const SweepResults& results, FitOutcome& outcome) {
  const MeasuredExpression expression = MeasuredExpression::parse(fit.expect->slope.text);
  double lower = INFINITY, upper = -INFINITY, error = 0;
  for (const FitPoint& p : outcome.points) {
    const PointOutcome& point = results.points[p.run];
    try {
      const FitInputs inputs = inputs_of(expression.names(), fit.at, results.sweep, point);
      const Carried slope =
          carry([&](const std::vector<double>& v) { return expression(v); }, inputs.numbers, inputs.correlations);
      if (!slope.why.empty()) throw LeftOut{"it " + slope.why};
      lower = std::min(lower, slope.value - slope.bound);
      upper = std::max(upper, slope.value + slope.bound);
      error = std::max(error, slope.standard_error);
    } catch (const LeftOut& left) {
      outcome.left_out.push_back(fmt::format("{}: expected slope: {}", point.point.name, left.why));
    }
  }
  if (!(lower <= upper)) return std::nullopt;
  return Measurement((lower + upper) / 2, error, (upper - lower) / 2, Side::two_sided, Grade::estimate,
                     fit.expect->slope.text);
}

/// The slope with so much error that, in squares with that of the prediction, it gives the sum of both: they come
/// from the same runs, and nobody knows their correlation.
Measurement beside(const Measurement& slope, const Measurement& prediction) {
  const double own = slope.standard_error(), other = prediction.standard_error();
  return {slope.value(),
          std::sqrt(own * own + 2 * own * other),
          slope.discretisation_bound(),
          slope.side(),
          slope.grade(),
          slope.how()};
}

/// The line read as a law, for the remark.
std::string law_of(const FitSpec& fit) {
  const bool log_y = fit.y.text.starts_with("log("), log_x = fit.x.text.starts_with("log(");
  return log_y && log_x ? "a power law" : log_y ? "an exponential law" : "a straight line";
}

void judge(const FitSpec& fit, const SweepResults& results, FitOutcome& outcome) {
  const RegressionFit& line = *outcome.line;
  const auto [first, last] = std::minmax_element(outcome.points.begin(), outcome.points.end(),
                                                 [](const FitPoint& a, const FitPoint& b) { return a.x < b.x; });
  const auto local = [&](double x) { return line.slope.value() + 2 * line.curvature.value() * (x - line.centre); };
  const double change = std::abs(local(last->x) - local(first->x));
  const std::string evidence = fmt::format(
      "quadratic term {} (p = {}), with which the slope goes from {} to {} over the range",
      with_interval(line.curvature), brief(line.curvature_p_value, 2), brief(local(first->x)), brief(local(last->x)));
  if (line.curvature_p_value < 0.01) {
    outcome.remark = fmt::format("not {} here: {}", law_of(fit), evidence);
  } else if (line.lack_of_fit_p_value < 0.01) {
    outcome.remark = fmt::format("the points lie off every straight line (p = {}): errors multiplied by {}",
                                 brief(line.lack_of_fit_p_value, 2), brief(line.error_scale, 3));
  }
  if (!fit.expect) return;
  const std::optional<Measurement> prediction = predicted_slope(fit, results, outcome);
  if (!prediction) {
    outcome.remark += fmt::format("{}the expected slope was measured nowhere", outcome.remark.empty() ? "" : "; ");
    return;
  }
  const double tolerance = fit.expect->tolerance.value_or(0.05 * std::abs(prediction->value()));
  const bool straight = line.curvature_p_value >= 1e-6 || change <= tolerance;
  outcome.hypotheses = {{"the points lie on a straight line, up to the tolerance of the slope", straight, evidence}};
  outcome.comparison =
      compare_equal("slope", *prediction, beside(line.slope, *prediction), tolerance, line.quantile(1e-6));
  outcome.verdict = combine(outcome.hypotheses, {*outcome.comparison});
}

/// Values of the keys of `by`.
std::vector<std::pair<std::string, std::string>> group_of(const FitSpec& fit, const Sweep& sweep,
                                                          const PointOutcome& point) {
  std::vector<std::pair<std::string, std::string>> group;
  for (std::size_t k = 0; k < sweep.keys.size(); ++k) {
    if (std::find(fit.by.begin(), fit.by.end(), sweep.keys[k].key) != fit.by.end())
      group.emplace_back(sweep.keys[k].key, point.values[k]);
  }
  return group;
}

}  // namespace

void check_names(const FitSpec& fit, const Sweep& sweep, const PointOutcome& outcome) {
  const std::map<std::string, Rows> table = rows_by_name(outcome);
  std::vector<const Placed*> expressions = {&fit.y, &fit.x};
  if (fit.expect) expressions.push_back(&fit.expect->slope);
  for (const Placed* placed : expressions) {
    const MeasuredExpression expression = MeasuredExpression::parse(placed->text);
    for (std::size_t k = 0; k < expression.names().size(); ++k) {
      const std::string& name = expression.names()[k];
      std::size_t place = 0;
      if (swept_key(sweep, name, place) || table.count(name)) continue;
      const std::string owner = name.substr(0, name.find('.') + 1);
      std::vector<std::string> known;
      for (const auto& [other, rows] : table) {
        if (other.starts_with(owner)) known.push_back(other);
      }
      if (known.empty()) continue;  // the study failed there
      const std::string near = nearest_name(name, known);
      throw ExperimentError(placed->file, placed->line,
                            placed->column + (placed->line ? static_cast<int>(expression.places()[k]) + 1 : 0),
                            fmt::format("fit.{}: {} was not measured", fit.name, name),
                            fmt::format("{}known: {}", near.empty() ? "" : fmt::format("did you mean {}? ", near),
                                        fmt::join(known, ", ")));
    }
  }
}

void run_fit(const FitSpec& fit, SweepResults& results) {
  std::vector<std::vector<std::pair<std::string, std::string>>> groups;
  for (const PointOutcome& point : results.points) {
    const auto group = group_of(fit, results.sweep, point);
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
  }
  for (const auto& values : groups) {
    FitOutcome outcome;
    outcome.name = fit.name;
    outcome.y = fit.y.text;
    outcome.x = fit.x.text;
    outcome.group = values;
    outcome.has_expectation = fit.expect.has_value();
    if (fit.expect) outcome.expected = fit.expect->verdict;
    Group group(fit, results, outcome);
    for (std::size_t run = 0; run < results.points.size(); ++run) {
      if (group_of(fit, results.sweep, results.points[run]) == values) group.add(run);
    }
    group.regress();
    if (outcome.line) judge(fit, results, outcome);
    results.fits.push_back(std::move(outcome));
  }
}

}  // namespace sgdlimits::experiment
