#include "models/potentials/wells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "core/text.hpp"
#include "models/potentials/checks.hpp"

namespace sgdlimits {
namespace {

using potentials::finite;
using potentials::nonnegative;
using potentials::positive;

Eigen::VectorXd at(double x) { return Eigen::VectorXd::Constant(1, x); }

}  // namespace

DoubleWell::DoubleWell(double barrier) : h_(positive("h", barrier)) {}

void DoubleWell::f0(ValuesView x, ValuesOut f) const { f = h_ * (x * x - 1).square(); }
void DoubleWell::f1(ValuesView x, ValuesOut f) const { f = 4 * h_ * x * (x * x - 1); }
void DoubleWell::f2(ValuesView x, ValuesOut f) const { f = h_ * (12 * x * x - 4); }

PotentialFacts DoubleWell::facts() const {
  PotentialFacts facts;
  facts.minima = {at(-1), at(1)};
  facts.saddles = {at(0)};
  facts.convexity = -4 * h_;
  return facts;
}

std::string DoubleWell::description() const { return fmt::format("double well {}*(x^2-1)^2", shortest(h_)); }

TiltedWell::TiltedWell(double barrier, double tilt) : h_(positive("h", barrier)), c_(finite("c", tilt)) {}

void TiltedWell::f0(ValuesView x, ValuesOut f) const { f = h_ * (x * x - 1).square() + c_ * x; }
void TiltedWell::f1(ValuesView x, ValuesOut f) const { f = 4 * h_ * x * (x * x - 1) + c_; }
void TiltedWell::f2(ValuesView x, ValuesOut f) const { f = h_ * (12 * x * x - 4); }

PotentialFacts TiltedWell::facts() const {
  PotentialFacts facts;
  facts.convexity = -4 * h_;
  const auto polished = [&](double x) {
    for (int k = 0; k < 3; ++k) x -= (4 * h_ * x * (x * x - 1) + c_) / (h_ * (12 * x * x - 4));
    return at(x);
  };
  // x^3 - x + c/(4h) = 0; three roots (2/sqrt 3) cos(angle + 2 pi k/3) iff |c| < 8h/(3 sqrt 3)
  const double q = c_ / (4 * h_), limit = 2 / (3 * std::numbers::sqrt3);
  if (std::abs(q) < limit) {
    const double angle = std::acos(-q / limit) / 3, radius = 2 / std::numbers::sqrt3;
    const auto root = [&](int k) { return polished(radius * std::cos(angle + 2 * std::numbers::pi * k / 3)); };
    // k = 0 the largest, k = 1 the smallest, k = 2 the middle one
    facts.minima = {root(1), root(0)};
    if (c_ < 0) std::swap(facts.minima[0], facts.minima[1]);
    facts.saddles = {root(2)};
  } else if (std::abs(q) > limit) {
    // one real root, by Cardano's formula in its hyperbolic form
    const double size = 2 / std::numbers::sqrt3 * std::cosh(std::acosh(std::abs(q) / limit) / 3);
    facts.minima = {polished(q > 0 ? -size : size)};
  }
  return facts;
}

std::string TiltedWell::description() const {
  return fmt::format("tilted well {}*(x^2-1)^2 + {}*x", shortest(h_), shortest(c_));
}

TripleWell::TripleWell(double scale) : h_(positive("h", scale)) {}

void TripleWell::f0(ValuesView x, ValuesOut f) const { f = 0.5 * h_ * x.square() * (x.square() - 2).square(); }
void TripleWell::f1(ValuesView x, ValuesOut f) const { f = h_ * x * (x.square() - 2) * (3 * x.square() - 2); }
void TripleWell::f2(ValuesView x, ValuesOut f) const { f = h_ * (15 * x.square().square() - 24 * x.square() + 4); }

PotentialFacts TripleWell::facts() const {
  PotentialFacts facts;
  const double minimum = std::numbers::sqrt2, maximum = std::sqrt(2.0 / 3.0);
  facts.minima = {at(0), at(-minimum), at(minimum)};
  facts.saddles = {at(-maximum), at(maximum)};
  facts.convexity = -5.6 * h_;  // f'' is smallest at x^2 = 4/5
  return facts;
}

std::string TripleWell::description() const { return fmt::format("triple well {}*x^2*(x^2-2)^2/2", shortest(h_)); }

RuggedWell::RuggedWell(double barrier, double ripple, double frequency)
    : h_(positive("h", barrier)), e_(nonnegative("e", ripple)), k_(positive("k", frequency)) {}

void RuggedWell::f0(ValuesView x, ValuesOut f) const { f = h_ * (x * x - 1).square() + e_ * (1 - (k_ * x).cos()); }
void RuggedWell::f1(ValuesView x, ValuesOut f) const { f = 4 * h_ * x * (x * x - 1) + e_ * k_ * (k_ * x).sin(); }
void RuggedWell::f2(ValuesView x, ValuesOut f) const { f = h_ * (12 * x * x - 4) + e_ * k_ * k_ * (k_ * x).cos(); }

std::string RuggedWell::description() const {
  return fmt::format("rugged well {}*(x^2-1)^2 + {}*(1-cos({}*x))", shortest(h_), shortest(e_), shortest(k_));
}

SineNeuron::SineNeuron(double amplitude, double ridge)
    : c_(finite("c", amplitude)), lambda_(nonnegative("lambda", ridge)) {}

void SineNeuron::f0(ValuesView x, ValuesOut f) const { f = (x + c_ * x.sin()).square() + 0.5 * lambda_ * x.square(); }
void SineNeuron::f1(ValuesView x, ValuesOut f) const {
  f = 2 * (x + c_ * x.sin()) * (1 + c_ * x.cos()) + lambda_ * x;
}
void SineNeuron::f2(ValuesView x, ValuesOut f) const {
  f = 2 * (1 + c_ * x.cos()).square() - 2 * c_ * (x + c_ * x.sin()) * x.sin() + lambda_;
}

PotentialFacts SineNeuron::facts() const {
  PotentialFacts facts;
  // x f'(x) > 0 for x != 0 where x + c sin x has the sign of x and slope >= 0, so that 0 is the only critical point
  if (std::abs(c_) <= 1) facts.minima = {at(0)};
  return facts;
}

std::string SineNeuron::description() const {
  return fmt::format("sine neuron (x+{}*sin(x))^2 + {}/2*x^2", shortest(c_), shortest(lambda_));
}

}  // namespace sgdlimits
