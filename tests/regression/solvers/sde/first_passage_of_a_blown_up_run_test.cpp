// An indicator that refuses NaN (an interpolated eigenfunction does) ended a whole run with its exception when the
// ensemble blew up, where the outcome should have been blew_up.
#include <gtest/gtest.h>

#include <stdexcept>

#include "solvers/sde/ensemble.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

// Euler on x^4/4 from |x| = 3 at step 5 explodes. Fails if the indicator sees a point that is not finite.
TEST(FirstPassage, OfABlownUpRunIsAnOutcome) {
  Ensemble ensemble;
  ensemble.points = Points::Zero(1100, 1);
  ensemble.points(1050, 0) = 3;
  const auto scheme = euler_maruyama(test::minus_gradient(std::make_shared<test::DoubleWell>()), Temperature(0.5), 5);
  const Indicator never = [](PointsView x, ValuesOut inside, Scratch&) {
    if (!x.allFinite()) throw std::domain_error("not finite");
    inside.setZero();
  };
  const Result<FirstPassage> passage = first_passage(ensemble, *scheme, 30, never, Execution::with_threads(2));
  EXPECT_EQ(passage.status(), Status::blew_up);
}

}  // namespace
}  // namespace sgdlimits
