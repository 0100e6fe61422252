#include <Eigen/Dense>
#include <cmath>

#include "core/errors.hpp"
#include "solvers/sde/langevin_problem.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

/// (e^z - 1)/z
double phi(double z) { return z == 0 ? 1.0 : std::expm1(z) / z; }

/// A in its eigenbasis.
class LinearPart {
 public:
  LinearPart(const Eigen::MatrixXd& a, Index dimension) {
    if (a.rows() != dimension || a.cols() != dimension)
      throw InvalidArgument("linear part", std::to_string(a.rows()) + " x " + std::to_string(a.cols()),
                            std::to_string(dimension) + " x " + std::to_string(dimension));
    if (!a.allFinite()) throw InvalidArgument("linear part", "infinite or NaN", "finite");
    const double asymmetry = (a - a.transpose()).cwiseAbs().maxCoeff();
    if (asymmetry > 1e-8 * (1 + a.cwiseAbs().maxCoeff()))
      throw InvalidArgument("asymmetry of the linear part", asymmetry, "zero up to rounding");
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(a);
    values_ = solver.eigenvalues();
    vectors_ = solver.eigenvectors();
  }

  /// f(A)
  template <class Function>
  Eigen::MatrixXd apply(Function f) const {
    return vectors_ * values_.unaryExpr(f).asDiagonal() * vectors_.transpose();
  }

 private:
  Eigen::VectorXd values_;
  Eigen::MatrixXd vectors_;
};

class ExponentialEuler final : public Scheme {
 public:
  ExponentialEuler(LangevinProblem problem, LinearPart linear)
      : problem_(std::move(problem)), linear_(std::move(linear)) {
    const double h = problem_.step, c = problem_.noise;
    flow_ = linear_.apply([h](double a) { return h * phi(-h * a); });
    noise_ = linear_.apply([h, c](double a) { return c * std::sqrt(phi(-2 * h * a)); });
  }

  std::string name() const override { return "exponential-euler"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {1.0, 1.0, 1.0}; }
  Index normals_per_step() const override { return dimension(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(block.x.rows(), block.x.cols());
    problem_.drift->evaluate(block.time, block.x, drift, block.scratch);
    // column by column, in order: the bits of a row do not depend on the block
    for (Index j = 0; j < block.x.cols(); ++j)
      for (Index k = 0; k < block.x.cols(); ++k)
        block.x.col(j) += flow_(k, j) * drift.col(k) + noise_(k, j) * block.normals.col(k);
    problem_.reflection.apply(block.x);
  }

  /// int_0^h e^{-(h-u)A} dW = e^{-(h/2)A} times the integral of the first half, plus that of the second: own =
  /// first P + second Q with P^2 + Q^2 = I, fresh = first Q - second P.
  void halve(double step, PointsView own, PointsView fresh, PointsOut halves) const override {
    const Index d = dimension();
    const auto weight = [=](double a) { return std::sqrt(phi(-step * a) / phi(-2 * step * a) / 2); };
    const Eigen::MatrixXd p = linear_.apply([=](double a) { return std::exp(-step * a / 2) * weight(a); });
    const Eigen::MatrixXd q = linear_.apply(weight);
    halves.setZero();
    for (Index j = 0; j < d; ++j)
      for (Index k = 0; k < d; ++k) {
        halves.col(j) += p(k, j) * own.col(k) + q(k, j) * fresh.col(k);
        halves.col(d + j) += q(k, j) * own.col(k) - p(k, j) * fresh.col(k);
      }
  }

 private:
  LangevinProblem problem_;
  LinearPart linear_;
  Eigen::MatrixXd flow_, noise_;
};

}  // namespace

std::unique_ptr<Scheme> exponential_euler(std::shared_ptr<const Drift> drift, const Eigen::MatrixXd& linear_part,
                                          Temperature tau, double step) {
  LangevinProblem problem(std::move(drift), noise_of_one_step(tau, step), step);
  LinearPart linear(linear_part, problem.drift->dimension());
  return std::make_unique<ExponentialEuler>(std::move(problem), std::move(linear));
}

Eigen::MatrixXd reference_hessian(const Potential& potential) {
  const PotentialFacts facts = potential.facts();
  Scratch scratch;
  const Eigen::VectorXd origin = Eigen::VectorXd::Zero(potential.dimension());
  Eigen::MatrixXd hessian = potential.hessian(facts.minima.empty() ? origin : facts.minima.front(), scratch);
  return 0.5 * (hessian + hessian.transpose());
}

}  // namespace sgdlimits
