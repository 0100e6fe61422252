#include "solvers/fokker_planck/tridiagonal_step.hpp"

#include <algorithm>
#include <cmath>

namespace sgdlimits {

TridiagonalStep::TridiagonalStep(const Generator& generator, double dt)
    : volumes_(generator.grid().volumes()),
      inverse_pivot_(volumes_.size()),
      from_below_(volumes_.size()),
      from_above_(volumes_.size()) {
  const Values& up = generator.rate_up(0);
  const Values& down = generator.rate_down(0);
  const Index cells = volumes_.size();
  const long double step = dt;
  long double excess = 1;
  for (Index i = 0; i < cells; ++i) {
    const long double pivot = excess + step * up(i), size = volumes_(i);
    inverse_pivot_(i) = static_cast<double>(1 / pivot);
    from_below_(i) = i > 0 ? static_cast<double>(step * up(i - 1) / pivot * (volumes_(i - 1) / size)) : 0.0;
    from_above_(i) = i + 1 < cells ? static_cast<double>(step * down(i) / pivot * (volumes_(i + 1) / size)) : 0.0;
    excess = 1 + step * down(i) * (excess / pivot);
  }
}

void TridiagonalStep::step(double* rho) const {
  // Sums of short blocks are right to a few units of rounding on any number of cells, and a processor adds them up
  // while it waits for the chain.
  constexpr Index kBlock = 64;
  const Index cells = volumes_.size();
  const auto block = [&](Index begin) {
    return Eigen::Map<const Values>(rho + begin, std::min(kBlock, cells - begin));
  };
  const auto volumes = [&](Index begin) { return volumes_.segment(begin, std::min(kBlock, cells - begin)); };
  const double* inverse_pivot = inverse_pivot_.data();
  const double* from_below = from_below_.data();
  const double* from_above = from_above_.data();

  long double before = 0, after = 0, absolute = 0;
  double carry = 0;
  for (Index begin = 0; begin < cells; begin += kBlock) {
    before += (block(begin) * volumes(begin)).sum();
    for (Index i = begin; i < std::min(begin + kBlock, cells); ++i)
      rho[i] = carry = std::fma(from_below[i], carry, inverse_pivot[i] * rho[i]);
  }
  carry = 0;
  for (Index begin = (cells - 1) / kBlock * kBlock; begin >= 0; begin -= kBlock) {
    for (Index i = std::min(begin + kBlock, cells) - 1; i >= begin; --i)
      rho[i] = carry = std::fma(from_above[i], carry, rho[i]);
    after += (block(begin) * volumes(begin)).sum();
    absolute += (block(begin).abs() * volumes(begin)).sum();
  }
  if (absolute == 0) return;
  const double lost = static_cast<double>((before - after) / absolute);
  for (Index i = 0; i < cells; ++i) rho[i] = std::fma(lost, std::abs(rho[i]), rho[i]);
}

}  // namespace sgdlimits
