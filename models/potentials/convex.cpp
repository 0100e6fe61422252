#include "models/potentials/convex.hpp"

#include <numbers>

namespace sgdlimits {
namespace {

PotentialFacts convex_with_minimum_at_zero(double convexity = 0) {
  PotentialFacts facts;
  facts.minima = {Eigen::VectorXd::Zero(1)};
  facts.convexity = convexity;
  return facts;
}

}  // namespace

void Laplace::f0(ValuesView x, ValuesOut f) const { f = x.abs(); }
void Laplace::f1(ValuesView x, ValuesOut f) const { f = x.sign(); }
void Laplace::f2(ValuesView, ValuesOut f) const { f.setZero(); }
PotentialFacts Laplace::facts() const { return convex_with_minimum_at_zero(); }
std::string Laplace::description() const { return "Laplace |x|"; }

// e = exp(-2|x|) <= 1: log cosh x = |x| + log(1 + e) - log 2, tanh x = sign(x)(1 - e)/(1 + e), sech^2 x = 4e/(1 +
// e)^2
void LogCosh::f0(ValuesView x, ValuesOut f) const { f = x.abs() + (-2 * x.abs()).exp().log1p() - std::numbers::ln2; }
void LogCosh::f1(ValuesView x, ValuesOut f) const {
  f = (-2 * x.abs()).exp();
  f = x.sign() * (1 - f) / (1 + f);
}
void LogCosh::f2(ValuesView x, ValuesOut f) const {
  f = (-2 * x.abs()).exp();
  f = 4 * f / (1 + f).square();
}
PotentialFacts LogCosh::facts() const { return convex_with_minimum_at_zero(); }
std::string LogCosh::description() const { return "log cosh x"; }

void Quartic::f0(ValuesView x, ValuesOut f) const { f = 0.25 * x.square().square(); }
void Quartic::f1(ValuesView x, ValuesOut f) const { f = x * x.square(); }
void Quartic::f2(ValuesView x, ValuesOut f) const { f = 3 * x.square(); }
PotentialFacts Quartic::facts() const { return convex_with_minimum_at_zero(); }
std::string Quartic::description() const { return "quartic x^4/4"; }

void Triangular::f0(ValuesView x, ValuesOut f) const { f = -(-x.abs()).log1p(); }
void Triangular::f1(ValuesView x, ValuesOut f) const { f = x.sign() / (1 - x.abs()); }
void Triangular::f2(ValuesView x, ValuesOut f) const { f = 1 / (1 - x.abs()).square(); }
Box Triangular::domain() const { return {Eigen::ArrayXd::Constant(1, -1), Eigen::ArrayXd::Constant(1, 1)}; }
PotentialFacts Triangular::facts() const { return convex_with_minimum_at_zero(1); }
std::string Triangular::description() const { return "triangular -log(1-|x|) on [-1, 1]"; }

}  // namespace sgdlimits
