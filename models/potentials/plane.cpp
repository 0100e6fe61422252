#include "models/potentials/plane.hpp"

#include <fmt/format.h>

#include <Eigen/LU>

#include "core/text.hpp"
#include "models/potentials/checks.hpp"

namespace sgdlimits {
namespace {

using potentials::finite;
using potentials::positive;

struct Term {
  double A, a, b, c, X, Y;
};
constexpr Term kMuellerBrown[4] = {{-200, -1, 0, -10, 1, 0},
                                   {-100, -1, 0, -10, 0, 0.5},
                                   {-170, -6.5, 11, -6.5, -0.5, 1.5},
                                   {15, 0.7, 0.6, 0.7, -1, 1}};

}  // namespace

CoupledWell::CoupledWell(double barrier, double stiffness, double coupling)
    : h_(positive("h", barrier)), k_(positive("k", stiffness)), c_(finite("c", coupling)) {}

void CoupledWell::value(PointsView x, ValuesOut f, Scratch&) const {
  f = h_ * (x.col(0).square() - 1).square() + x.col(1) * (k_ * x.col(1) + c_ * x.col(0));
}

void CoupledWell::gradient(PointsView x, PointsOut g, Scratch&) const {
  g.col(0) = 4 * h_ * x.col(0) * (x.col(0).square() - 1) + c_ * x.col(1);
  g.col(1) = 2 * k_ * x.col(1) + c_ * x.col(0);
}

void CoupledWell::laplacian(PointsView x, ValuesOut laplacian, Scratch&) const {
  laplacian = h_ * (12 * x.col(0).square() - 4) + 2 * k_;
}

Eigen::MatrixXd CoupledWell::hessian(const Eigen::VectorXd& x, Scratch&) const {
  Eigen::Matrix2d hessian;
  hessian << h_ * (12 * x(0) * x(0) - 4), c_, c_, 2 * k_;
  return hessian;
}

PotentialFacts CoupledWell::facts() const {
  PotentialFacts facts;
  const double x = std::sqrt(1 + c_ * c_ / (8 * h_ * k_)), y = -c_ * x / (2 * k_);
  facts.minima = {Eigen::Vector2d(-x, -y), Eigen::Vector2d(x, y)};
  facts.saddles = {Eigen::Vector2d::Zero()};
  // f_xx is smallest, -4h, on x = 0; the smaller eigenvalue of [[-4h, c], [c, 2k]]
  facts.convexity = k_ - 2 * h_ - std::hypot(k_ + 2 * h_, c_);
  return facts;
}

std::string CoupledWell::description() const {
  return fmt::format("coupled well {}*(x^2-1)^2 + {}*y^2 + {}*x*y", shortest(h_), shortest(k_), shortest(c_));
}

MuellerBrown::MuellerBrown(double scale) : scale_(positive("scale", scale)) {
  Scratch scratch;
  const auto critical = [&](double x, double y) {
    Eigen::VectorXd at = Eigen::Vector2d(x, y);
    for (int step = 0; step < 6; ++step) {
      const Eigen::VectorXd g =
          gradients(*this, at.array().transpose().replicate(kLanes, 1)).row(0).matrix().transpose();
      at -= hessian(at, scratch).partialPivLu().solve(g);
    }
    return at;
  };
  facts_.minima = {critical(-0.558, 1.442), critical(0.623, 0.028), critical(-0.050, 0.467)};
  facts_.saddles = {critical(-0.822, 0.624), critical(0.212, 0.293)};
}

void MuellerBrown::value(PointsView x, ValuesOut f, Scratch&) const {
  f.setZero();
  for (const Term& t : kMuellerBrown)
    f += scale_ * t.A *
         (t.a * (x.col(0) - t.X).square() + t.b * (x.col(0) - t.X) * (x.col(1) - t.Y) +
          t.c * (x.col(1) - t.Y).square())
             .exp();
}

void MuellerBrown::value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Values> e = frame.values(x.rows());
  f.setZero();
  g.setZero();
  for (const Term& t : kMuellerBrown) {
    e = scale_ * t.A *
        (t.a * (x.col(0) - t.X).square() + t.b * (x.col(0) - t.X) * (x.col(1) - t.Y) +
         t.c * (x.col(1) - t.Y).square())
            .exp();
    f += e;
    g.col(0) += e * (2 * t.a * (x.col(0) - t.X) + t.b * (x.col(1) - t.Y));
    g.col(1) += e * (t.b * (x.col(0) - t.X) + 2 * t.c * (x.col(1) - t.Y));
  }
}

void MuellerBrown::gradient(PointsView x, PointsOut g, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Values> f = frame.values(x.rows());
  value_and_gradient(x, f, g, scratch);
}

void MuellerBrown::laplacian(PointsView x, ValuesOut laplacian, Scratch&) const {
  laplacian.setZero();
  for (const Term& t : kMuellerBrown)
    laplacian += scale_ * t.A *
                 (t.a * (x.col(0) - t.X).square() + t.b * (x.col(0) - t.X) * (x.col(1) - t.Y) +
                  t.c * (x.col(1) - t.Y).square())
                     .exp() *
                 ((2 * t.a * (x.col(0) - t.X) + t.b * (x.col(1) - t.Y)).square() +
                  (t.b * (x.col(0) - t.X) + 2 * t.c * (x.col(1) - t.Y)).square() + 2 * (t.a + t.c));
}

Eigen::MatrixXd MuellerBrown::hessian(const Eigen::VectorXd& x, Scratch&) const {
  Eigen::Matrix2d hessian = Eigen::Matrix2d::Zero();
  for (const Term& t : kMuellerBrown) {
    const double u = x(0) - t.X, v = x(1) - t.Y;
    const Eigen::Vector2d slope(2 * t.a * u + t.b * v, t.b * u + 2 * t.c * v);
    Eigen::Matrix2d form;
    form << 2 * t.a, t.b, t.b, 2 * t.c;
    hessian += scale_ * t.A * std::exp(t.a * u * u + t.b * u * v + t.c * v * v) * (slope * slope.transpose() + form);
  }
  return hessian;
}

std::string MuellerBrown::description() const {
  return fmt::format("Mueller-Brown surface times {}", shortest(scale_));
}

}  // namespace sgdlimits
