#include "validation/orders/measure_order.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "solvers/markov/scheme_law.hpp"

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
  return computed_order(steps, "the Gibbs measure by quadrature", execution, [&](double h) -> Result<ComputedError> {
    const LatticeChain chain = make(h);
    if (chain.test) throw InvalidArgument("scheme", chain.test->name(), "one without a Metropolis test");
    SchemeLawOptions options;
    options.smoothing = chain.smoothing;
    const Result<SchemeLaw> law = scheme_law(*chain.chain, potential, tau, functions, options);
    if (!law.ok()) return Result<ComputedError>(law.report());
    double square = 0, bound = 0;
    for (std::size_t j = 0; j < functions.size(); ++j) {
      square += std::pow(law->means[j].value() - exact.value()[j].value(), 2);
      bound += law->means[j].discretisation_bound() + exact.value()[j].discretisation_bound();
    }
    return ComputedError{std::sqrt(square), bound, law->means.front().how()};
  });
}

}  // namespace sgdlimits
