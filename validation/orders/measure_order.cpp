#include "validation/orders/measure_order.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/markov/scheme_law.hpp"
#include "validation/rates/convergence_order.hpp"

namespace sgdlimits {

Result<OrderEstimate> line_measure_order(const ChainFactory& make, const Potential& potential, Temperature tau,
                                         const std::vector<Observable>& observables, const std::vector<double>& steps,
                                         const Execution& execution) {
  if (observables.empty()) throw InvalidArgument("observables", "none", "at least one");
  std::vector<LineFunction> functions;
  for (const Observable& observable : observables)
    functions.push_back([&observable](ValuesView x, ValuesOut h) {
      Scratch scratch;
      observable.evaluate(x, h, scratch);
    });
  const Result<std::vector<Measurement>> exact = gibbs_means(potential, tau, functions);
  if (!exact.ok()) return Result<OrderEstimate>(exact.report());
  OrderEstimate estimate;
  estimate.against = "the Gibbs measure by quadrature";
  std::vector<Measurement> errors;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (execution.stop.stop_requested())
      return Result<OrderEstimate>::failure(Status::interrupted, "stopped before step " + shortest(steps[k]));
    const LatticeChain chain = make(steps[k]);
    if (chain.test) throw InvalidArgument("scheme", chain.test->name(), "one without a Metropolis test");
    SchemeLawOptions options;
    options.smoothing = chain.smoothing;
    const Result<SchemeLaw> law = scheme_law(*chain.chain, potential, tau, functions, options);
    if (!law.ok()) return Result<OrderEstimate>(law.report());
    double square = 0, bound = 0;
    for (std::size_t j = 0; j < functions.size(); ++j) {
      square += std::pow(law->means[j].value() - exact.value()[j].value(), 2);
      bound += law->means[j].discretisation_bound() + exact.value()[j].discretisation_bound();
    }
    errors.push_back(Measurement::deterministic(std::sqrt(square), bound, Grade::estimate, law->means.front().how()));
    estimate.errors.push_back({steps[k], errors.back()});
    if (execution.progress) execution.progress(static_cast<double>(k + 1) / static_cast<double>(steps.size()));
  }
  const Result<Measurement> order = convergence_order(steps, errors);
  if (order.ok()) estimate.order = order.value();
  return Result<OrderEstimate>(std::move(estimate), order.report());
}

}  // namespace sgdlimits
