#include "solvers/markov/lagrange.hpp"

#include <algorithm>
#include <cmath>

namespace sgdlimits {

LagrangeStencil::LagrangeStencil(const LineLattice& lattice, double x) {
  // (-1)^j binomial(11, j)
  static constexpr std::array<double, kSize> kBarycentric{1, -11, 55, -165, 330, -462, 462, -330, 165, -55, 11, -1};
  const double place = (x - lattice.lower) / lattice.spacing();
  first = static_cast<Index>(std::floor(place)) - (kSize / 2 - 1);
  if (lattice.wall_below) first = std::max<Index>(first, 0);
  if (lattice.wall_above) first = std::min<Index>(first, lattice.nodes - kSize);
  const double t = place - static_cast<double>(first);
  double sum = 0;
  for (Index j = 0; j < kSize; ++j) {
    const auto i = static_cast<std::size_t>(j);
    const double distance = t - static_cast<double>(j);
    if (distance == 0) {
      shares.fill(0);
      shares[i] = 1;
      return;
    }
    shares[i] = kBarycentric[i] / distance;
    sum += shares[i];
  }
  for (double& share : shares) share /= sum;
}

}  // namespace sgdlimits
