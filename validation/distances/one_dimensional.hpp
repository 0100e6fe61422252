/// Distances between two laws on the line, each with what equality of the laws would give by chance.
///
/// Notation: a has n_a independent draws, or n_a = infinity for a density; 1/n = 1/n_a + 1/n_b; X follows the
/// reference law: the density if there is one, else the pooled sample. Two densities have nothing random: then
/// `expected_under_equality` is 0 and `p_value` is 1 (undefined); compare the value with discretisation bounds.
///
/// p-values are upper bounds (W1, W2, TV) or asymptotic (KS): a verdict at level 1e-6 errs on the side of
/// equality. They suppose independent draws: not the successive points of one path.
#pragma once

#include <cstdint>

#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "validation/distances/line_law.hpp"

namespace sgdlimits {

struct Distance {
  Measurement value;               ///< with a bound on its standard deviation; no discretisation error
  double expected_under_equality;  ///< mean of the distance if both laws were equal
  double p_value;                  ///< probability under equality of a distance at least as large
};

/// W1 = int |F_a - F_b| dx, exact.
///
/// If the laws are equal, sqrt(n) W1 tends to int |B(F)| dx, B a Brownian bridge (del Barrio, Gine, Matran 1999),
/// of mean sqrt(2/pi) int sqrt(F (1 - F)) dx: the expected value. It is a norm of a Gaussian process whose
/// weak variance is the largest variance of a 1-Lipschitz function of X, which is Var X, so by Borell and
/// Tsirelson-Ibragimov-Sudakov P(sqrt(n) W1 >= mean + t) <= exp(-t^2 / (2 Var X)): the p-value.
/// `error` bounds the error of the laws themselves in W1; W1 is reduced by it before the p-value.
Distance wasserstein1(const LineLaw& a, const LineLaw& b, double error = 0);

struct ResamplingOptions {
  Index resamples = 99;    ///< at least 20
  std::uint64_t seed = 1;  ///< Stream::resampling
};

/// W2 = (int_0^1 (Q_a - Q_b)^2 du)^{1/2}, exact.
///
/// Its null law has no simple form (n W2^2 may even have no limit), so samples of the sizes n_a, n_b are drawn
/// from the reference law (parametric bootstrap, the same bits for any pool); `expected_under_equality` is theirs.
/// Standard error: the larger of their standard deviation and, for laws apart, (Var psi_a/n_a + Var
/// psi_b/n_b)^{1/2}/(2 W2), psi'(x) = 2 (x - T(x)) with T the transport map (del Barrio, Loubes 2019). p-value: n
/// W2^2 is approximately a weighted sum of chi-squares; with its mean m and variance v from the resamples and q =
/// sqrt(v/2), which is at least the largest weight, P(n W2^2 >= m + 2 q sqrt(x) + 2 q x) <= e^{-x} (Laurent, Massart
/// 2000, lemma 1). `error` as for W1.
Distance wasserstein2(const LineLaw& a, const LineLaw& b, const ResamplingOptions& options, ThreadPool& pool,
                      double error = 0);
Distance wasserstein2(const LineLaw& a, const LineLaw& b, const ResamplingOptions& options = {});

/// TV = (1/2) sum_i |a(bin_i) - b(bin_i)| over the bins between increasing edges and the two half-lines beyond:
/// at most the total variation of the laws themselves, and it depends on the bins.
///
/// Under equality the mean is about (1/2) sum_i sqrt(2 p_i (1 - p_i)/(pi n)), at most (1/2) sum_i
/// sqrt(p_i (1 - p_i)/n) =: m, and one draw changes TV by at most 1/n_a or 1/n_b, so (McDiarmid 1989)
/// P(TV >= m + t) <= exp(-2 n t^2), without asymptotics: the p-value.
/// `error` bounds the error of the laws themselves in total variation; TV is reduced by it before the p-value.
Distance total_variation(const LineLaw& a, const LineLaw& b, ValuesView edges, double error = 0);
/// Edges of bins of equal mass under the reference law (fewer than asked where it has atoms).
Values equal_mass_edges(const LineLaw& a, const LineLaw& b, Index bins);
/// On bins of equal mass under the reference law.
Distance total_variation(const LineLaw& a, const LineLaw& b, Index bins = 50, double error = 0);

/// KS = sup |F_a - F_b|, exact. One-sample (against a density) or two-sample.
///
/// p-value: Kolmogorov's law at (sqrt(n) + 0.12 + 0.11/sqrt(n)) KS (Stephens 1970). `cdf_error` bounds the
/// error of the density's F in sup norm (half of an L1 error); KS is reduced by it before the p-value.
/// expected_under_equality = sqrt(pi/2) log 2 / sqrt(n).
Distance kolmogorov_smirnov(const LineLaw& a, const LineLaw& b, double cdf_error = 0);

/// P(sup |B| > x) = 2 sum_{k>=1} (-1)^{k-1} exp(-2 k^2 x^2), B a Brownian bridge (Kolmogorov 1933).
double kolmogorov_tail(double x);

}  // namespace sgdlimits
