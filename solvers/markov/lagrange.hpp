/// Local polynomial interpolation on equidistant nodes; internal to solvers/markov.
#pragma once

#include <array>

#include "solvers/markov/one_step_operator.hpp"

namespace sgdlimits {

/// Share of each of 12 neighbouring nodes in a value at x: shares[j] belongs to node first + j, which may lie beyond
/// a free end (values there are 0) but not beyond a wall. Barycentric form (Berrut, Trefethen 2004).
struct LagrangeStencil {
  static constexpr Index kSize = 12;
  Index first;
  std::array<double, kSize> shares;

  LagrangeStencil(const LineLattice& lattice, double x);
};

}  // namespace sgdlimits
