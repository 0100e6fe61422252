#include "models/potentials/sampled.hpp"

#include <string>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

class TiltedSamples final : public FiniteSum {
 public:
  TiltedSamples(std::shared_ptr<const Potential> base, Points tilts)
      : base_(std::move(base)), tilts_(std::move(tilts)), mean_(tilts_.colwise().mean().transpose()) {}

  Index dimension() const override { return base_->dimension(); }
  Index terms() const override { return tilts_.rows(); }
  void value(PointsView x, ValuesOut f, Scratch& scratch) const override {
    base_->value(x, f, scratch);
    for (Index j = 0; j < x.cols(); ++j) f += mean_(j) * x.col(j);
  }
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override {
    base_->gradient(x, g, scratch);
    g.rowwise() += mean_.transpose();
  }
  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const override {
    base_->gradient(x, g, scratch);
    const double weight = 1 / static_cast<double>(indices.cols());
    for (Index i = 0; i < x.rows(); ++i)
      for (Index b = 0; b < indices.cols(); ++b) g.row(i) += weight * tilts_.row(indices(i, b));
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch& scratch) const override {
    Points here = x.transpose().array(), g(1, x.size());
    base_->gradient(here, g, scratch);
    return tilts_.rowwise() + g.row(0);
  }
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const override {
    base_->laplacian(x, laplacian, scratch);
  }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override {
    return base_->hessian(x, scratch);
  }
  bool has_exact_hessian() const override { return base_->has_exact_hessian(); }
  Box domain() const override { return base_->domain(); }
  std::vector<std::string> coordinate_names() const override { return base_->coordinate_names(); }
  std::string description() const override {
    return base_->description() + " + c.x over " + std::to_string(terms()) + " samples of c";
  }

 private:
  std::shared_ptr<const Potential> base_;
  Points tilts_;
  Values mean_;
};

class LeastSquares final : public FiniteSum {
 public:
  LeastSquares(Points features, Values targets, double ridge)
      : features_(std::move(features)), targets_(std::move(targets)), ridge_(ridge) {
    const double n = static_cast<double>(features_.rows());
    hessian_ = features_.matrix().transpose() * features_.matrix() / n;
    hessian_.diagonal().array() += ridge_;
    slope_ = features_.matrix().transpose() * targets_.matrix() / n;
    offset_ = 0.5 * targets_.square().mean();
  }

  Index dimension() const override { return features_.cols(); }
  Index terms() const override { return features_.rows(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    const Points image = (x.matrix() * hessian_).array() * 0.5;
    f = (image * x).rowwise().sum() - (x.matrix() * slope_).array() + offset_;
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g = ((x.matrix() * hessian_).rowwise() - slope_.transpose()).array();
  }
  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch&) const override {
    const double weight = 1 / static_cast<double>(indices.cols());
    g = ridge_ * x;
    for (Index i = 0; i < x.rows(); ++i)
      for (Index b = 0; b < indices.cols(); ++b) {
        const Index k = indices(i, b);
        g.row(i) += weight * ((features_.row(k) * x.row(i)).sum() - targets_(k)) * features_.row(k);
      }
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override {
    const Values residual = (features_.matrix() * x).array() - targets_;
    Points terms = features_.colwise() * residual;
    terms.rowwise() += ridge_ * x.transpose().array();
    return terms;
  }
  void laplacian(PointsView, ValuesOut laplacian, Scratch&) const override {
    laplacian.setConstant(hessian_.trace());
  }
  Eigen::MatrixXd hessian(const Eigen::VectorXd&, Scratch&) const override { return hessian_; }
  bool has_exact_hessian() const override { return true; }
  std::string description() const override {
    return "least squares over " + std::to_string(terms()) + " samples, ridge " + std::to_string(ridge_);
  }

 private:
  Points features_;
  Values targets_;
  double ridge_, offset_ = 0;
  Eigen::MatrixXd hessian_;
  Eigen::VectorXd slope_;
};

}  // namespace

std::shared_ptr<const FiniteSum> tilted_samples(std::shared_ptr<const Potential> base, Points tilts) {
  if (!base) throw InvalidArgument("base potential", "null", "a potential");
  if (tilts.rows() < 1 || tilts.cols() != base->dimension())
    throw InvalidArgument("tilts", std::to_string(tilts.rows()) + " x " + std::to_string(tilts.cols()),
                          "n x " + std::to_string(base->dimension()) + ", n at least 1");
  if (!tilts.isFinite().all()) throw InvalidArgument("tilt", "infinite or NaN", "finite");
  return std::make_shared<TiltedSamples>(std::move(base), std::move(tilts));
}

std::shared_ptr<const FiniteSum> least_squares(Points features, Values targets, double ridge) {
  if (features.rows() < 1 || features.cols() < 1)
    throw InvalidArgument("features", std::to_string(features.rows()) + " x " + std::to_string(features.cols()),
                          "at least one sample and one coordinate");
  if (targets.size() != features.rows())
    throw InvalidArgument("targets", std::to_string(targets.size()),
                          "one a sample: " + std::to_string(features.rows()));
  if (!features.isFinite().all() || !targets.isFinite().all())
    throw InvalidArgument("feature or target", "infinite or NaN", "finite");
  if (!(ridge >= 0) || !(ridge < std::numeric_limits<double>::infinity()))
    throw InvalidArgument("ridge", ridge, "nonnegative");
  return std::make_shared<LeastSquares>(std::move(features), std::move(targets), ridge);
}

}  // namespace sgdlimits
