#include "solvers/sde/sgd_modified_equation.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "solvers/sde/batch_sampler.hpp"

namespace sgdlimits {
namespace {

/// out = Hess f(x) g, row by row.
void hessian_times(const Potential& f, PointsView x, PointsView g, PointsOut out, Scratch& scratch) {
  if (f.has_exact_hessian() && x.cols() == 1) {
    f.laplacian(x, out.col(0), scratch);
    out *= g;
    return;
  }
  if (f.has_exact_hessian()) {
    for (Index i = 0; i < x.rows(); ++i)
      out.row(i) =
          (f.hessian(x.row(i).transpose().matrix(), scratch) * g.row(i).transpose().matrix()).transpose().array();
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
      f.gradient(shifted, gradient, scratch);
      out += sign * weights[k - 1] / kStep * gradient;
    }
  out.colwise() *= length;
}

/// A root of Sigma(x), whichever, times Gaussians.
class SigmaRoot {
 public:
  virtual ~SigmaRoot() = default;
  virtual Index normals() const = 0;
  /// out.row(i) = Sigma(x_i)^(1/2) g_i
  virtual void times(PointsView x, PointsView g, PointsOut out, Scratch& scratch) const = 0;
};

using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd symmetric_root_times(const MatrixXd& sigma, const VectorXd& g) {
  if (g.size() == 1) return std::sqrt(std::max(0.0, sigma(0, 0))) * g;
  if (g.size() == 2) {  // Cayley-Hamilton
    const double root_determinant = std::sqrt(std::max(0.0, sigma(0, 0) * sigma(1, 1) - sigma(0, 1) * sigma(1, 0)));
    const double trace = std::sqrt(sigma.trace() + 2 * root_determinant);  // of the root
    if (trace > 0) return (sigma * g + root_determinant * g) / trace;
    return VectorXd::Zero(2);
  }
  const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(sigma);
  // rounding may leave eigenvalues of -1e-17
  const VectorXd scale = eigen.eigenvalues().cwiseMax(0.0).cwiseSqrt();
  return eigen.eigenvectors() * scale.cwiseProduct(eigen.eigenvectors().transpose() * g);
}

class RootOfSamples final : public SigmaRoot {
 public:
  RootOfSamples(std::shared_ptr<const FiniteSum> sum, CovarianceRoot root) : sum_(std::move(sum)), root_(root) {}
  Index normals() const override { return root_ == CovarianceRoot::symmetric ? sum_->dimension() : sum_->terms(); }
  void times(PointsView x, PointsView g, PointsOut out, Scratch& scratch) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      const Points terms = sum_->term_gradients(x.row(i).transpose().matrix(), scratch);
      const MatrixXd centred =
          (terms.rowwise() - terms.colwise().mean()).matrix() / std::sqrt(static_cast<double>(terms.rows()));
      const VectorXd normals = g.row(i).transpose().matrix();
      const VectorXd noise = root_ == CovarianceRoot::per_samples
                                 ? VectorXd(centred.transpose() * normals)
                                 : symmetric_root_times(centred.transpose() * centred, normals);
      out.row(i) = noise.transpose().array();
    }
  }

 private:
  std::shared_ptr<const FiniteSum> sum_;
  CovarianceRoot root_;
};

class RootOfLaw final : public SigmaRoot {
 public:
  explicit RootOfLaw(std::shared_ptr<const SampledSum> law) : law_(std::move(law)) {}
  Index normals() const override { return law_->dimension(); }
  void times(PointsView x, PointsView g, PointsOut out, Scratch& scratch) const override {
    const Index d = x.cols();
    Scratch::Frame frame(scratch);
    Eigen::Map<Points> upper = frame.points(x.rows(), d * (d + 1) / 2);
    law_->gradient_covariances(x, upper, scratch);
    if (d == 1) {
      out = upper.max(0).sqrt() * g;
      return;
    }
    MatrixXd sigma(d, d);
    for (Index i = 0; i < x.rows(); ++i) {
      Index k = 0;
      for (Index a = 0; a < d; ++a)
        for (Index b = a; b < d; ++b) sigma(a, b) = sigma(b, a) = upper(i, k++);
      out.row(i) = symmetric_root_times(sigma, g.row(i).transpose().matrix()).transpose().array();
    }
  }

