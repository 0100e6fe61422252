/// Tests of means, and the level of a whole list of them.
#pragma once

#include "core/measurement.hpp"
#include "core/points.hpp"

namespace sgdlimits {

/// The level at which every verdict of this toolkit is given: the chance of refuting a truth.
inline constexpr double kVerdictLevel = 1e-6;

/// P(|Z| > |z|) for a standard normal Z.
double two_sided_p_value(double z);
/// z with P(|Z| > z) = level/tests (Bonferroni): the list as a whole errs with probability at most `level`.
double bonferroni_quantile(double level, Index tests);

/// Difference of two independent measurements over its standard error, after the discretisation bounds of both
/// have been taken off its absolute value (never below zero).
struct MeanTest {
  double difference = 0, standard_error = 0, z = 0, p_value = 1;
};
MeanTest mean_test(const Measurement& a, const Measurement& b);

/// Hotelling's test that the mean of m-vectors is zero, N mean^T S^{-1} mean, by its chi-squared limit with as many
/// degrees as S has rank.
struct SampleCovariance;
double hotelling_p_value(const SampleCovariance& sample);

}  // namespace sgdlimits
