/// The Bernoulli function of exponential fitting, for both signs of its argument at once.
#pragma once

namespace sgdlimits {

/// B(w) = w/(e^w - 1), B(0) = 1, and B(-w) = B(w) + w, and their geometric mean (w/2)/sinh(w/2).
struct BernoulliPair {
  double forward;         ///< B(w)
  double backward;        ///< B(-w)
  double geometric_mean;  ///< sqrt(B(w) B(-w))
};

/// For every finite w, without overflow, each to a few ulp (underflow to zero where the truth is below the smallest
/// double). The larger of the two is |w|/(1 - e^{-|w|}) by expm1, the smaller is e^{-|w|} times that: so detailed
/// balance B(w)/B(-w) = e^{-w} holds by construction.
BernoulliPair bernoulli_pair(double w);

}  // namespace sgdlimits
