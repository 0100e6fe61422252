#include <cmath>

#include "core/errors.hpp"
#include "solvers/fokker_planck/evolution.hpp"

namespace sgdlimits {
namespace {

void require_same_grid(const Generator& generator, const Density& density) {
  if (density.averages().size() != generator.grid().size())
    throw InvalidArgument("cells of the density", std::to_string(density.averages().size()),
                          "those of the generator's grid, " + std::to_string(generator.grid().size()));
}

}  // namespace

// (rho - mu)^2/mu by logs: mu may underflow where rho does not.
double chi_squared(const Generator& generator, const Density& density) {
  require_same_grid(generator, density);
  const Values difference = (density.averages() - generator.gibbs().averages()).abs();
  double sum = 0;
  for (Index i = 0; i < difference.size(); ++i)
    if (difference(i) > 0)
      sum += generator.grid().volumes()(i) * std::exp(2 * std::log(difference(i)) - generator.log_gibbs()(i));
  return sum;
}

// rho log(rho/mu) - rho + mu, cell by cell nonnegative, so that a small divergence is not a difference of large
// terms.
double kl_divergence(const Generator& generator, const Density& density) {
  require_same_grid(generator, density);
  double sum = 0;
  for (Index i = 0; i < density.averages().size(); ++i) {
    const double rho = density.averages()(i), mu = generator.gibbs().averages()(i);
    double term = mu;
    if (rho > 0 && mu > 0 && std::abs(rho - mu) < 0.5 * mu) {
      const double x = (rho - mu) / mu;
      term = mu * ((1 + x) * std::log1p(x) - x);
    } else if (rho > 0) {
      term = rho * (std::log(rho) - generator.log_gibbs()(i)) - rho + mu;
    }
    sum += term * generator.grid().volumes()(i);
  }
  return sum;
}

}  // namespace sgdlimits
