#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/langevin_problem.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

constexpr int kMostEvaluations = 60;
constexpr double kTolerance = 1e-12, kRounding = 4e-15, kStalled = 1e-9;
/// No Newton step is longer than this many times what the equation is made of: near a singular Hessian a huge z would
/// satisfy it to relative rounding.
constexpr double kLongest = 1e3;

/// z + w grad f(z) = c for every row of a tile, w = theta h: the minimum of |z - c|^2/2 + w f(z). Each row moves by
/// itself, so its bits do not depend on the others.
class ImplicitStep {
 public:
  ImplicitStep(const Potential& f, double w, PathBlock& block, Eigen::Map<Points> right_side)
      : f_(f),
        w_(w),
        z_(block.x),
        c_(right_side),
        scratch_(block.scratch),
        frame_(block.scratch),
        gradient_(frame_.points(z_.rows(), z_.cols())),
        base_(frame_.points(z_.rows(), z_.cols())),
        direction_(frame_.points(z_.rows(), z_.cols())),
        curvature_(frame_.values(z_.rows())),
        norm_(frame_.values(z_.rows())),
        part_(frame_.values(z_.rows())) {}

  /// Starts at z = X. Rows without a solution become infinite.
  void solve() {
    norm_.setConstant(std::numeric_limits<double>::infinity());
    part_.setOnes();
    for (int evaluation = 0; evaluation < kMostEvaluations; ++evaluation) {
      f_.gradient(z_, gradient_, scratch_);
      if (z_.cols() == 1) f_.laplacian(z_, curvature_, scratch_);
      if (!improve_rows()) return;
    }
    for (Index i = 0; i < z_.rows(); ++i)
      if (part_(i) > 0) z_.row(i) = std::numeric_limits<double>::infinity();
  }

 private:
  /// One Newton step, or half of the one before, in every row that is not done (part = 0); false if all are.
  bool improve_rows() {
    bool open = false;
    for (Index i = 0; i < z_.rows(); ++i) {
      if (part_(i) == 0) continue;
      double norm = 0, right = 0, scale = 0;
      for (Index j = 0; j < z_.cols(); ++j) {
        norm = std::max(norm, std::abs(z_(i, j) + w_ * gradient_(i, j) - c_(i, j)));
        right = std::max(right, std::abs(c_(i, j)));
        scale = std::max({scale, std::abs(z_(i, j)), std::abs(w_ * gradient_(i, j)), right});
      }
      if (norm <= std::max(kTolerance * right, kRounding * scale)) {
        part_(i) = 0;
        continue;
      }
      open = true;
      if (norm < (1 - 1e-4 * part_(i)) * norm_(i)) {
        norm_(i) = norm;
        part_(i) = 1;
        base_.row(i) = z_.row(i);
        find_direction(i);
        const double length = direction_.row(i).abs().maxCoeff();
        if (length > kLongest * scale) direction_.row(i) *= kLongest * scale / length;
      } else if (norm_(i) <= kStalled * right) {
        part_(i) = 0;  // so near, only rounding can keep a Newton step from improving
      } else {
        part_(i) /= 2;
      }
      z_.row(i) = base_.row(i) + part_(i) * direction_.row(i);
    }
    return open;
  }

  void find_direction(Index i) {
    if (z_.cols() == 1) {
      direction_(i, 0) = (c_(i, 0) - z_(i, 0) - w_ * gradient_(i, 0)) / (1 + w_ * curvature_(i));
      return;
    }
    const Eigen::VectorXd here = z_.row(i).matrix().transpose();
    Eigen::MatrixXd newton = w_ * f_.hessian(here, scratch_);
    newton.diagonal().array() += 1;
    const Eigen::VectorXd residual = (c_.row(i) - z_.row(i) - w_ * gradient_.row(i)).matrix().transpose();
    direction_.row(i) = newton.partialPivLu().solve(residual).transpose().array();
  }

  const Potential& f_;
  double w_;
  Eigen::Map<Points> z_, c_;
  Scratch& scratch_;
  Scratch::Frame frame_;
  Eigen::Map<Points> gradient_, base_, direction_;
  Eigen::Map<Values> curvature_, norm_, part_;
};

class Theta final : public Scheme {
 public:
  Theta(LangevinProblem problem, std::shared_ptr<const Potential> potential, double theta)
      : problem_(std::move(problem)), potential_(std::move(potential)), theta_(theta) {}

  std::string name() const override {
    if (theta_ == 1) return "implicit-euler";
    return theta_ == 0.5 ? "trapezoidal" : "theta scheme, theta " + shortest(theta_);
  }
  Index dimension() const override { return potential_->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override {
    return theta_ == 0.5 ? SchemeOrders{1.0, 2.0, 2.0} : SchemeOrders{1.0, 1.0, 1.0};
  }
  Index normals_per_step() const override { return dimension(); }
  std::string remedy_for_loss() const override {
    return "the implicit equation found no solution by Newton; take a step smaller than " + shortest(problem_.step);
  }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = block.x.cols();
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> right_side = frame.points(n, d);
    right_side = block.x + problem_.noise * block.normals;
    if (theta_ < 1) {
      Eigen::Map<Points> gradient = frame.points(n, d);
      potential_->gradient(block.x, gradient, block.scratch);
      right_side -= (1 - theta_) * problem_.step * gradient;
    }
    ImplicitStep(*potential_, theta_ * problem_.step, block, right_side).solve();
  }

 private:
  LangevinProblem problem_;
  std::shared_ptr<const Potential> potential_;
  double theta_;
};

}  // namespace

std::unique_ptr<Scheme> theta_scheme(std::shared_ptr<const Potential> potential, Temperature tau, double step,
                                     double theta) {
  if (!potential) throw InvalidArgument("potential", "null", "a potential");
  if (!(theta >= 0.5 && theta <= 1)) throw InvalidArgument("theta", theta, "between 1/2 and 1");
  if (!potential->domain().is_everywhere())
    throw InvalidArgument("domain of the potential", "finite", "the whole space",
                          "take euler-maruyama, which folds at its ends");
  LangevinProblem problem(std::make_shared<GradientDrift>(potential), noise_of_one_step(tau, step), step);
  return std::make_unique<Theta>(std::move(problem), std::move(potential), theta);
}

}  // namespace sgdlimits
