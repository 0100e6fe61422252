/// Laws of one number: what a column of fresh samples may be.
#pragma once

#include <memory>
#include <vector>

#include "core/column_law.hpp"

namespace sgdlimits {

/// N(mean, sd^2), sd >= 0; rule: Gauss-Hermite. sd = 0 is the constant mean.
std::shared_ptr<const ColumnLaw> gaussian_column(double mean, double sd);
/// Uniform on [lower, upper], lower < upper; rule: Gauss-Legendre.
std::shared_ptr<const ColumnLaw> uniform_column(double lower, double upper);
/// +scale and -scale with probability 1/2 each, scale > 0; the rule is exact for every m.
std::shared_ptr<const ColumnLaw> rademacher_column(double scale);
/// Density exp(-z/mean)/mean on z > 0, mean > 0; rule: Gauss-Laguerre. Of polynomial moments it has all, of
/// exponential ones E exp(t z) for t < 1/mean.
std::shared_ptr<const ColumnLaw> exponential_column(double mean);
/// exp(N(log_mean, log_sd^2)), log_sd >= 0; rule: Gauss-Hermite in the logarithm. All E z^p =
/// exp(p log_mean + p^2 log_sd^2/2), no E exp(t z) with t > 0.
std::shared_ptr<const ColumnLaw> lognormal_column(double log_mean, double log_sd);

struct MixturePart {
  double probability;  ///< greater than 0, with sum 1
  std::shared_ptr<const ColumnLaw> law;
};
/// A part with its probability, which one Gaussian chooses by its quantile; the rule is that of all parts.
std::shared_ptr<const ColumnLaw> mixture_column(std::vector<MixturePart> parts);

// Numbers must be finite and in the ranges above, else InvalidArgument.

}  // namespace sgdlimits
