// Proved intervals against closed forms and against eigenvalues known to twenty digits: an interval that misses one
// would be a wrong theorem. Refusals: what cannot be proved must say why. Planted: rates on the wrong side.
#include "solvers/proof/proved_gap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "solvers/proof/barrier.hpp"
#include "support/program_potential.hpp"

namespace sgdlimits {
namespace {

using testing::double_well;
using testing::monomial;
using testing::ProgramPotential;

Temperature at(double learning_rate) { return LearningRate(learning_rate).temperature(); }

Box between(double a, double b) {
  Box box = Box::everywhere(1);
  box.lower(0) = a;
  box.upper(0) = b;
  return box;
}

void expect_contains(const Result<ProvedGap>& proof, double truth, double relative_width,
                     double truth_error = 1e-15) {
  ASSERT_TRUE(proof.ok()) << proof.why();
  EXPECT_LE(proof->lower, truth * (1 + truth_error));
  EXPECT_GE(proof->upper, truth * (1 - truth_error));
  EXPECT_LE(proof->upper - proof->lower, 1.01 * relative_width * truth);
  EXPECT_GT(proof->upper, proof->lower);
}

GapProofOptions width(double w) {
  GapProofOptions options;
  options.relative_width = w;
  return options;
}

TEST(ProvedGap, OfQuadraticsIsTheCurvature) {
  for (const double k : {0.3, 1.0, 40.0})
    for (const double s : {0.01, 0.5, 7.0})
      expect_contains(prove_spectral_gap(monomial(0.5 * k, 2), at(s), width(1e-11)), k, 1e-11);
}

// Twenty digits from two discretisations in multiple precision; the last is a metastable pair.
TEST(ProvedGap, OfQuarticAndDoubleWells) {
  expect_contains(prove_spectral_gap(monomial(0.25, 4), at(1)), 0.96774105226418507002, 1e-9);
  expect_contains(prove_spectral_gap(double_well(), at(2)), 0.74868167234839415179, 1e-9);
  expect_contains(prove_spectral_gap(double_well(), at(1)), 0.22727330100864966955, 1e-9);
  expect_contains(prove_spectral_gap(double_well(), at(0.5)), 0.029779593309437366211, 1e-9);
  expect_contains(prove_spectral_gap(double_well(), at(0.25)), 0.00057186888886856569819, 1e-9);
  expect_contains(prove_spectral_gap(double_well(), at(0.25), width(1e-13)), 0.00057186888886856569819, 1e-13);
}

// A gap of 1e-17: relative width, not absolute. Truth here: the ratio to the Eyring-Kramers formula tends to 1 -
// 3s/16.
TEST(ProvedGap, IsRelativelySharpForTinyGaps) {
  const auto proof = prove_spectral_gap(double_well(), at(0.05));
  ASSERT_TRUE(proof.ok()) << proof.why();
  EXPECT_LT(proof->upper, 1e-17);
  EXPECT_LE(proof->upper / proof->lower - 1, 1.01e-9);
  // lambda ~ (2/(2 pi)) sqrt(8 * 4) exp(-2/s)
  const double kramers = std::sqrt(32.0) / std::numbers::pi * std::exp(-2 / 0.05);
  EXPECT_NEAR(proof->upper / kramers, 1 - 3 * 0.05 / 16, 3 * 0.05 * 0.05);
}

TEST(ProvedGap, OfReflectingIntervals) {
  const double pi2 = std::numbers::pi * std::numbers::pi;
  const auto flat = monomial(0, 2), linear = monomial(1, 1), quadratic = monomial(0.5, 2);
  GapProofOptions options;
  options.box = between(0, 1);
  expect_contains(prove_spectral_gap(flat, at(1), options), 0.5 * pi2, 1e-9);
  expect_contains(prove_spectral_gap(linear, at(1), options), 0.5 + 0.5 * pi2, 1e-9);
  // He_3' = 3 He_2 vanishes at both ends
  options.box = between(-1, 1);
  options.relative_width = 1e-12;
  expect_contains(prove_spectral_gap(quadratic, at(2), options), 3, 1e-12);
}

// f = -log(1 - |x|): infinite at both ends and a kink between; the gap is j_{0,1}^2.
TEST(ProvedGap, OfATriangularDensity) {
  LineProgram p;
  const int one_minus = p.apply(LineOp::add, p.constant(1), p.scale(-1, p.apply(LineOp::abs, p.input())));
  p.set_result(p.scale(-1, p.apply(LineOp::log, one_minus)));
  const ProgramPotential f(
      p, [](double t) { return -std::log(1 - std::abs(t)); },
      [](double t) {
        return (t > 0 ? 1 : t < 0 ? -1 : 0) / (1 - std::abs(t));
      },
      [](double t) { return 1 / ((1 - std::abs(t)) * (1 - std::abs(t))); }, between(-1, 1));
  const double j01 = 2.4048255576957727686;
  expect_contains(prove_spectral_gap(f, at(2)), j01 * j01, 1e-9);
}

// log cosh: one eigenvalue below the continuum; tails close by their drift, since f'' vanishes there.
TEST(ProvedGap, BelowAnEssentialSpectrum) {
  LineProgram p;
  p.set_result(p.apply(LineOp::logcosh, p.input()));
  const ProgramPotential f(
      p, [](double t) { return std::abs(t) + std::log1p(std::exp(-2 * std::abs(t))) - std::log(2.0); },
      [](double t) { return std::tanh(t); }, [](double t) { return 1 - std::tanh(t) * std::tanh(t); });
  expect_contains(prove_spectral_gap(f, at(0.5)), 0.75, 1e-9);
}

TEST(ProvedGap, RefusesWithTheReason) {
  LineProgram absolute;
  absolute.set_result(absolute.apply(LineOp::abs, absolute.input()));
  const ProgramPotential laplace(
      absolute, [](double t) { return std::abs(t); }, [](double t) { return t > 0   ? 1.0
                                                                            : t < 0 ? -1.0
                                                                                    : 0.0; },
      [](double) { return 0.0; });
  const auto continuum = prove_spectral_gap(laplace, at(0.5));
  EXPECT_EQ(continuum.status(), Status::essential_spectrum);
  // (x + 2 sin x)^2: f' changes its sign without end, so no tail is closed
  LineProgram p;
  const int x = p.input();
  p.set_result(p.power(p.apply(LineOp::add, x, p.scale(2, p.apply(LineOp::sin, x))), 2));
  const auto z = [](double t) { return t + 2 * std::sin(t); };
  const ProgramPotential sine(
      p, [=](double t) { return z(t) * z(t); }, [=](double t) { return 2 * z(t) * (1 + 2 * std::cos(t)); },
      [=](double t) {
        const double d = 1 + 2 * std::cos(t);
        return 2 * d * d - 4 * z(t) * std::sin(t);
      });
  const auto tails = prove_spectral_gap(sine, at(2));
  EXPECT_EQ(tails.status(), Status::out_of_reach);
  EXPECT_NE(tails.why().find("growth of f"), std::string::npos) << tails.why();
  // a kink that is no double
  LineProgram third;
  const int y = third.input();
  const int kinked = third.apply(LineOp::abs, third.apply(LineOp::add, third.scale(3, y), third.constant(-1)));
  third.set_result(third.apply(LineOp::add, kinked, third.power(y, 2)));
  const ProgramPotential off(
      third, [](double t) { return std::abs(3 * t - 1) + t * t; },
      [](double t) { return (3 * t > 1 ? 3 : -3) + 2 * t; }, [](double) { return 2.0; });
  const auto kink = prove_spectral_gap(off, at(1));
  EXPECT_FALSE(kink.ok());
  EXPECT_NE(kink.why().find("abs has its kink inside a cell"), std::string::npos) << kink.why();
}

// A program of another function than the potential's must not prove anything about the potential.
TEST(ProvedGap, SeesAProgramOfAnotherFunction) {
  const ProgramPotential wrong(
      *double_well(1, 0.125).line_program(), [](double t) { return (t * t - 1) * (t * t - 1); },
      [](double t) { return 4 * t * (t * t - 1); }, [](double t) { return 12 * t * t - 4; });
  const auto proof = prove_spectral_gap(wrong, at(1));
  EXPECT_EQ(proof.status(), Status::out_of_reach);
  EXPECT_NE(proof.why().find("disagree"), std::string::npos) << proof.why();
}

TEST(ProvedGap, RejectsBadOptions) {
  EXPECT_THROW((void)prove_spectral_gap(double_well(), at(1), width(1e-15)), InvalidArgument);
  EXPECT_THROW((void)prove_spectral_gap(double_well(), at(1), width(0.5)), InvalidArgument);
  GapProofOptions few;
  few.bits = 32;
  EXPECT_THROW((void)prove_spectral_gap(double_well(), at(1), few), InvalidArgument);
}

// Planted: on (x^2-1)^2 at s = 1 both functions are built for rates a millionth on the wrong side of lambda_1. Every
// cell verifies, since the equation has solutions for every rate; the kink where the halves meet must give it away.
TEST(ProvedGap, WrongRatesMeetWithAKinkOfTheWrongSign) {
  const double truth = 0.22727330100864966955;
  proof::LineSeries series(*double_well().line_program(), 36, 192);
  const auto kink = [&](double rate, double proved_for, bool super) {
    const proof::BarrierProblem problem{0.5, rate, proved_for, 192};
    proof::BarrierNode left, right;
    for (auto [node, side] : {std::pair(&left, 1), std::pair(&right, -1)}) {
      proof::BarrierNode start;
      start.x = proof::Ball(-2.5 * side);
      start.value = proof::Ball(1.0);
      start.slope = start.arriving_slope = proof::Ball(0.0);
      proof::EndPiece piece;
      if (!super) start = *proof::leave_zero(series, problem, -2.5 * side, side, 1e-4, piece);
      auto march = proof::march(series, problem, start, side, 0.125, {}, [] { return false; });
      EXPECT_TRUE(march.verified()) << march.why;
      *node = march.nodes.back();
    }
    double size = 0;
    return proof::kink_sign(left, right, size);
  };
  EXPECT_EQ(kink(truth * (1 - 1e-6), truth * (1 - 2e-6), true), 1);
  EXPECT_EQ(kink(truth * (1 + 1e-6), truth * (1 + 0.5e-6), true), -1);
  EXPECT_EQ(kink(truth * (1 + 1e-6), truth * (1 + 2e-6), false), -1);
  EXPECT_EQ(kink(truth * (1 - 1e-6), truth * (1 - 0.5e-6), false), 1);
}

}  // namespace
}  // namespace sgdlimits
