#include "solvers/spectrum/inertia.hpp"

#include <fmt/format.h>

#include <cmath>

#include "solvers/spectrum/birth_death.hpp"
#include "solvers/spectrum/shifted_factor.hpp"

namespace sgdlimits {
namespace {

/// Pivots of a birth-death chain relative to its largest entry.
double chain_pivot_growth(const BirthDeathChain& chain, double lambda) {
  double p = -lambda, largest = 0, entry = 0;
  for (Index i = 0; i < chain.up.size(); ++i) {
    const double d = chain.up(i) + p;
    largest = std::max(largest, std::abs(d));
    entry = std::max(entry, chain.up(i) + (i > 0 ? chain.down(i - 1) : 0.0));
    p = chain.down(i) * (p / d) - lambda;
  }
  return std::max(largest, std::abs(p)) / entry;
}

}  // namespace

CountProof prove_count(const Generator& generator, ValuesView computed, ValuesView further) {
  CountProof proof;
  Values all(computed.size() + further.size());
  all << computed, further;
  Index below = computed.size();
  while (below < all.size() && all(below) - all(below - 1) < 1e-3 * all(below)) ++below;
  const double low = all(below - 1), high = below < all.size() ? all(below) : 1.1 * low;
  proof.shift = 0.5 * (low + high);
  proof.nearest_ritz_distance = 0.5 * (high - low);
  double rounding = 0;
  if (generator.grid().dimension() == 1) {
    const Index n = generator.grid().size();
    const BirthDeathChain chain{generator.rate_up(0).head(n - 1), generator.rate_down(0).head(n - 1)};
    proof.eigenvalues_below = eigenvalues_below(chain, proof.shift);
    proof.pivot_growth = chain_pivot_growth(chain, proof.shift);
    rounding = 1e-13 * proof.shift;
  } else {
    const Eigen::SparseMatrix<double> matrix = generator.symmetrised_matrix();
    ShiftedFactor factor(matrix);
    if (!factor.factorise(proof.shift)) {
      proof.why_not = fmt::format("a pivot of H - {:.6g} I is zero", proof.shift);
      return proof;
    }
    proof.eigenvalues_below = factor.negative_pivots();
    proof.pivot_growth = factor.pivot_growth();
    rounding = 1e-14 * (1 + proof.pivot_growth) * generator.largest_eigenvalue_bound();
  }
  if (proof.eigenvalues_below != below + 1)
    proof.why_not = fmt::format("{} eigenvalues lie below {:.6g}, but {} were computed, zero included",
                                proof.eigenvalues_below, proof.shift, below + 1);
  else if (proof.nearest_ritz_distance < rounding)
    proof.why_not =
        fmt::format("the nearest Ritz value is {:.2g} from the shift, rounding is {:.2g} (pivot growth {:.2g})",
                    proof.nearest_ritz_distance, rounding, proof.pivot_growth);
  proof.done = proof.why_not.empty();
  return proof;
}

}  // namespace sgdlimits
