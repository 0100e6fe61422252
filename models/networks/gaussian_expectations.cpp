#include "models/networks/gaussian_expectations.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "models/networks/piecewise_gaussian.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

using networks::GaussianInput;
using networks::PairMoments;
using networks::PiecewiseLinear;
using networks::SingleMoments;

GaussianInput checked(const Preactivation& z) {
  if (!std::isfinite(z.mean)) throw InvalidArgument("mean of the pre-activation", z.mean, "finite");
  if (!(z.sd >= 0 && std::isfinite(z.sd)))
    throw InvalidArgument("sd of the pre-activation", z.sd, "at least 0 and finite");
  return {z.mean, z.sd};
}

/// One net under one class: the laws of its pre-activations.
class NetOnClass {
 public:
  NetOnClass(const PiecewiseLinear& sigma, const Eigen::VectorXd& outer, const GaussianClass& one,
             const Eigen::MatrixXd& w)
      : sigma_(sigma), outer_(outer), one_(one), w_(w) {
    const Eigen::MatrixXd scaled = one.sd.asDiagonal() * w;  // D x p
    covariance_ = scaled.transpose() * scaled;
    for (Index j = 0; j < outer.size(); ++j) z_.push_back({one.mean.dot(w.col(j)), std::sqrt(covariance_(j, j))});
  }

  /// E (y - yhat)^2
  double risk() const {
    double prediction = 0, square = 0;
    for (Index j = 0; j < outer_.size(); ++j) {
      prediction += outer_(j) * single_moments(sigma_, z(j)).value;
      square += outer_(j) * outer_(j) * pair_product(sigma_, z(j), z(j), 1);
      double row = 0;
      for (Index l = 0; l < j; ++l) row += outer_(l) * pair_product(sigma_, z(j), z(l), correlation(j, l));
      square += 2 * outer_(j) * row;
    }
    return one_.target * one_.target - 2 * one_.target * prediction + square;
  }

  /// Half its gradient, D x p.
  Eigen::MatrixXd half_gradient() const {
    const Index p = outer_.size();
    Eigen::VectorXd mean(p), curvature(p);
    Eigen::MatrixXd slopes(p, p);
    for (Index j = 0; j < p; ++j) {
      const SingleMoments single = single_moments(sigma_, z(j));
      mean(j) = -one_.target * single.slope;
      curvature(j) = -one_.target * single.curvature;
    }
    for (Index j = 0; j < p; ++j)
      for (Index l = 0; l <= j; ++l) {
        const PairMoments pair = pair_moments(sigma_, z(j), z(l), j == l ? 1 : correlation(j, l));
        slopes(j, l) = slopes(l, j) = outer_(j) * outer_(l) * pair.slopes;
        mean(j) += outer_(l) * pair.slope_value;
        curvature(j) += outer_(l) * pair.curved_value;
        if (l == j) continue;
        mean(l) += outer_(j) * pair.value_slope;
        curvature(l) += outer_(j) * pair.value_curved;
      }
    slopes.diagonal() += outer_.cwiseProduct(curvature);
    return one_.mean * outer_.cwiseProduct(mean).transpose() + one_.sd.cwiseAbs2().asDiagonal() * (w_ * slopes);
  }

 private:
  const GaussianInput& z(Index j) const { return z_[static_cast<std::size_t>(j)]; }
  double correlation(Index j, Index l) const {
    const double scale = z(j).sd * z(l).sd;
    return scale > 0 ? std::clamp(covariance_(j, l) / scale, -1.0, 1.0) : 0;
  }

  const PiecewiseLinear& sigma_;
  const Eigen::VectorXd& outer_;
  const GaussianClass& one_;
  const Eigen::MatrixXd& w_;
  Eigen::MatrixXd covariance_;
  std::vector<GaussianInput> z_;
};

void check(const TwoLayerNetSpec& spec, const GaussianClasses& law, PointsView weights) {
  networks::check_net(spec);
  const Index p = spec.outer_weights.size(), d = law.inputs();
  if (spec.loss != Loss::square) throw InvalidArgument("loss", to_string(spec.loss), "square");
  if (weights.cols() != p * d)
    throw InvalidArgument("weights a point", std::to_string(weights.cols()),
                          "width times inputs, " + std::to_string(p) + " x " + std::to_string(d));
}

/// each(i, W as D x p, probability, net on class) for all nets and classes.
template <class Each>
void for_each_net(const TwoLayerNetSpec& spec, const GaussianClasses& law, PointsView weights, Each each) {
  check(spec, law, weights);
  const Index p = spec.outer_weights.size(), d = law.inputs();
  const PiecewiseLinear sigma = networks::piecewise_linear_form(spec.activation);
  const Eigen::VectorXd outer = output_factor(spec.scale, p) * spec.outer_weights;
  for (Index i = 0; i < weights.rows(); ++i) {
    const Eigen::VectorXd row = weights.row(i).matrix();
    const Eigen::MatrixXd w = Eigen::Map<const Eigen::MatrixXd>(row.data(), d, p);
    for (const GaussianClass& one : law.classes()) each(i, one.probability, NetOnClass(sigma, outer, one, w));
  }
}

}  // namespace

bool is_piecewise_linear(Activation activation) {
  return activation == Activation::relu || activation == Activation::piecewise_linear;
}

double gaussian_mean(Activation activation, double mean, double sd) {
  return single_moments(networks::piecewise_linear_form(activation), checked({mean, sd})).value;
}

double gaussian_product(Activation activation, Preactivation first, Preactivation second, double correlation) {
  if (!(std::abs(correlation) <= 1)) throw InvalidArgument("correlation", correlation, "between -1 and 1");
  return pair_product(networks::piecewise_linear_form(activation), checked(first), checked(second), correlation);
}

Values population_risk(const TwoLayerNetSpec& spec, const GaussianClasses& law, PointsView weights) {
  Values risk = 0.5 * spec.ridge * weights.square().rowwise().sum();
  for_each_net(spec, law, weights, [&](Index i, double probability, const NetOnClass& net) {
    risk(i) += spec.loss_factor * probability * net.risk();
  });
  return risk;
}

Points population_risk_gradient(const TwoLayerNetSpec& spec, const GaussianClasses& law, PointsView weights) {
  Points gradient = spec.ridge * weights;
  for_each_net(spec, law, weights, [&](Index i, double probability, const NetOnClass& net) {
    const Eigen::MatrixXd half = net.half_gradient();
    gradient.row(i) +=
        2 * spec.loss_factor * probability * Eigen::Map<const Eigen::RowVectorXd>(half.data(), half.size()).array();
  });
  return gradient;
}

}  // namespace sgdlimits
