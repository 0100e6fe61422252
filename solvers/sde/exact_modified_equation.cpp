#include "solvers/sde/exact_modified_equation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/Dense>
#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// (1 - exp(-u))/u, 1 at 0: the mean of exp(-u) over [0, 1].
double decay_mean(double u) { return u == 0 ? 1 : -std::expm1(-u) / u; }

MatrixXd symmetric_root(const MatrixXd& covariance) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(covariance);
  const VectorXd scale = eigen.eigenvalues().cwiseMax(0.0).cwiseSqrt();
  return eigen.eigenvectors() * scale.asDiagonal() * eigen.eigenvectors().transpose();
}

struct Eigenbasis {
  MatrixXd basis, covariance;
  VectorXd values, linear;
};

Eigenbasis eigenbasis(const QuadraticSgd& sgd) {
  const Index d = sgd.hessian.rows();
  if (d < 1 || sgd.hessian.cols() != d || sgd.linear.size() != d || sgd.covariance.rows() != d ||
      sgd.covariance.cols() != d)
    throw InvalidArgument("sizes of A, b and C", "different", "d x d, d and d x d with d at least 1");
  const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(sgd.hessian);
  const MatrixXd& q = eigen.eigenvectors();
  return {q, q.transpose() * sgd.covariance * q, eigen.eigenvalues(), q.transpose() * sgd.linear};
}

class ExactTransition final : public Scheme {
 public:
  ExactTransition(const LinearDiffusion& diffusion, double step, std::string name)
      : name_(std::move(name)), step_(step) {
    const Index d = diffusion.dimension();
    offset_ = diffusion.mean(VectorXd::Zero(d), step);
    propagator_.resize(d, d);
    for (Index j = 0; j < d; ++j) propagator_.col(j) = diffusion.mean(VectorXd::Unit(d, j), step) - offset_;
    root_ = symmetric_root(diffusion.covariance(MatrixXd::Zero(d, d), step));
  }

  std::string name() const override { return name_; }
  Index dimension() const override { return offset_.size(); }
  double step_size() const override { return step_; }
  Index normals_per_step() const override { return dimension(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> next = frame.points(block.x.rows(), block.x.cols());
    for (Index i = 0; i < dimension(); ++i) {
      next.col(i).setConstant(offset_(i));
      for (Index j = 0; j < dimension(); ++j)
        next.col(i) += propagator_(i, j) * block.x.col(j) + root_(i, j) * block.normals.col(j);
    }
    block.x = next;
  }

 private:
  std::string name_;
  double step_;
  VectorXd offset_;
  MatrixXd propagator_, root_;
};

}  // namespace

QuadraticSgd quadratic_sgd(const Potential& f, const std::function<MatrixXd(const VectorXd&)>& sigma, double factor,
                           LearningRate s) {
  if (!f.domain().is_everywhere())
    throw InvalidArgument("domain", "with finite ends", "the whole space for a modified equation");
  const Index d = f.dimension();
  Scratch scratch;
  const VectorXd origin = VectorXd::Zero(d);
  const MatrixXd hessian = f.hessian(origin, scratch), covariance = sigma(origin);
  Points x(8, d);
  Noise(1, Stream::test).normals(0, 0, x);
  for (Index i = 0; i < x.rows(); ++i) {
    const VectorXd point = (i < 4 ? 1.0 : 3.0) * x.row(i).transpose().matrix();
    const auto check = [&](const char* what, const MatrixXd& there, const MatrixXd& here, double tolerance) {
      const double apart = (there - here).cwiseAbs().maxCoeff(),
                   size = std::max(there.cwiseAbs().maxCoeff(), here.cwiseAbs().maxCoeff());
      if (apart <= tolerance * size) return;
      throw InvalidArgument(what,
                            fmt::format("different by {:.3g} between 0 and ({:.3g})", apart, fmt::join(point, ", ")),
                            "the same everywhere for the exact modified equation", "take order 1 or 2");
    };
    check("the Hessian", f.hessian(point, scratch), hessian, f.has_exact_hessian() ? 1e-8 : 1e-5);
    check("the covariance of the gradient", sigma(point), covariance, 1e-8);
  }
  return {hessian, -gradients(f, origin.transpose().array()).row(0).transpose().matrix(), factor * covariance, s};
}

