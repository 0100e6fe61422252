// Enclosures of Taylor coefficients on cells and on half-lines. Fails if a recurrence, a limit at infinity or a
// rounding direction is wrong: the coefficient at a point inside must lie in the enclosure.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "solvers/proof/line_series.hpp"
#include "solvers/proof/tail_growth.hpp"
#include "solvers/proof/tail_interval.hpp"

namespace sgdlimits::proof {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TailInterval segment(double a, double b) {
  TailInterval s(a);
  arf_set_d(s.upper(), b);
  return s;
}

LineProgram of_one(LineOp op) {
  LineProgram p;
  p.set_result(p.apply(op, p.input()));
  return p;
}

const std::vector<LineOp> kEntire = {LineOp::atan, LineOp::cos,     LineOp::sin,   LineOp::exp,      LineOp::expm1,
                                     LineOp::erf,  LineOp::sigmoid, LineOp::tanh,  LineOp::softplus, LineOp::logcosh,
                                     LineOp::cosh, LineOp::sinh,    LineOp::asinh, LineOp::erfc};

// The tail's enclosure on [a, infinity) and on (-infinity, a] holds the coefficients, computed by the other
// arithmetic, at points of it.
TEST(TailSeries, HoldsTheCoefficientsAtPointsOfAHalfLine) {
  for (const LineOp op : kEntire) {
    LineSeries balls(of_one(op), 7, 160);
    for (const double a : {-3.0, 0.25, 5.0})
      for (const int side : {1, -1}) {
        const TailSeries tail = tail_series(of_one(op), side > 0 ? segment(a, kInfinity) : segment(-kInfinity, a), 6);
        for (const double away : {0.0, 0.5, 3.0, 40.0}) {
          std::string why;
          const auto f = balls.expand(Ball(a + side * away), 1, Ball(0.0009765625), why);
          ASSERT_TRUE(f) << why;
          for (int k = 0; k <= 6; ++k) {
            Ball c;
            arb_poly_get_coeff_arb(c.get(), f->at_start.get(), k);
            const auto n = static_cast<std::size_t>(k);
            arb_sub_arf(c.get(), c.get(), tail[n].lower(), 160);
            EXPECT_TRUE(arf_is_inf(tail[n].lower()) || !arb_is_negative(c.get())) << to_string(op) << " order " << k;
            arb_poly_get_coeff_arb(c.get(), f->at_start.get(), k);
            arb_sub_arf(c.get(), c.get(), tail[n].upper(), 160);
            EXPECT_TRUE(arf_is_inf(tail[n].upper()) || !arb_is_positive(c.get())) << to_string(op) << " order " << k;
          }
        }
      }
  }
}

TEST(TailSeries, ClosesPolynomialsAndSigmoids) {
  std::string why;
  // x^6 - 10 x^4: f'' is 30 x^4 - 120 x^2, closed from x = 2 on by powers, and nearer by derivatives that stay
  // positive
  LineProgram p;
  const int x = p.input();
  p.set_result(p.apply(LineOp::add, p.power(x, 6), p.scale(-10, p.power(x, 4))));
  const auto growth = tail_growth(p, 3, 1, kInfinity, 0.5, 1, why);
  ASSERT_TRUE(growth) << why;
  EXPECT_EQ(growth->slope, 0);
  // 1/4 x^4 - sin x: f'' = 3 x^2 + sin x, closed by powers although sin stays in [-1, 1] only
  LineProgram waves;
  const int v = waves.input();
  waves.set_result(
      waves.apply(LineOp::add, waves.scale(0.25, waves.power(v, 4)), waves.scale(-1, waves.apply(LineOp::sin, v))));
  EXPECT_TRUE(tail_growth(waves, 2, 1, kInfinity, 0.5, 10.9, why)) << why;
  EXPECT_FALSE(tail_growth(waves, 2, 1, kInfinity, 0.5, 1e6, why));
  EXPECT_TRUE(tail_growth(p, -3, -1, -kInfinity, 0.5, 1, why)) << why;
  // inside the wells f'' is negative: nothing closes at x = 1 for this rate
  EXPECT_FALSE(tail_growth(p, 1, 1, kInfinity, 0.5, 1, why));
  // planted: f falls at infinity
  LineProgram falling;
  falling.set_result(falling.scale(-1, falling.power(falling.input(), 2)));
  EXPECT_FALSE(tail_growth(falling, 3, 1, kInfinity, 0.5, 1, why));
  // flat tails: sigmoid alone
  EXPECT_FALSE(tail_growth(of_one(LineOp::sigmoid), 3, 1, kInfinity, 0.5, 1e-3, why));
}

TEST(TailInterval, ProductsWithInfiniteEndsMeanRealNumbers) {
  const TailInterval zero(0), half_line = segment(2, kInfinity), around = segment(-1, 3);
  const TailInterval none = zero * half_line;
  EXPECT_TRUE(arf_is_zero(none.lower()) && arf_is_zero(none.upper()));
  const TailInterval all = around * half_line;
  EXPECT_TRUE(arf_is_neg_inf(all.lower()) && arf_is_pos_inf(all.upper()));
  const TailInterval inverse = TailInterval(1) / half_line;
  EXPECT_TRUE(arf_is_zero(inverse.lower()));
  EXPECT_GE(arf_get_d(inverse.upper(), ARF_RND_UP), 0.5);
  EXPECT_TRUE(arf_is_neg_inf((TailInterval(1) / around).lower()));
  EXPECT_EQ(arf_get_d(integer_power(around, 2).lower(), ARF_RND_DOWN), 0);
  EXPECT_EQ(arf_get_d(integer_power(around, 2).upper(), ARF_RND_UP), 9);
  EXPECT_EQ(arf_get_d(integer_power(around, 3).lower(), ARF_RND_DOWN), -1);
}

// The Lagrange remainder of a cell holds the coefficient at random points of the cell.
TEST(LineSeries, RemainderHoldsAllOverTheCell) {
  std::mt19937 random(20250101);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (const LineOp op : kEntire)
    for (int trial = 0; trial < 5; ++trial) {
      const double start = 4 * uniform(random) - 2, length = 0.25;
      LineSeries cell(of_one(op), 8, 160), point(of_one(op), 9, 160);
      std::string why;
      const auto f = cell.expand(Ball(start), 1, Ball(length), why);
      ASSERT_TRUE(f) << why;
      for (int i = 0; i < 4; ++i) {
        const auto g = point.expand(Ball(start + length * uniform(random)), 1, Ball(1e-3), why);
        ASSERT_TRUE(g) << why;
        Ball c;
        arb_poly_get_coeff_arb(c.get(), g->at_start.get(), 8);
        EXPECT_TRUE(arb_overlaps(f->remainder.get(), c.get())) << to_string(op);
        // and is not the whole line
        EXPECT_TRUE(arb_is_finite(f->remainder.get()));
      }
    }
}

TEST(LineSeries, DecidesKinksAtCellEndsAndRefusesThemInside) {
  LineProgram p;
  p.set_result(p.apply(LineOp::abs, p.apply(LineOp::add, p.scale(2, p.input()), p.constant(-0.5))));
  LineSeries series(p, 4, 128);
  std::string why;
  const auto right = series.expand(Ball(0.25), 1, Ball(0.125), why);
  ASSERT_TRUE(right) << why;
  Ball slope;
  arb_poly_get_coeff_arb(slope.get(), right->at_start.get(), 1);
  EXPECT_EQ(arf_get_d(arb_midref(slope.get()), ARF_RND_NEAR), 2);
  const auto left = series.expand(Ball(0.0), 1, Ball(0.25), why);
  ASSERT_TRUE(left) << why;
  arb_poly_get_coeff_arb(slope.get(), left->at_start.get(), 1);
  EXPECT_EQ(arf_get_d(arb_midref(slope.get()), ARF_RND_NEAR), -2);
  EXPECT_FALSE(series.expand(Ball(0.0), 1, Ball(0.5), why));
  EXPECT_EQ(series.switches(-1, 1), std::vector<double>{0.25});
}

TEST(LineSeries, RefusesAJumpOfTheFunction) {
  LineProgram p = of_one(LineOp::step);
  LineSeries series(p, 4, 128);
  std::string why;
  EXPECT_TRUE(series.expand(Ball(0.5), 1, Ball(0.25), why));
  EXPECT_FALSE(series.expand(Ball(-0.5), 1, Ball(0.25), why));
  EXPECT_NE(why.find("jump"), std::string::npos) << why;
}

}  // namespace
}  // namespace sgdlimits::proof