 private:
  std::shared_ptr<const SampledSum> law_;
};

class SgdModifiedEquation final : public Scheme {
 public:
  SgdModifiedEquation(std::shared_ptr<const Potential> f, std::unique_ptr<const SigmaRoot> root, LearningRate s,
                      double factor, ModifiedEquation equation, double step)
      : f_(std::move(f)), root_(std::move(root)), rate_(s), factor_(factor), equation_(equation), step_(step) {
    if (!(step > 0 && std::isfinite(step))) throw InvalidArgument("step", step, "positive and finite");
    if (!f_->domain().is_everywhere())
      throw InvalidArgument("domain", "with finite ends", "the whole space for a modified equation");
  }

  std::string name() const override { return to_string(equation_) + ", euler-maruyama"; }
  Index dimension() const override { return f_->dimension(); }
  double step_size() const override { return step_; }
  SchemeOrders orders() const override { return {{}, 1.0, {}}; }
  Index normals_per_step() const override { return root_->normals(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(block.x.rows(), block.x.cols()),
                       noise = frame.points(block.x.rows(), block.x.cols());
    modified_drift(*f_, rate_, equation_, block.x, drift, block.scratch);
    root_->times(block.x, block.normals.leftCols(normals_per_step()), noise, block.scratch);
    block.x += step_ * drift + std::sqrt(rate_.value() * factor_ * step_) * noise;
  }

 private:
  std::shared_ptr<const Potential> f_;
  std::unique_ptr<const SigmaRoot> root_;
  LearningRate rate_;
  double factor_;
  ModifiedEquation equation_;
  double step_;
};

}  // namespace

std::string to_string(ModifiedEquation equation) { return equation == ModifiedEquation::sme1 ? "SME-1" : "SME-2"; }

void modified_drift(const Potential& f, LearningRate s, ModifiedEquation equation, PointsView x, PointsOut drift,
                    Scratch& scratch) {
  f.gradient(x, drift, scratch);
  if (equation == ModifiedEquation::sme2) {
    Scratch::Frame frame(scratch);
    Eigen::Map<Points> curved = frame.points(x.rows(), x.cols());
    hessian_times(f, x, drift, curved, scratch);
    drift += 0.5 * s.value() * curved;
  }
  drift = -drift;
}

std::unique_ptr<Scheme> sgd_modified_equation(std::shared_ptr<const FiniteSum> sum, LearningRate s, Index batch,
                                              Replacement replacement, ModifiedEquation equation, CovarianceRoot root,
                                              double step) {
  if (!sum) throw InvalidArgument("finite sum", "null", "a mean over samples");
  const double factor = batch_covariance_factor(sum->terms(), batch, replacement);
  auto sigma = std::make_unique<RootOfSamples>(sum, root);
  return std::make_unique<SgdModifiedEquation>(std::move(sum), std::move(sigma), s, factor, equation, step);
}

double batch_covariance_factor(Index terms, Index batch, Replacement replacement) {
  BatchSampler(terms, batch, replacement);  // for its checks
  const auto n = static_cast<double>(terms), b = static_cast<double>(batch);
  if (replacement == Replacement::with) return 1 / b;
  return n > 1 ? (n - b) / ((n - 1) * b) : 0.0;
}

std::unique_ptr<Scheme> sgd_modified_equation(std::shared_ptr<const Potential> f,
                                              std::shared_ptr<const SampledSum> law, LearningRate s, Index batch,
                                              ModifiedEquation equation, double step) {
  if (!f) throw InvalidArgument("potential", "null", "a mean over a law of samples");
  if (!law || !law->has_gradient_covariance() || law->dimension() != f->dimension())
    throw InvalidArgument("law of samples", "without a covariance of its gradients",
                          "the law of f's samples with one");
  if (batch < 1) throw InvalidArgument("batch", std::to_string(batch), "at least 1");
  const double factor = 1 / static_cast<double>(batch);
  auto sigma = std::make_unique<RootOfLaw>(std::move(law));
  return std::make_unique<SgdModifiedEquation>(std::move(f), std::move(sigma), s, factor, equation, step);
}

}  // namespace sgdlimits
