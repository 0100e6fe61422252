#include "validation/rates/plateau.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "support/coverage/rates.hpp"

namespace sgdlimits {
namespace {

// Two exponentials of small noise: the window starts where the faster one has died out to the errors, not before. At
// t = .5 it is e^{-1.5} = .22 of the slower one, a hundred errors. Fails if the earliest window is taken.
TEST(Plateau, StartsAfterTheFasterTerm) {
  const test::NoisyExponentials data({1, 1}, {1, 4}, 1e-3, 5);
  const PlateauFit plateau = fit_decay_on_plateau(data.times, data.values, data.covariance).value();
  EXPECT_GT(data.times[static_cast<std::size_t>(plateau.fit.first)], 0.5);
  EXPECT_LE(plateau.fit.rate.lower(), 1);
  EXPECT_GE(plateau.fit.rate.upper(), 1);
  // all times would have given a rate far from 1 (twin)
  EXPECT_GT(fit_decay(data.times, data.values, data.covariance)->rate.value(), 1.2);
}

// A curve whose local rate never settles has no plateau, and says so: log v = -t^2, far beyond its errors.
TEST(Plateau, RefusesGaussianDecay) {
  const test::NoisyExponentials data({1}, {1}, 1e-5, 6);
  Values values(24);
  for (Index i = 0; i < 24; ++i) values(i) = std::exp(-std::pow(data.times[static_cast<std::size_t>(i)], 2) / 2);
  EXPECT_EQ(fit_decay_on_plateau(data.times, values, data.covariance).status(), Status::not_converged);
  EXPECT_THROW(fit_decay_on_plateau(data.times, values, 0 * data.covariance), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
