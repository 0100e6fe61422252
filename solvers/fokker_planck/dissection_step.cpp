#include "solvers/fokker_planck/dissection_step.hpp"

namespace sgdlimits {
namespace {

GridRates mass_form(const Generator& generator, double dt) {
  GridRates rates;
  for (Index j = 0; j < generator.grid().dimension(); ++j) {
    rates.up.push_back(dt * generator.rate_up(j));
    rates.down.push_back(dt * generator.rate_down(j));
  }
  rates.excess = Values::Ones(generator.grid().size());
  return rates;
}

}  // namespace

DissectionStep::DissectionStep(const Generator& generator, double dt)
    : factor_(generator.grid(), mass_form(generator, dt)) {}

void DissectionStep::step(const Values& volumes, double* rho) const {
  Eigen::Map<Values> mass(rho, volumes.size());
  mass *= volumes;
  factor_.solve(rho);
  mass /= volumes;
}

}  // namespace sgdlimits
