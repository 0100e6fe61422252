/// Gauss quadrature for the classical weights, as expectations.
#pragma once

#include "core/column_law.hpp"

namespace sgdlimits {

/// m nodes, exact for polynomials of degree 2 m - 1, ascending. Nodes are eigenvalues of the Jacobi matrix (Golub,
/// Welsch 1969) polished by Newton's method, weights the Christoffel numbers 1/sum_k p_k(x)^2, so that small weights
/// keep their relative accuracy; nodes whose weight underflows are left out. Throws InvalidArgument unless 1 <= m <=
/// 4096.
WeightedNodes gauss_legendre(Index m);  ///< uniform on [-1, 1]
WeightedNodes gauss_hermite(Index m);   ///< N(0, 1)
WeightedNodes gauss_laguerre(Index m);  ///< exponential of mean 1

}  // namespace sgdlimits
