#include "solvers/fokker_planck/tridiagonal_step.hpp"

#include <cmath>

namespace sgdlimits {

TridiagonalStep::TridiagonalStep(const Generator& generator, double dt)
    : cells_(generator.grid().size()), inverse_pivot_(cells_), from_below_(cells_), from_above_(cells_) {
  const Values& up = generator.rate_up(0);
  const Values& down = generator.rate_down(0);
  const Values& vol = generator.grid().volumes();
  double excess = 1;
  for (Index i = 0; i < cells_; ++i) {
    const double pivot = excess + dt * up(i);
    inverse_pivot_(i) = 1 / pivot;
    from_below_(i) = i > 0 ? dt * up(i - 1) / pivot * (vol(i - 1) / vol(i)) : 0.0;
    from_above_(i) = i + 1 < cells_ ? dt * down(i) / pivot * (vol(i + 1) / vol(i)) : 0.0;
    excess = 1 + dt * down(i) * (excess / pivot);
  }
}

void TridiagonalStep::step(double* rho) const {
  const double* inverse_pivot = inverse_pivot_.data();
  const double* from_below = from_below_.data();
  const double* from_above = from_above_.data();
  double carry = 0;
  for (Index i = 0; i < cells_; ++i) rho[i] = carry = std::fma(from_below[i], carry, inverse_pivot[i] * rho[i]);
  carry = 0;
  for (Index i = cells_ - 1; i >= 0; --i) rho[i] = carry = std::fma(from_above[i], carry, rho[i]);
}

}  // namespace sgdlimits
