/// The law of a random mini-batch as finitely many atoms.
#pragma once

#include <vector>

#include "core/points.hpp"
#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// Atoms of the mini-batch gradient g_b(x) = (1/B) sum_{i in b} grad f_i(x): row a of `gradients` (M x d) has
/// probability `weights(a)`; the weights sum to 1.
struct BatchAtoms {
  Points gradients;
  Values weights;
};

/// Uniform random batches of B of n terms.
///
/// Exact where few: batches that hold the same terms the same number of times are one atom, so there are C(n, B)
/// atoms without replacement, each of weight 1/C(n, B), and C(n+B-1, B) with, each of weight B!/(m_1! ... m_n! n^B),
/// m_i the multiplicity of term i. Beyond `max_atoms` a stated quadrature stands in: along each principal axis of the
/// batch covariance S(x) = Sigma(x)/B (times (n-B)/(n-1) without replacement; Sigma: core/finite_sum.hpp) the three
/// points 0, +-sqrt(3) sd with weights 2/3, 1/6, 1/6 (Gauss-Hermite), 3^d atoms. It has the mean and covariance of
/// the batch exactly and the third and fourth moments of a Gaussian: one step of a smooth function is wrong by s^3
/// times the third cumulant of the batch, which is O(1/B^2). Its support is not that of the batches, so it says
/// nothing rigorous about invariant sets.
class BatchLaw {
 public:
  /// Throws InvalidArgument unless n >= 1, 1 <= B (B <= n without replacement) and max_atoms >= 1.
  BatchLaw(Index terms, Index batch, Replacement replacement, Index max_atoms = 4096);

  Index terms() const { return terms_; }
  Index batch() const { return batch_; }
  Replacement replacement() const { return replacement_; }
  /// True where the atoms are the batches themselves.
  bool exact() const { return exact_; }
  /// Number of atoms in dimension d.
  Index atoms(Index d) const;
  /// Var(g_b) = factor * Sigma(x).
  double covariance_factor() const;
  /// From the gradients of all terms at one point, n x d.
  BatchAtoms at(const Points& term_gradients) const;

 private:
  void enumerate(Index max_atoms);
  BatchAtoms quadrature(const Points& term_gradients) const;

  Index terms_, batch_;
  Replacement replacement_;
  bool exact_ = false;
  /// Place b of batch a at members_[a B + b].
  std::vector<Index> members_;
  Values weights_;
};

}  // namespace sgdlimits
