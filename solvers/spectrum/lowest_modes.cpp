#include "solvers/spectrum/lowest_modes.hpp"

#include <cmath>
#include <string>

#include "core/errors.hpp"
#include "solvers/spectrum/birth_death.hpp"
#include "solvers/spectrum/block_krylov.hpp"

namespace sgdlimits {
namespace {

Modes one_dimensional(const Generator& generator, Index wanted) {
  const Index n = generator.grid().size();
  const BirthDeathChain chain{generator.rate_up(0).head(n - 1), generator.rate_down(0).head(n - 1)};
  const Values mass = generator.gibbs().averages() * generator.grid().volumes();
  const Index all = std::min(wanted + 2, n - 1);
  const Values lambda = lowest_eigenvalues(chain, all);
  Modes modes{lambda.head(wanted), lambda.tail(all - wanted), eigenfunctions(chain, mass, lambda), {}, {}};
  modes.residuals.resize(wanted);
  Values image(n);
  for (Index k = 0; k < wanted; ++k) {
    const Values v = modes.functions.col(k) * mass.sqrt();
    generator.apply_symmetrised(v, image);
    modes.residuals(k) = (image - lambda(k) * v).matrix().norm() / v.matrix().norm();
  }
  const double f_over_tau =
      (generator.potential() - generator.potential().minCoeff()).maxCoeff() / generator.temperature().value();
  // of the rates; eightfold for what extrapolation makes of it
  modes.rounding = 8 * modes.eigenvalues * 2.3e-16 * (16 + f_over_tau);
  return modes;
}

}  // namespace

Result<Modes> lowest_modes(const Generator& generator, Index wanted, const Points& start, const Execution& execution,
                           double ceiling) {
  const Index n = generator.grid().size();
  if (wanted < 1 || wanted > n - 1)
    throw InvalidArgument("modes", std::to_string(wanted), "between 1 and " + std::to_string(n - 1));
  if (start.size() > 0 && start.rows() != n)
    throw InvalidArgument("rows of the start", std::to_string(start.rows()), "the number of cells");
  if (generator.grid().dimension() == 1) return one_dimensional(generator, wanted);
  return block_krylov_modes(generator, wanted, start, ceiling, execution);
}

}  // namespace sgdlimits
