#include "validation/rates/convergence_order.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

const std::vector<double> kSteps{0.2, 0.1, 0.05, 0.025, 0.0125};

Result<Measurement> order_of(const std::function<double(double)>& error, double bound = 0, std::size_t count = 5) {
  std::vector<double> steps(kSteps.begin(), kSteps.begin() + static_cast<long>(count));
  std::vector<Measurement> errors;
  for (const double h : steps) errors.push_back(Measurement::deterministic(error(h), bound, Grade::estimate, ""));
  return convergence_order(steps, errors);
}

// e = C h^p (1 + c h^q): the interval contains p and is narrow enough to exclude p +- 1/2, whatever the sign of C and
// c and the next order q, that of an even expansion and of half orders among them. Fails if the next term is not
// seen.
TEST(ConvergenceOrder, ContainsTheOrder) {
  for (const double p : {0.5, 1.0, 1.5, 2.0, 4.0})
    for (const double c : {-2.0, 0.0, 3.0})
      for (const double q : {0.5, 1.0, 2.0}) {
        const double scale = q == 0.5 ? 0.3 : 1;
        const auto order =
            order_of([&](double h) { return -0.3 * std::pow(h, p) * (1 + scale * c * std::pow(h, q)); });
        ASSERT_TRUE(order.ok());
        EXPECT_LE(order->lower(), p + 1e-12) << p << " " << c << " " << q;
        EXPECT_GE(order->upper(), p - 1e-12) << p << " " << c << " " << q;
        EXPECT_GT(order->lower(), p - 0.5) << p << " " << c << " " << q;
        EXPECT_LT(order->upper(), p + 0.5) << p << " " << c << " " << q;
      }
}

// Bounds of the errors move the order by at most what they can: an error of h^2 shifted within its bound.
TEST(ConvergenceOrder, CoversWhatTheBoundsCanDo) {
  const double bound = 1e-6;
  for (const double shift : {-bound, bound}) {
    const auto order = order_of([&](double h) { return h * h + shift * (h < 0.03 ? 1 : -1); }, bound);
    ASSERT_TRUE(order.ok());
    EXPECT_LE(order->lower(), 2);
    EXPECT_GE(order->upper(), 2);
  }
}

// Order .5 must not pass as 1, nor a constant as an order.
TEST(ConvergenceOrder, ExcludesTheNeighbours) {
  EXPECT_LT(order_of([](double h) { return std::sqrt(h); })->upper(), 1);
  EXPECT_LT(order_of([](double h) { return 0.1 + h; })->upper(), 0.9);
}

// e = C h^p (1 + c h) + what the bound allows: the interval contains C and is narrow. Fails if the term c is left in,
// or the bounds are not magnified by 1/h^p.
TEST(LeadingCoefficient, ContainsTheCoefficient) {
  for (const double p : {1.0, 2.0})
    for (const double c : {-2.0, 0.0, 3.0})
      for (const double shift : {-1e-7, 0.0, 1e-7}) {
        std::vector<Measurement> errors;
        for (const double h : kSteps)
          errors.push_back(Measurement::deterministic(
              -0.3 * std::pow(h, p) * (1 + c * h + h * h) + (h < 0.03 ? shift : -shift), 1e-7, Grade::estimate, ""));
        const Measurement found = leading_coefficient(kSteps, errors, p);
        EXPECT_LE(found.lower(), -0.3) << p << " " << c << " " << shift;
        EXPECT_GE(found.upper(), -0.3) << p << " " << c << " " << shift;
        EXPECT_LT(found.discretisation_bound(), 0.01);
      }
  EXPECT_THROW(leading_coefficient({0.2, 0.1}, {Measurement::exact(1, ""), Measurement::exact(1, "")}, 1),
               InvalidArgument);
}

TEST(ConvergenceOrder, SaysWhyThereIsNone) {
  EXPECT_NE(order_of([](double h) { return h - 0.07; }).why().find("changes its sign"), std::string::npos);
  EXPECT_NE(order_of([](double h) { return h; }, 0, 2).why().find("2 of 2 steps"), std::string::npos);
  EXPECT_NE(order_of([](double h) { return h * h; }, 1e-3).why().find("2 of 5 steps"), std::string::npos);
  EXPECT_EQ(order_of([](double) { return 0.0; }).status(), Status::not_converged);
  EXPECT_THROW(convergence_order({0.1, 0.2}, {Measurement::exact(1, ""), Measurement::exact(1, "")}),
               InvalidArgument);
  EXPECT_THROW(convergence_order({0.1}, {}), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
