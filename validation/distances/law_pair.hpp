/// Two laws on their common knots: what all distances on the line sweep over.
#pragma once

#include "validation/distances/line_law.hpp"

namespace sgdlimits {

/// Both distribution functions at the merged knots; between neighbours both are linear.
struct LawPair {
  Values knots;
  Values a_before, a_after, b_before, b_after;

  LawPair(const LineLaw& a, const LineLaw& b);
};

/// 1/n_a + 1/n_b, where a density counts as infinitely many draws.
double inverse_sample_size(const LineLaw& a, const LineLaw& b);

}  // namespace sgdlimits
