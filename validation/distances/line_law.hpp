/// Probability laws on the line, from a grid or from a sample, in one representation.
#pragma once

#include "core/grid.hpp"
#include "core/points.hpp"

namespace sgdlimits {

/// A law by its distribution function F: piecewise linear between knots, with jumps at knots.
///
/// A density with constant cells gives an F without jumps; a sample gives a step function. So every functional of
/// F and of the quantile function Q(u) = inf{x : F(x) >= u} is computed exactly, for any pair of the two kinds.
class LineLaw {
 public:
  /// From cell averages on a one-dimensional grid (`Density::marginal` for one coordinate), divided by its mass.
  /// Throws InvalidArgument if the grid is not one-dimensional or the mass is zero.
  static LineLaw from_density(const Density& density);
  /// The empirical law of independent draws (any order, at least one, finite).
  static LineLaw from_sample(ValuesView sample);
  /// With weights >= 0, normalised; the effective size is (sum w)^2 / sum w^2 (Kish 1965).
  static LineLaw from_sample(ValuesView sample, ValuesView weights);

  /// Strictly increasing x_k, and F(x_k-) and F(x_k).
  const Values& knots() const { return knots_; }
  const Values& before() const { return before_; }
  const Values& after() const { return after_; }

  bool is_sample() const { return sample_size_ > 0; }
  /// Effective number of independent draws; 0 for a law given by a density.
  double sample_size() const { return sample_size_; }

  /// F(x), right-continuous.
  double distribution(double x) const;
  /// F(x_i-) and F(x_i) at increasing x, in one sweep; all of one length.
  void distribution_at(ValuesView increasing_x, ValuesOut before, ValuesOut after) const;
  /// Q(u) for 0 < u < 1.
  double quantile(double u) const;
  /// Q at increasing u, in one sweep.
  Values quantiles(ValuesView increasing_u) const;
  double mean() const;
  double variance() const;

 private:
  LineLaw(Values knots, Values before, Values after, double sample_size);
  Values knots_, before_, after_;
  double sample_size_ = 0;
};

/// The mixture (n_a a + n_b b)/(n_a + n_b) of two samples; of a sample and a density, the density.
LineLaw pooled(const LineLaw& a, const LineLaw& b);

}  // namespace sgdlimits
