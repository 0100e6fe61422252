#include "core/potential.hpp"

#include <cmath>
#include <limits>

namespace sgdlimits {

Box Box::everywhere(Index dimension) {
  const double inf = std::numeric_limits<double>::infinity();
  return {Eigen::ArrayXd::Constant(dimension, -inf), Eigen::ArrayXd::Constant(dimension, inf)};
}

bool Box::is_everywhere() const { return lower.isInf().all() && upper.isInf().all(); }

void Potential::value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const {
  value(x, f, scratch);
  gradient(x, g, scratch);
}

void Potential::laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const {
  for (Index i = 0; i < x.rows(); ++i) laplacian(i) = hessian(x.row(i).matrix().transpose(), scratch).trace();
}

Eigen::MatrixXd Potential::hessian(const Eigen::VectorXd& x, Scratch& scratch) const {
  const Index d = dimension();
  // rows 4j..4j+3: x +- h e_j, x +- 2h e_j; (8 (g+ - g-) - (g++ - g--)) / (12 h), error O(h^4)
  Points around = x.array().transpose().replicate(padded(4 * d), 1);
  Eigen::ArrayXd step(d);
  for (Index j = 0; j < d; ++j) {
    step(j) = 1e-3 * std::max(1.0, std::abs(x(j)));
    const double offsets[4] = {step(j), -step(j), 2 * step(j), -2 * step(j)};
    for (Index k = 0; k < 4; ++k) around(4 * j + k, j) += offsets[k];
  }
  Points g(around.rows(), d);
  gradient(around, g, scratch);
  Eigen::MatrixXd hess(d, d);
  for (Index j = 0; j < d; ++j) {
    const auto row = [&](Index k) { return g.row(4 * j + k).matrix().transpose(); };
    hess.col(j) = (8.0 * (row(0) - row(1)) - (row(2) - row(3))) / (12.0 * step(j));
  }
  return 0.5 * (hess + hess.transpose());
}

std::vector<std::string> Potential::coordinate_names() const {
  std::vector<std::string> names;
  for (Index j = 0; j < dimension(); ++j) names.push_back("x" + std::to_string(j));
  return names;
}

Values values(const Potential& potential, PointsView x) {
  Scratch scratch;
  Values f(x.rows());
  potential.value(x, f, scratch);
  return f;
}

Points gradients(const Potential& potential, PointsView x) {
  Scratch scratch;
  Points g(x.rows(), x.cols());
  potential.gradient(x, g, scratch);
  return g;
}

double gradient_check(const Potential& potential, PointsView x) {
  const Points g = gradients(potential, x);
  double worst = 0;
  for (Index j = 0; j < x.cols(); ++j) {
    const Eigen::ArrayXd h = 1e-3 * x.col(j).abs().max(1.0);
    const auto shifted = [&](double multiple) {
      Points y = x;
      y.col(j) += multiple * h;
      return values(potential, y);
    };
    const Values difference = (8.0 * (shifted(1) - shifted(-1)) - (shifted(2) - shifted(-2))) / (12.0 * h);
    const double gap = ((difference - g.col(j)).abs() / (1.0 + g.matrix().rowwise().norm().array())).maxCoeff();
    worst = std::max(worst, std::isnan(gap) ? std::numeric_limits<double>::infinity() : gap);
  }
  return worst;
}

}  // namespace sgdlimits
