#include "models/potentials/quadratic.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {

Quadratic::Quadratic(Eigen::MatrixXd stiffness, Eigen::VectorXd centre)
    : stiffness_(std::move(stiffness)), centre_(std::move(centre)) {
  const std::string size = fmt::format("{} x {}", stiffness_.rows(), stiffness_.cols());
  if (stiffness_.rows() < 1 || stiffness_.rows() != stiffness_.cols())
    throw InvalidArgument("stiffness", size, "a square matrix");
  if (!stiffness_.allFinite()) throw InvalidArgument("stiffness", size + " with entries not finite", "finite");
  const double asymmetry = (stiffness_ - stiffness_.transpose()).cwiseAbs().maxCoeff();
  if (asymmetry > 1e-12 * stiffness_.cwiseAbs().maxCoeff())
    throw InvalidArgument("asymmetry of the stiffness", asymmetry, "0", "pass (K + K^T)/2");
  if (centre_.size() == 0) centre_ = Eigen::VectorXd::Zero(stiffness_.rows());
  if (centre_.size() != stiffness_.rows())
    throw InvalidArgument("length of the centre", std::to_string(centre_.size()),
                          "the dimension, " + std::to_string(stiffness_.rows()));
  if (!centre_.allFinite()) throw InvalidArgument("centre", "not finite", "finite");
  const Eigen::VectorXd eigenvalues =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(stiffness_, Eigen::EigenvaluesOnly).eigenvalues();
  smallest_ = eigenvalues(0);
  largest_ = eigenvalues(eigenvalues.size() - 1);
  if (!(smallest_ > 0)) throw InvalidArgument("smallest eigenvalue of the stiffness", smallest_, "positive");
}

Quadratic Quadratic::diagonal(const Eigen::VectorXd& k) { return Quadratic(k.asDiagonal().toDenseMatrix()); }

void Quadratic::gradient(PointsView x, PointsOut g, Scratch&) const {
  // column by column: each row gets the same operations whatever the batch, unlike a blocked matrix product
  for (Index j = 0; j < dimension(); ++j) {
    g.col(j) = stiffness_(0, j) * (x.col(0) - centre_(0));
    for (Index k = 1; k < dimension(); ++k)
      if (stiffness_(k, j) != 0) g.col(j) += stiffness_(k, j) * (x.col(k) - centre_(k));
  }
}

void Quadratic::value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const {
  gradient(x, g, scratch);
  f = 0.5 * g.col(0) * (x.col(0) - centre_(0));
  for (Index k = 1; k < dimension(); ++k) f += 0.5 * g.col(k) * (x.col(k) - centre_(k));
}

void Quadratic::value(PointsView x, ValuesOut f, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> g = frame.points(x.rows(), dimension());
  value_and_gradient(x, f, g, scratch);
}

void Quadratic::laplacian(PointsView, ValuesOut laplacian, Scratch&) const {
  laplacian.setConstant(stiffness_.trace());
}

Eigen::MatrixXd Quadratic::hessian(const Eigen::VectorXd&, Scratch&) const { return stiffness_; }

PotentialFacts Quadratic::facts() const {
  PotentialFacts facts;
  facts.minima = {centre_};
  facts.convexity = smallest_;
  if (largest_ == smallest_) facts.ridge = smallest_;
  return facts;
}

std::string Quadratic::description() const {
  return fmt::format("quadratic form in {} dimension{}, stiffness from {} to {}", dimension(),
                     dimension() == 1 ? "" : "s", shortest(smallest_), shortest(largest_));
}

}  // namespace sgdlimits
