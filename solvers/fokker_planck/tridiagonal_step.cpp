#include "solvers/fokker_planck/tridiagonal_step.hpp"

#include <cmath>
#include <limits>

namespace sgdlimits {

namespace {

// Rounds numbers of a sequence so that the relative errors of every run of neighbours add up to less than one ulp:
// what a rounding takes, the next one gives back. Products along the sweeps are then right to rounding, also where
// equal coefficients would err in the same direction a hundred thousand times.
class Dither {
 public:
  double round(long double exact) {
    if (!(exact > std::numeric_limits<double>::min())) return static_cast<double>(exact);
    const double rounded = static_cast<double>(exact * (1 + owed_));
    owed_ += 1 - rounded / exact;
    return rounded;
  }

 private:
  long double owed_ = 0;
};

}  // namespace

TridiagonalStep::TridiagonalStep(const Generator& generator, double dt)
    : cells_(generator.grid().size()), inverse_pivot_(cells_), from_below_(cells_), from_above_(cells_) {
  const Values& up = generator.rate_up(0);
  const Values& down = generator.rate_down(0);
  const Values& vol = generator.grid().volumes();
  const long double step = dt;
  long double excess = 1;
  Dither pivots, below, above;
  for (Index i = 0; i < cells_; ++i) {
    const long double pivot = excess + step * up(i), size = vol(i);
    inverse_pivot_(i) = pivots.round(1 / pivot);
    from_below_(i) = i > 0 ? below.round(step * up(i - 1) / pivot * (vol(i - 1) / size)) : 0.0;
    from_above_(i) = i + 1 < cells_ ? above.round(step * down(i) / pivot * (vol(i + 1) / size)) : 0.0;
    excess = 1 + step * down(i) * (excess / pivot);
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