LinearDiffusion::LinearDiffusion(MatrixXd basis, VectorXd rates, VectorXd offset, MatrixXd diffusion)
    : basis_(std::move(basis)),
      rates_(std::move(rates)),
      offset_(std::move(offset)),
      diffusion_(std::move(diffusion)) {}

MatrixXd LinearDiffusion::drift_matrix() const { return basis_ * rates_.asDiagonal() * basis_.transpose(); }
VectorXd LinearDiffusion::offset() const { return basis_ * offset_; }
MatrixXd LinearDiffusion::diffusion_matrix() const { return basis_ * diffusion_ * basis_.transpose(); }

VectorXd LinearDiffusion::mean(const VectorXd& start, double t) const {
  VectorXd m = basis_.transpose() * start;
  for (Index i = 0; i < dimension(); ++i)
    m(i) = std::exp(-rates_(i) * t) * m(i) + offset_(i) * t * decay_mean(rates_(i) * t);
  return basis_ * m;
}

MatrixXd LinearDiffusion::covariance(const MatrixXd& start, double t) const {
  MatrixXd v = basis_.transpose() * start * basis_;
  for (Index i = 0; i < dimension(); ++i)
    for (Index j = 0; j < dimension(); ++j) {
      const double u = (rates_(i) + rates_(j)) * t;
      v(i, j) = std::exp(-u) * v(i, j) + diffusion_(i, j) * t * decay_mean(u);
    }
  return basis_ * v * basis_.transpose();
}

LinearDiffusion exact_modified_equation(const QuadraticSgd& sgd) {
  const Eigenbasis e = eigenbasis(sgd);
  const double s = sgd.rate.value(), largest = s * e.values.maxCoeff();
  if (!(largest < 1))
    throw InvalidArgument("largest eigenvalue of s A", largest, "less than 1",
                          "SGD jumps across the minimum, which no diffusion does; lower the learning rate");
  const Index d = e.values.size();
  VectorXd steps(d), offset(d);  // k_i s
  for (Index i = 0; i < d; ++i) {
    const double u = s * e.values(i);
    steps(i) = -std::log1p(-u);
    offset(i) = e.linear(i) * (u == 0 ? 1 : steps(i) / u);
  }
  MatrixXd diffusion(d, d);
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j < d; ++j) diffusion(i, j) = s * e.covariance(i, j) / decay_mean(steps(i) + steps(j));
  const VectorXd spread = Eigen::SelfAdjointEigenSolver<MatrixXd>(diffusion, Eigen::EigenvaluesOnly).eigenvalues();
  if (spread(0) < -1e-10 * spread(d - 1))
    throw InvalidArgument("smallest eigenvalue of the exact diffusion matrix", spread(0), "at least 0",
                          "errors are too correlated between directions of different curvature: no linear diffusion "
                          "has SGD's covariance; take order 1 or 2");
  return {e.basis, steps / s, offset, diffusion};
}

LinearDiffusion linear_modified_equation(const QuadraticSgd& sgd, ModifiedEquation equation) {
  const Eigenbasis e = eigenbasis(sgd);
  const double s = sgd.rate.value();
  VectorXd factor = VectorXd::Ones(e.values.size());
  if (equation == ModifiedEquation::sme2) factor += 0.5 * s * e.values;
  return {e.basis, factor.cwiseProduct(e.values), factor.cwiseProduct(e.linear), s * e.covariance};
}

std::unique_ptr<Scheme> exact_transition(const LinearDiffusion& diffusion, double step, std::string name) {
  if (!(step > 0 && std::isfinite(step))) throw InvalidArgument("step", step, "positive and finite");
  return std::make_unique<ExactTransition>(diffusion, step, std::move(name));
}

}  // namespace sgdlimits
