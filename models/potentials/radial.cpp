#include "models/potentials/radial.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "models/potentials/checks.hpp"

namespace sgdlimits {
namespace {

void squared_norm(PointsView x, ValuesOut q) {
  q = x.col(0).square();
  for (Index j = 1; j < x.cols(); ++j) q += x.col(j).square();
}

}  // namespace

RadialPotential::RadialPotential(Index dimension) : dimension_(dimension) {
  if (dimension < 1) throw InvalidArgument("dimension", std::to_string(dimension), "at least 1");
}

void RadialPotential::value(PointsView x, ValuesOut f, Scratch&) const {
  squared_norm(x, f);
  profile(f);
}

void RadialPotential::gradient(PointsView x, PointsOut g, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Values> first = frame.values(x.rows());
  squared_norm(x, first);
  profile_first(first);
  for (Index j = 0; j < dimension_; ++j) g.col(j) = 2 * first * x.col(j);
}

void RadialPotential::laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Values> q = frame.values(x.rows()), second = frame.values(x.rows());
  squared_norm(x, q);
  second = q;
  laplacian = q;
  profile_first(laplacian);
  profile_second(second);
  laplacian = 2 * static_cast<double>(dimension_) * laplacian + 4 * q * second;
}

Eigen::MatrixXd RadialPotential::hessian(const Eigen::VectorXd& x, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Values> first = frame.values(kLanes), second = frame.values(kLanes);
  first.setConstant(x.squaredNorm());
  second = first;
  profile_first(first);
  profile_second(second);
  return 2 * first(0) * Eigen::MatrixXd::Identity(dimension_, dimension_) + 4 * second(0) * x * x.transpose();
}

void RadialQuartic::profile(ValuesOut q) const { q = 0.25 * q.square(); }
void RadialQuartic::profile_first(ValuesOut q) const { q = 0.5 * q; }
void RadialQuartic::profile_second(ValuesOut q) const { q.setConstant(0.5); }

PotentialFacts RadialQuartic::facts() const {
  PotentialFacts facts;
  facts.minima = {Eigen::VectorXd::Zero(dimension())};
  facts.convexity = 0;
  return facts;
}

std::string RadialQuartic::description() const { return fmt::format("radial quartic |x|^4/4, d = {}", dimension()); }

MexicanHat::MexicanHat(Index dimension, double height)
    : RadialPotential(dimension), h_(potentials::positive("h", height)) {}

void MexicanHat::profile(ValuesOut q) const { q = h_ * (q - 1).square(); }
void MexicanHat::profile_first(ValuesOut q) const { q = 2 * h_ * (q - 1); }
void MexicanHat::profile_second(ValuesOut q) const { q.setConstant(2 * h_); }

PotentialFacts MexicanHat::facts() const {
  PotentialFacts facts;
  facts.convexity = -4 * h_;
  if (dimension() == 1) {
    facts.minima = {Eigen::VectorXd::Constant(1, -1), Eigen::VectorXd::Constant(1, 1)};
    facts.saddles = {Eigen::VectorXd::Zero(1)};
  }
  return facts;
}

std::string MexicanHat::description() const {
  return fmt::format("mexican hat {}*(|x|^2-1)^2, d = {}", shortest(h_), dimension());
}

}  // namespace sgdlimits
