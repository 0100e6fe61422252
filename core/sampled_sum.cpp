#include "core/sampled_sum.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {

Eigen::MatrixXd SampledSum::gradient_covariance(const Eigen::VectorXd&, Scratch&) const {
  throw InvalidArgument("covariance of a sample's gradient", "not known", "known to the law of samples");
}

void SampledSum::gradient_covariances(PointsView x, PointsOut sigma, Scratch& scratch) const {
  for (Index i = 0; i < x.rows(); ++i) {
    const Eigen::MatrixXd one = gradient_covariance(x.row(i).transpose().matrix(), scratch);
    Index k = 0;
    for (Index a = 0; a < x.cols(); ++a)
      for (Index b = a; b < x.cols(); ++b) sigma(i, k++) = one(a, b);
  }
}

void SampledSum::online_steps(ValuesOut x, const OnlineSteps& steps, Scratch& scratch) const {
  const Index d = dimension();
  Points point = x.matrix().transpose().array(), gradient(1, d), normals(1, d);
  for (Index k = 0; k < steps.rates.size(); ++k) {
    const std::int64_t step = steps.first_step + k;
    sample_gradient(point, steps.noise, steps.path, step, steps.batch, gradient, scratch);
    point -= steps.rates(k) * gradient;
    if (steps.standard_deviation.size() == 0) continue;
    steps.noise.with(Stream::brownian).normals(steps.path, step * d, normals);
    point += steps.standard_deviation(k) * normals;
  }
  x = point.row(0).transpose();
}

}  // namespace sgdlimits
