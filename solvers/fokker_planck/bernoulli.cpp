#include "solvers/fokker_planck/bernoulli.hpp"

#include <cmath>
#include <utility>

namespace sgdlimits {

BernoulliPair bernoulli_pair(double w) {
  const double a = std::abs(w);
  const double larger = a > 0 ? a / -std::expm1(-a) : 1.0;
  BernoulliPair pair{std::exp(-a) * larger, larger, std::exp(-0.5 * a) * larger};
  if (w < 0) std::swap(pair.forward, pair.backward);
  return pair;
}

}  // namespace sgdlimits
