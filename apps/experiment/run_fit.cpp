#include "apps/experiment/run_fit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "apps/experiment/experiment.hpp"
#include "apps/experiment/measured_expression.hpp"
#include "apps/report/text.hpp"
#include "core/text.hpp"

namespace sgdlimits::experiment {

namespace {

using Rows = std::vector<const MeasurementRow*>;

/// Rows by STUDY.QUANTITY. Quantities whose plain names coincide are told apart by "_2", "_3", ... in their order.
std::map<std::string, Rows> rows_by_name(const PointOutcome& outcome) {
  std::map<std::string, Rows> table;
  for (const MeasurementRow& row : outcome.rows) {
    const std::string first = plain_name(row.study) + "." + plain_name(row.quantity);
    std::string name = first;
    for (int n = 2; table.count(name); ++n) {
      const MeasurementRow& other = *table.at(name).front();
      if (other.study == row.study && other.quantity == row.quantity) break;
      name = fmt::format("{}_{}", first, n);
    }
    table[name].push_back(&row);
  }
  return table;
}

const SweptKey* swept_key(const Sweep& sweep, const std::string& name, std::size_t& place) {
  for (place = 0; place < sweep.keys.size(); ++place) {
    if (sweep.keys[place].name == name) return &sweep.keys[place];
  }
  return nullptr;
}

/// Why a point has no place on the line.
struct LeftOut {
  std::string why;
};

/// The row at a time, or the last one.
const MeasurementRow& row_at(const Rows& rows, std::optional<double> at, const std::string& name) {
  if (!at || !rows.front()->time) return *rows.back();
  for (const MeasurementRow* row : rows) {
    if (row->time == at) return *row;
  }
  throw LeftOut{fmt::format("{} was not measured at t = {}", name, shortest(*at))};
}

/// The numbers of a point that an expression asks for.
std::vector<Uncertain> inputs_of(const std::vector<std::string>& names, std::optional<double> at, const Sweep& sweep,
                                 const PointOutcome& outcome) {
  const std::map<std::string, Rows> table = rows_by_name(outcome);
  std::vector<Uncertain> inputs;
  for (const std::string& name : names) {
    std::size_t place = 0;
    if (swept_key(sweep, name, place)) {
      const std::optional<double> value = number_of(outcome.values[place]);
      if (!value) throw LeftOut{fmt::format("{} = {} is no number", name, outcome.values[place])};
      inputs.push_back({name, *value, 0, 0});
      continue;
    }
    const auto found = table.find(name);
    if (found == table.end()) {
      const std::string why = outcome.why();
      throw LeftOut{fmt::format("{} was not measured{}", name, why.empty() ? "" : " (" + why + ")")};
    }
    const Measurement& m = row_at(found->second, at, name).measurement;
    if (m.side() != Side::two_sided) throw LeftOut{fmt::format("{} is known from one side only", name)};
    inputs.push_back({name, m.value(), m.standard_error(), m.discretisation_bound()});
  }
  return inputs;
}

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

/// The points of a group, with the errors of y - slope x.
class Group {
 public:
  Group(const FitSpec& fit, const SweepResults& results, FitOutcome& outcome)
      : fit_(fit), results_(results), outcome_(outcome), pair_(fit) {}

  void add(std::size_t run) {
    const PointOutcome& point = results_.points[run];
    try {
      std::vector<Uncertain> inputs = inputs_of(pair_.names(), fit_.at, results_.sweep, point);
      const Carried x = carry([&](const std::vector<double>& v) { return pair_.x(v); }, inputs);
      const Carried y = carry([&](const std::vector<double>& v) { return pair_.y(v); }, inputs);
      if (!std::isfinite(x.value)) throw LeftOut{fmt::format("{} is not defined there", fit_.x.text)};
      if (!std::isfinite(y.value)) throw LeftOut{fmt::format("{} is not defined there", fit_.y.text)};
      x_has_errors_ |= x.standard_error > 0 || x.bound > 0;
      outcome_.points.push_back({run, x.value, y.value, y.standard_error, y.bound});
      inputs_.push_back(std::move(inputs));
    } catch (const LeftOut& left) {
      outcome_.left_out.push_back(point.point.name + ": " + left.why);
    }
  }

  void regress() {
    regress_once();
    if (!outcome_.line || !x_has_errors_) return;
    const double slope = outcome_.line->slope.value();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const Carried rest =
          carry([&](const std::vector<double>& v) { return pair_.y(v) - slope * pair_.x(v); }, inputs_[i]);
      if (!std::isfinite(rest.value)) continue;  // each of both is finite on its own
      outcome_.points[i].standard_error = rest.standard_error;
      outcome_.points[i].bound = rest.bound;
    }
    regress_once();
  }

 private:
  void regress_once() {
    RegressionOptions options;
    options.seed = results_.seed;
    const auto keep = [&](const Result<RegressionFit>& result) {
      outcome_.report = result.report();
      outcome_.line.reset();
      if (result.ok()) outcome_.line = result.value();
    };
    try {
      if (fit_.replicate_errors) {
        keep(weighted_regression(replicated(), options));
      } else {
        std::vector<RegressionPoint> points;
        for (const FitPoint& p : outcome_.points) points.push_back({p.x, p.y, p.standard_error, p.bound});
        keep(weighted_regression(points, options));
      }
    } catch (const InvalidArgument& error) {
      outcome_.report = {Status::not_converged, error.what(), {}};
      outcome_.line.reset();
    }
  }

  /// The replicates of each combination together.
  std::vector<ReplicatedPoint> replicated() const {
    std::map<std::vector<std::size_t>, ReplicatedPoint> groups;
    for (const FitPoint& p : outcome_.points) {
      ReplicatedPoint& group = groups[results_.points[p.run].point.choice];
      if (!group.values.empty() && group.x != p.x)
        throw InvalidArgument("x", shortest(p.x), "the same for all replicates of a combination",
                              "take errors = \"own\"");
      group.x = p.x;
      group.values.push_back(p.y);
      group.bound = std::max(group.bound, p.bound);
    }
    std::vector<ReplicatedPoint> points;
    for (auto& [choice, group] : groups) {
      if (group.values.size() >= 2) points.push_back(std::move(group));
    }
    return points;
  }

  const FitSpec& fit_;
  const SweepResults& results_;
  FitOutcome& outcome_;
  Pair pair_;
  std::vector<std::vector<Uncertain>> inputs_;
  bool x_has_errors_ = false;
};

/// The expected slope: the middle of its values at all points, their spread in the bound.
std::optional<Measurement> predicted_slope(const FitSpec& fit, const SweepResults& results, FitOutcome& outcome) {
  const MeasuredExpression expression = MeasuredExpression::parse(fit.expect->slope.text);
  double lower = INFINITY, upper = -INFINITY, error = 0;
  for (const FitPoint& p : outcome.points) {
    const PointOutcome& point = results.points[p.run];
    try {
      const Carried slope = carry([&](const std::vector<double>& v) { return expression(v); },
                                  inputs_of(expression.names(), fit.at, results.sweep, point));
      if (!std::isfinite(slope.value)) throw LeftOut{"it is not defined there"};
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
  outcome.comparison = compare_equal("slope", *prediction, line.slope, tolerance, line.quantile(1e-6));
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
