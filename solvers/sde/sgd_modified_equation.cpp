#include "solvers/sde/sgd_modified_equation.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "core/errors.hpp"
#include "solvers/sde/batch_sampler.hpp"

namespace sgdlimits {
namespace {

/// out = Hess f(x) g, row by row.
void hessian_times(const FiniteSum& sum, PointsView x, PointsView g, PointsOut out, Scratch& scratch) {
  if (sum.has_exact_hessian()) {
    for (Index i = 0; i < x.rows(); ++i)
      out.row(i) =
          (sum.hessian(x.row(i).transpose().matrix(), scratch) * g.row(i).transpose().matrix()).transpose().array();
    return;
  }
  constexpr double kStep = 1e-3;  // error of the formula and rounding both near 1e-12
  const double weights[] = {8.0 / 12, -1.0 / 12};
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> shifted = frame.points(x.rows(), x.cols()), gradient = frame.points(x.rows(), x.cols());
  Eigen::Map<Values> length = frame.values(x.rows());
  length = g.square().rowwise().sum().sqrt();
  out.setZero();
  for (int k = 1; k <= 2; ++k)
    for (const int sign : {1, -1}) {
      for (Index i = 0; i < x.rows(); ++i)
        shifted.row(i) = x.row(i) + (length(i) > 0 ? sign * k * kStep / length(i) : 0.0) * g.row(i);
      sum.gradient(shifted, gradient, scratch);
      out += sign * weights[k - 1] / kStep * gradient;
    }
  out.colwise() *= length;
}

class SgdModifiedEquation final : public Scheme {
 public:
  SgdModifiedEquation(std::shared_ptr<const FiniteSum> sum, LearningRate s, double factor, ModifiedEquation equation,
                      CovarianceRoot root, double step)
      : sum_(std::move(sum)), rate_(s), factor_(factor), equation_(equation), root_(root), step_(step) {}

  std::string name() const override { return to_string(equation_) + ", euler-maruyama"; }
  Index dimension() const override { return sum_->dimension(); }
  double step_size() const override { return step_; }
  SchemeOrders orders() const override { return {{}, 1.0, {}}; }
  Index normals_per_step() const override {
    return root_ == CovarianceRoot::symmetric ? sum_->dimension() : sum_->terms();
  }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(block.x.rows(), block.x.cols());
    modified_drift(*sum_, rate_, equation_, block.x, drift, block.scratch);
    for (Index i = 0; i < block.x.rows(); ++i) {
      const Eigen::VectorXd x = block.x.row(i).transpose(), g = block.normals.row(i).transpose();
      const Eigen::VectorXd noise = std::sqrt(rate_.value() * factor_ * step_) * root_times(x, g, block.scratch);
      block.x.row(i) += step_ * drift.row(i) + noise.transpose().array();
    }
  }

 private:
  /// Sigma(x)^(1/2) g
  Eigen::VectorXd root_times(const Eigen::VectorXd& x, const Eigen::VectorXd& g, Scratch& scratch) const {
    const Points terms = sum_->term_gradients(x, scratch);
    const Eigen::MatrixXd centred =
        (terms.rowwise() - terms.colwise().mean()).matrix() / std::sqrt(static_cast<double>(terms.rows()));
    if (root_ == CovarianceRoot::per_samples) return centred.transpose() * g;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(centred.transpose() * centred);
    // rounding may leave eigenvalues of -1e-17
    const Eigen::VectorXd scale = eigen.eigenvalues().cwiseMax(0.0).cwiseSqrt();
    return eigen.eigenvectors() * scale.cwiseProduct(eigen.eigenvectors().transpose() * g);
  }

  std::shared_ptr<const FiniteSum> sum_;
  LearningRate rate_;
  double factor_;
  ModifiedEquation equation_;
  CovarianceRoot root_;
  double step_;
};

}  // namespace

std::string to_string(ModifiedEquation equation) { return equation == ModifiedEquation::sme1 ? "SME-1" : "SME-2"; }

void modified_drift(const FiniteSum& sum, LearningRate s, ModifiedEquation equation, PointsView x, PointsOut drift,
                    Scratch& scratch) {
  sum.gradient(x, drift, scratch);
  if (equation == ModifiedEquation::sme2) {
    Scratch::Frame frame(scratch);
    Eigen::Map<Points> curved = frame.points(x.rows(), x.cols());
    hessian_times(sum, x, drift, curved, scratch);
    drift += 0.5 * s.value() * curved;
  }
  drift = -drift;
}

std::unique_ptr<Scheme> sgd_modified_equation(std::shared_ptr<const FiniteSum> sum, LearningRate s, Index batch,
                                              Replacement replacement, ModifiedEquation equation, CovarianceRoot root,
                                              double step) {
  if (!sum) throw InvalidArgument("finite sum", "null", "a mean over samples");
  if (!(step > 0 && std::isfinite(step))) throw InvalidArgument("step", step, "positive and finite");
  if (!sum->domain().is_everywhere())
    throw InvalidArgument("domain", "with finite ends", "the whole space for a modified equation");
  BatchSampler(sum->terms(), batch, replacement);  // for its checks
  const auto n = static_cast<double>(sum->terms()), b = static_cast<double>(batch);
  const double factor = replacement == Replacement::with ? 1 / b : n > 1 ? (n - b) / ((n - 1) * b) : 0.0;
  return std::make_unique<SgdModifiedEquation>(std::move(sum), s, factor, equation, root, step);
}

}  // namespace sgdlimits
