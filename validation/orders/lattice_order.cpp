#include "validation/orders/lattice_order.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/markov/finite_time_means.hpp"
#include "solvers/spectrum/box.hpp"

namespace sgdlimits {
namespace {

constexpr double kTail = 1e-14, kWidening = 0.05, kCoarser = 0.8;
constexpr Index kLineNodes = 200, kPositionNodes = 116, kMomentumNodes = 66, kPlaneNodes = 72, kCircleNodes = 101;

Result<Box> box_of(const Potential& potential, Temperature tau) {
  if (!potential.domain().is_everywhere())
    throw InvalidArgument("domain", "with finite ends", "the whole space", "orders are declared without walls");
  const Result<Box> box = gibbs_box(potential, tau, kTail);
  if (!box.ok()) return box;
  Box wider = box.value();
  const Values extra = kWidening * (wider.upper - wider.lower);
  wider.lower -= extra;
  wider.upper += extra;
  return wider;
}

LatticeWeight gibbs_root(const std::shared_ptr<const Potential>& potential, double tau) {
  return {[potential, tau](PointsView x, ValuesOut log_w, Scratch& scratch) {
            potential->value(x, log_w, scratch);
            log_w *= -0.5 / tau;
          },
          [potential, tau](PointsView x, PointsOut gradient, Scratch& scratch) {
            potential->gradient(x, gradient, scratch);
            gradient *= -0.5 / tau;
          }};
}

std::int64_t steps_of(double until, double step) {
  const double count = until / step, rounded = std::round(count);
  if (!(step > 0) || !(rounded >= 1) || std::abs(count - rounded) > 1e-6)
    throw InvalidArgument("step", step, "the end " + shortest(until) + " divided by a whole number");
  return static_cast<std::int64_t>(rounded);
}

Points as_row(const std::vector<double>& start, Index dimension) {
  Points row = Points::Zero(1, dimension);
  for (std::size_t i = 0; i < start.size(); ++i) row(0, static_cast<Index>(i)) = start[i];
  return row;
}

/// Every observable at every row of x, N x k.
Points all_of(const std::vector<Observable>& observables, PointsView x) {
  Points values(x.rows(), static_cast<Index>(observables.size()));
  Scratch scratch;
  for (std::size_t k = 0; k < observables.size(); ++k)
    observables[k].evaluate(x, values.col(static_cast<Index>(k)), scratch);
  return values;
}

/// Means on a lattice, and the norm of what they differ by on a coarser one: about 14 times their error, since
/// interpolation is of order 12.
struct TwoLattices {
  Values fine;
  double apart;
};

template <class Means>
TwoLattices on_two(const Lattice& lattice, const Means& means) {
  const Values coarse = means(lattice.with_nodes(kCoarser)), fine = means(lattice);
  return {fine, (coarse - fine).matrix().norm()};
}

std::string size_text(const Lattice& lattice) { return fmt::format("{} lattice nodes", lattice.size()); }

}  // namespace

Result<LatticeProblem> overdamped_lattice(std::shared_ptr<const Potential> potential, Temperature tau,
                                          const std::vector<double>& start, double until) {
  const Index d = potential->dimension();
  if (d > 2) throw InvalidArgument("dimension", std::to_string(d), "1 or 2 for a lattice", "sample paths");
  const Result<Box> box = box_of(*potential, tau);
  if (!box.ok()) return Result<LatticeProblem>(box.report());
  std::vector<LatticeAxis> axes;
  for (Index i = 0; i < d; ++i) axes.push_back({box->lower(i), box->upper(i), d == 1 ? kLineNodes : kPlaneNodes});
  const double variance = 2 * tau.value();
  BackwardEquation equation{[potential](PointsView x, PointsOut b, Scratch& scratch) {
                              potential->gradient(x, b, scratch);
                              b = -b;
                            },
                            [d, variance](PointsView, PointsOut a, Scratch&) {
                              a.setZero();
                              for (Index i = 0; i < d; ++i) a.col(i * d + i).setConstant(variance);
                            }};
  return LatticeProblem{std::move(equation), Lattice(std::move(axes), gibbs_root(potential, tau.value())), start,
                        until};
}

Result<LatticeProblem> underdamped_lattice(std::shared_ptr<const Potential> potential,
                                           const UnderdampedProblem& motion, const std::vector<double>& start,
                                           double until) {
  if (potential->dimension() != 1)
    throw InvalidArgument("positions", std::to_string(potential->dimension()), "1 for a lattice in (q, p)");
  const Result<Box> box = box_of(*potential, motion.tau);
  if (!box.ok()) return Result<LatticeProblem>(box.report());
  const double tau = motion.tau.value(), m = motion.mass, friction = motion.friction;
  const double end = (1 + 2 * kWidening) * std::sqrt(-2 * m * tau * std::log(kTail));
  const LatticeWeight of_position = gibbs_root(potential, tau);
  LatticeWeight weight{[=](PointsView x, ValuesOut log_w, Scratch& scratch) {
                         of_position.value(x.leftCols(1), log_w, scratch);
                         log_w -= x.col(1).square() / (4 * m * tau);
                       },
                       [=](PointsView x, PointsOut gradient, Scratch& scratch) {
                         of_position.gradient(x.leftCols(1), gradient.leftCols(1), scratch);
                         gradient.col(1) = -x.col(1) / (2 * m * tau);
                       }};
  BackwardEquation equation{[=](PointsView x, PointsOut b, Scratch& scratch) {
                              potential->gradient(x.leftCols(1), b.rightCols(1), scratch);
                              b.col(1) = -b.col(1) - friction * x.col(1);
                              b.col(0) = x.col(1) / m;
                            },
                            [=](PointsView, PointsOut a, Scratch&) {
                              a.setZero();
                              a.col(3).setConstant(2 * friction * m * tau);
                            }};
  std::vector<LatticeAxis> axes{{box->lower(0), box->upper(0), kPositionNodes}, {-end, end, kMomentumNodes}};
  return LatticeProblem{std::move(equation), Lattice(std::move(axes), std::move(weight)), start, until};
}

LatticeProblem circle_lattice(const BackwardEquation& equation, double period, double start, double until) {
  return {equation, Lattice({{0, period, kCircleNodes, true}}), {start}, until};
}

Result<OrderEstimate> lattice_weak_order(const ChainFactory& make, const LatticeProblem& problem,
                                         const std::vector<Observable>& observables, const std::vector<double>& steps,
                                         const Execution& execution) {
  if (observables.empty()) throw InvalidArgument("observables", "none", "at least one");
  const Points start = as_row(problem.start, problem.lattice.dimension());
  const auto functions = [&](PointsView x) { return all_of(observables, x); };
  const TwoLattices exact = on_two(problem.lattice, [&](const Lattice& lattice) {
    return kolmogorov_means(problem.equation, lattice, start, problem.until, functions);
  });
  return computed_order(
      steps, "the backward equation on a lattice", execution, [&](double h) -> Result<ComputedError> {
        const std::int64_t count = steps_of(problem.until, h);
        const LatticeChain chain = make(h);
        const FiniteTimeOptions options{chain.smoothing, chain.test.get()};
        const TwoLattices scheme = on_two(problem.lattice, [&](const Lattice& lattice) {
          return FiniteTimeMeans(*chain.chain, lattice, options, execution).means(start, count, functions);
        });
        return ComputedError{(scheme.fine - exact.fine).matrix().norm(), scheme.apart + exact.apart,
                             size_text(problem.lattice)};
      });
}

namespace {

/// E_h g - E_mu g on a lattice.
Result<Values> biases_on(const Lattice& lattice, const LatticeChain& chain,
                         const std::vector<Observable>& observables, const Execution& execution) {
  constexpr double kMostLoss = 1e-5;
  const auto functions = [&](PointsView x) { return all_of(observables, x); };
  const FiniteTimeMeans step(*chain.chain, lattice, {chain.smoothing}, execution);
  const Result<Values> means = step.stationary_means(functions);
  if (!means.ok()) return means;
  if (const double rate = means.report().counters.at("exit_rate"); rate > kMostLoss)
    return Result<Values>::failure(Status::not_converged,
                                   fmt::format("at step {} the scheme has no invariant law near: paths leave the "
                                               "lattice at rate {:.2g}; take smaller steps",
                                               shortest(chain.chain->step_size()), rate));
  Values density = (2 * (lattice.log_weight() - lattice.log_weight().maxCoeff())).exp();
  density /= density.sum();
  const Values exact = (density.matrix().transpose() * functions(lattice.points()).matrix()).transpose();
  return Values(means.value() - exact);
}

}  // namespace

Result<OrderEstimate> lattice_measure_order(const ChainFactory& make, const LatticeProblem& problem,
                                            const std::vector<Observable>& observables,
                                            const std::vector<double>& steps, const Execution& execution) {
  constexpr double kWider = 1.1;
  if (observables.empty()) throw InvalidArgument("observables", "none", "at least one");
  if ((problem.lattice.log_weight() == 0).all())
    throw InvalidArgument("weight of the lattice", "none", "the root of the invariant density");
  return computed_order(steps, "the invariant density on a lattice", execution,
                        [&](double h) -> Result<ComputedError> {
                          const LatticeChain chain = make(h);
                          if (chain.test)
                            throw InvalidArgument("scheme", chain.test->name(), "one without a Metropolis test");
                          const Lattice other = problem.lattice.with_nodes(kCoarser * kWider).widened(kWider);
                          const Result<Values> coarse = biases_on(other, chain, observables, execution),
                                               fine = biases_on(problem.lattice, chain, observables, execution);
                          for (const Result<Values>* each : {&coarse, &fine})
                            if (!each->ok()) return Result<ComputedError>(each->report());
                          return ComputedError{fine->matrix().norm(), (coarse.value() - fine.value()).matrix().norm(),
                                               size_text(problem.lattice)};
                        });
}

std::vector<Observable> position_observables() {
  const auto of = [](std::string name, auto function) {
    return Observable{std::move(name), [function](PointsView x, ValuesOut out, Scratch&) { out = function(x); }};
  };
  return {of("x", [](PointsView x) -> Values { return x.col(0); }),
          of("x^2", [](PointsView x) -> Values { return x.col(0).square(); }),
          of("sin(2*x)", [](PointsView x) -> Values { return (2 * x.col(0)).sin(); })};
}

std::vector<Observable> lattice_observables(const LatticeProblem& problem) {
  const std::vector<LatticeAxis>& axes = problem.lattice.axes();
  const auto of = [](std::string name, auto function) {
    return Observable{std::move(name), [function](PointsView x, ValuesOut out, Scratch&) { out = function(x); }};
  };
  if (axes[0].circle) {
    const double turn = 2 * std::numbers::pi / (axes[0].upper - axes[0].lower);
    return {of("cos", [turn](PointsView x) -> Values { return (turn * x.col(0)).cos(); }),
            of("sin", [turn](PointsView x) -> Values { return (turn * x.col(0)).sin(); }),
            of("sin of twice", [turn](PointsView x) -> Values { return (2 * turn * x.col(0)).sin(); })};
  }
  std::vector<Observable> all = position_observables();
  if (axes.size() == 1) return all;
  all.pop_back();
  all.push_back(of("y", [](PointsView x) -> Values { return x.col(1); }));
  all.push_back(of("y^2", [](PointsView x) -> Values { return x.col(1).square(); }));
  all.push_back(of("x*y", [](PointsView x) -> Values { return x.col(0) * x.col(1); }));
  return all;
}

}  // namespace sgdlimits
