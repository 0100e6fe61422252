#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/commands/interruption.hpp"
#include "apps/commands/order_question.hpp"
#include "apps/commands/progress.hpp"
#include "apps/report/json.hpp"
#include "apps/report/text.hpp"
#include "core/text.hpp"
#include "models/formula/column_expression.hpp"
#include "validation/orders/measure_order.hpp"

namespace sgdlimits {

namespace {

using Json = nlohmann::ordered_json;

std::optional<double> declared_order(const SchemeOrders& orders, OrderKind kind) {
  switch (kind) {
    case OrderKind::strong: return orders.strong;
    case OrderKind::weak: return orders.weak;
    default: return orders.invariant_measure;
  }
}

constexpr OrderKind kKinds[] = {OrderKind::strong, OrderKind::weak, OrderKind::invariant_measure};

std::string all_declared(const SchemeOrders& orders) {
  std::string text;
  for (const OrderKind kind : kKinds)
    if (const std::optional<double> order = declared_order(orders, kind))
      text += (text.empty() ? "" : ", ") + to_string(kind) + " " + (std::isinf(*order) ? "exact" : shortest(*order));
  return text.empty() ? "none" : text;
}

/// What is to be measured, and how.
struct OrderPlan {
  OrderKind kind;
  double declared;
  bool on_lattice;
  std::vector<double> steps;
  std::vector<Observable> observables;  ///< empty: the method's own
  Index paths;
};

OrderKind asked_kind(const OrderArguments& a, const SchemeOrders& orders) {
  if (!a.kind.empty()) return order_kind_from_name(a.kind);
  for (const OrderKind kind : kKinds)
    if (const auto order = declared_order(orders, kind); order && std::isfinite(*order)) return kind;
  throw UsageError(fmt::format("{} has no order to measure; it declares: {}", a.scheme, all_declared(orders)));
}

/// T 2^-first, ..., T 2^-last.
std::vector<double> halvings(double until, int first, int last) {
  std::vector<double> steps;
  for (int level = first; level <= last; ++level) steps.push_back(std::ldexp(until, -level));
  return steps;
}

std::vector<double> plan_steps(const OrderArguments& a, const OrderProblem& problem, OrderKind kind,
                               bool on_lattice) {
  if (!a.steps.empty()) {
    std::vector<double> steps;
    for (const std::string& text : a.steps) {
      steps.push_back(to_number("--steps", text));
      if (!(steps.back() > 0) || std::isinf(steps.back()))
        throw UsageError("--steps holds " + text + " but must be positive and finite");
    }
    std::sort(steps.begin(), steps.end(), std::greater<>());
    if (const auto twice = std::adjacent_find(steps.begin(), steps.end()); twice != steps.end())
      throw UsageError("--steps holds " + shortest(*twice) + " twice");
    if (steps.size() < 4) throw UsageError("--steps holds fewer than the four steps that an order needs");
    return steps;
  }
  const double until = problem.paths.until;
  if (kind == OrderKind::strong) return halvings(until, 4, 9);
  if (kind == OrderKind::invariant_measure) return problem.line ? halvings(0.1, 0, 5) : halvings(0.4, 0, 4);
  if (!on_lattice) return halvings(until, 3, 7);
  if (a.scheme == "adaptive-euler") return halvings(until, 5, 10);  // no step is cut
  const bool plane = problem.coordinates.size() == 2;
  return plane ? halvings(until, 2, 6) : halvings(until, 3, 8);
}

std::vector<Observable> asked_observables(const OrderArguments& a, const OrderProblem& problem) {
  std::vector<Observable> observables;
  for (const std::string& text : a.observe) {
    const ColumnExpression expression = ColumnExpression::parse(text, problem.coordinates);
    std::vector<Index> columns;
    for (const std::string& name : expression.names())
      columns.push_back(std::find(problem.coordinates.begin(), problem.coordinates.end(), name) -
                        problem.coordinates.begin());
    observables.push_back({text, [expression, columns](PointsView x, ValuesOut out, Scratch&) {
                             Points used(x.rows(), static_cast<Index>(columns.size()));
                             for (std::size_t j = 0; j < columns.size(); ++j)
                               used.col(static_cast<Index>(j)) = x.col(columns[j]);
                             out = expression.evaluate(used);
                           }});
  }
  return observables;
}

OrderPlan plan_of(const OrderArguments& a, const OrderProblem& problem) {
  const SchemeOrders orders = problem.make(1e-2)->orders();
  const OrderKind kind = asked_kind(a, orders);
  const std::optional<double> declared = declared_order(orders, kind);
  if (!declared)
    throw UsageError(
        fmt::format("{} declares no {} order; it declares: {}", a.scheme, to_string(kind), all_declared(orders)));
  if (std::isinf(*declared))
    throw UsageError(fmt::format("the invariant measure of {} is exact at every step: there is no order", a.scheme));
  if (kind == OrderKind::invariant_measure && !((problem.line || problem.underdamped) && problem.chain))
    throw UsageError(
        fmt::format("the order of the invariant measure is computed for schemes with one position, overdamped or "
                    "underdamped, whose steps are functions of Gaussians alone; {} on {} is not one",
                    a.scheme, problem.name));
  if (kind == OrderKind::strong && !a.observe.empty())
    throw UsageError("--observe belongs to weak and measure orders");
  // a solution by the side is the better witness: it does not come from the same coefficients
  const bool on_lattice = kind != OrderKind::strong && problem.lattice && problem.chain;
  if (kind == OrderKind::weak && !on_lattice && a.scheme == "mala")
    throw UsageError("the weak order of mala is computed on a line; this problem has more coordinates");
  const Index paths = a.paths.value_or(kind == OrderKind::strong ? 20'000 : 200'000);
  return {kind, *declared, on_lattice, plan_steps(a, problem, kind, on_lattice), asked_observables(a, problem),
          paths};
}

Result<OrderEstimate> estimate_of(const OrderArguments& a, const OrderProblem& problem, const OrderPlan& plan,
                                  const Execution& execution) {
  const PathOrderOptions options{plan.steps, plan.paths, a.seed};
  if (plan.kind == OrderKind::strong) return strong_order(problem.make, problem.paths, options, execution);
  if (!plan.on_lattice) {
    const std::vector<Observable> observables =
        plan.observables.empty() ? order_observables(problem.coordinates) : plan.observables;
    return path_weak_order(problem.make, problem.paths, observables, options, execution);
  }
  const Result<LatticeProblem> lattice = problem.lattice();
  if (!lattice.ok()) return Result<OrderEstimate>(lattice.report());
  const bool positions_alone = plan.kind == OrderKind::invariant_measure && problem.underdamped;
  const std::vector<Observable> observables = !plan.observables.empty() ? plan.observables
                                              : positions_alone         ? position_observables()
                                                                        : lattice_observables(lattice.value());
  if (plan.kind == OrderKind::weak)
    return lattice_weak_order(problem.chain, lattice.value(), observables, plan.steps, execution);
  if (problem.line)
    return line_measure_order(problem.chain, *problem.line, *problem.temperature, observables, plan.steps, execution);
  return lattice_measure_order(problem.chain, lattice.value(), observables, plan.steps, execution);
}

Json order_json(const OrderArguments& a, const OrderProblem& problem, const OrderPlan& plan,
                const Result<OrderEstimate>& estimate, const OrderVerdict& verdict) {
  Json json{{"schema", 1},
            {"status", to_string(estimate.status())},
            {"why", estimate.why()},
            {"scheme", a.scheme},
            {"kind", to_string(plan.kind)},
            {"problem", problem.name},
            {"equation", problem.statement},
            {"start", problem.paths.start},
            {"until", problem.paths.until},
            {"method", plan.on_lattice ? "lattice" : "paths"},
            {"against", estimate.has_value() ? Json(estimate->against) : Json(nullptr)}};
  if (!plan.on_lattice) {
    json["paths"] = plan.paths;
    json["seed"] = std::to_string(a.seed);
  }
  json["steps"] = plan.steps;
  json["errors"] = Json::array();
  if (estimate.has_value())
    for (const StepError& each : estimate->errors) json["errors"].push_back(to_json(each.error));
  const bool there = estimate.ok();
  json["order"] = there ? Json(estimate->order.value()) : Json(nullptr);
  json["interval"] = there ? Json{estimate->order.lower(), estimate->order.upper()} : Json(nullptr);
  json["level"] = 1e-6;
  json["declared"] = plan.declared;
  json["verdict"] = to_string(verdict.verdict);
  json["sharp"] = verdict.sharp;
  json["reason"] = verdict.why;
  return json;
}

std::string order_text(const OrderArguments& a, const OrderProblem& problem, const OrderPlan& plan,
                       const Result<OrderEstimate>& estimate, const OrderVerdict& verdict) {
  std::string text = fmt::format("{}: {}\n{} order of {} at T = {}, ", problem.name, problem.statement,
                                 to_string(plan.kind), a.scheme, shortest(problem.paths.until));
  if (plan.kind == OrderKind::invariant_measure)
    text = fmt::format("{}: {}\norder of the invariant measure of {}, ", problem.name, problem.statement, a.scheme);
  text += plan.on_lattice ? "no sampling" : fmt::format("{} paths a step, seed {}", plan.paths, a.seed);
  if (estimate.has_value()) {
    text += "; against " + estimate->against + "\n\n";
    TextTable table({"step", "error", plan.on_lattice ? "bound" : "standard error"});
    for (const StepError& each : estimate->errors)
      table.add({shortest(each.step), brief(each.error.value(), 5),
                 brief(plan.on_lattice ? each.error.discretisation_bound() : each.error.standard_error(), 2)});
    text += table.str();
  }
  if (!estimate.ok()) return text + fmt::format("\n{}: {}\n", to_string(estimate.status()), estimate.why());
  return text + fmt::format("\norder {} in [{}, {}], declared {}: {}{}\n({})\n", brief(estimate->order.value()),
                            brief(estimate->order.lower()), brief(estimate->order.upper()), shortest(plan.declared),
                            to_string(verdict.verdict), verdict.sharp ? ", sharp" : "", verdict.why);
}

}  // namespace

ExitStatus order(const OrderArguments& arguments, const PotentialFactories& user) {
  const OrderProblem problem = order_problem(arguments, user);
  const OrderPlan plan = plan_of(arguments, problem);
  const Result<OrderEstimate> estimate = [&] {
    const Interruption interruption;
    Progress progress(arguments.quiet);
    progress.begin("order of " + arguments.scheme);
    Execution execution = Execution::with_threads(thread_count(arguments));
    execution.stop = interruption.token();
    execution.progress = [&](double fraction) { progress.set(fraction); };
    return estimate_of(arguments, problem, plan, execution);
  }();
  if (!estimate.has_value() && estimate.status() == Status::interrupted) {
    complain(to_string(estimate.status()) + ": " + estimate.why());
    return status_of(estimate.status());
  }
  const OrderVerdict verdict = estimate.ok() ? judge_order(estimate->order, plan.declared)
                                             : OrderVerdict{Verdict::undecided, false, estimate.why()};
  print(arguments.json ? order_json(arguments, problem, plan, estimate, verdict).dump(2) + "\n"
                       : order_text(arguments, problem, plan, estimate, verdict));
  return estimate.ok() ? status_of(verdict.verdict, Verdict::consistent) : status_of(estimate.status());
}

}  // namespace sgdlimits
