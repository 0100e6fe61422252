#include "solvers/markov/kolmogorov_means.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

using Matrix = Eigen::MatrixXd;

/// Derivative of sinc or (odd or even) trigonometric interpolants at the nodes.
Matrix derivative(const LatticeAxis& axis) {
  const Index n = axis.nodes;
  Matrix d = Matrix::Zero(n, n);
  for (Index j = 0; j < n; ++j)
    for (Index m = 0; m < n; ++m) {
      if (j == m) continue;
      const double sign = (j - m) % 2 == 0 ? 1 : -1, apart = static_cast<double>(j - m);
      if (!axis.circle) {
        d(j, m) = sign / (apart * axis.spacing());
        continue;
      }
      const double half = std::numbers::pi * apart / static_cast<double>(n);
      const double cardinal = n % 2 == 0 ? 1 / std::tan(half) : 1 / std::sin(half);
      d(j, m) = sign * std::numbers::pi / (axis.upper - axis.lower) * cardinal;
    }
  return d;
}

/// Values of the cardinal functions of an axis at x.
Eigen::VectorXd cardinals(const LatticeAxis& axis, double x) {
  Eigen::VectorXd c(axis.nodes);
  for (Index j = 0; j < axis.nodes; ++j) {
    const double phase = std::numbers::pi * (x - axis.node(j)) / axis.spacing();
    const double n = static_cast<double>(axis.nodes), sine = std::sin(axis.circle ? phase / n : phase);
    if (std::abs(sine) < 1e-14 && (axis.circle || std::abs(phase) < 1))
      c(j) = 1;
    else if (!axis.circle)
      c(j) = sine / phase;
    else
      c(j) = std::sin(phase) / (n * (axis.nodes % 2 == 0 ? std::tan(phase / n) : sine));
  }
  return c;
}

/// w L w^{-1} on functions at the nodes, columns: axis 0 down, axis 1 across.
class WeightedGenerator {
 public:
  WeightedGenerator(const BackwardEquation& equation, const Lattice& lattice) {
    const Index d = lattice.dimension(), n = lattice.size();
    Scratch scratch;
    Points b(n, d), a(n, d * d);
    equation.drift(lattice.points(), b, scratch);
    equation.covariance(lattice.points(), a, scratch);
    const Points slope = lattice.log_weight_gradient();
    rows_ = lattice.axes()[0].nodes;
    columns_ = n / rows_;
    for (Index i = 0; i < d; ++i) {
      derivative_.push_back(derivative(lattice.axes()[static_cast<std::size_t>(i)]));
      slope_.push_back(shaped(slope.col(i)));
      drift_.push_back(shaped(b.col(i)));
      const double frequency =
          std::numbers::pi / lattice.axes()[static_cast<std::size_t>(i)].spacing() + slope.col(i).abs().maxCoeff();
      norm_ +=
          b.col(i).abs().maxCoeff() * frequency + 0.5 * a.col(i * d + i).abs().maxCoeff() * frequency * frequency;
    }
    for (Index k = 0; k < d * d; ++k) covariance_.push_back(shaped(a.col(k)));
  }

  double norm() const { return norm_; }

  Matrix apply(const Matrix& v) const {
    const std::size_t d = drift_.size();
    Matrix sum = Matrix::Zero(rows_, columns_);
    for (std::size_t i = 0; i < d; ++i) {
      const Matrix first = along(i, v);
      sum.array() += drift_[i].array() * first.array();
      for (std::size_t j = 0; j < d; ++j)
        if (covariance_[j * d + i].cwiseAbs().maxCoeff() > 0)
          sum.array() += 0.5 * covariance_[j * d + i].array() * along(j, first).array();
    }
    return sum;
  }

 private:
  Matrix shaped(const Values& values) const { return Eigen::Map<const Matrix>(values.data(), rows_, columns_); }
  Matrix along(std::size_t axis, const Matrix& v) const {
    const Matrix slope = axis == 0 ? Matrix(derivative_[0] * v) : Matrix(v * derivative_[1].transpose());
    return slope - slope_[axis].cwiseProduct(v);
  }

  Index rows_, columns_;
  std::vector<Matrix> derivative_, slope_, drift_, covariance_;
  double norm_ = 0;
};

/// e^{tL} v.
Matrix propagated(const WeightedGenerator& generator, Matrix v, double t) {
  const auto steps = static_cast<int>(std::ceil(t * generator.norm() / 4));
  for (int s = 0; s < steps; ++s) {
    Matrix term = v;
    const double size = v.cwiseAbs().maxCoeff();
    for (int k = 1; k < 80 && term.cwiseAbs().maxCoeff() > 1e-18 * size; ++k) {
      term = (generator.apply(term) * (t / (steps * k))).eval();
      v += term;
    }
  }
  return v;
}

}  // namespace

BackwardEquation backward_equation(const ItoDiffusion& equation) {
  const auto c = std::make_shared<const DiffusionCoefficients>(equation.coefficients());
  return {[c](PointsView x, PointsOut b, Scratch& scratch) { c->drift(0, x, b, scratch); },
          [c](PointsView x, PointsOut a, Scratch& scratch) {
            const Index d = c->dimension;
            Points sigma(x.rows(), d * c->noises);
            c->noise(0, x, sigma, scratch);
            a.setZero();
            for (Index k = 0; k < c->noises; ++k)
              for (Index i = 0; i < d; ++i)
                for (Index j = 0; j < d; ++j) a.col(i * d + j) += sigma.col(k * d + i) * sigma.col(k * d + j);
          }};
}

Values kolmogorov_means(const BackwardEquation& equation, const Lattice& lattice, const Points& start, double until,
                        const std::function<Points(PointsView x)>& functions) {
  if (!(until > 0) || std::isinf(until)) throw InvalidArgument("end", until, "positive and finite");
  const WeightedGenerator generator(equation, lattice);
  const Points v = functions(lattice.points()).colwise() * lattice.log_weight().exp();
  const Index rows = lattice.axes()[0].nodes;
  const Eigen::VectorXd down = cardinals(lattice.axes()[0], start(0, 0));
  const Eigen::VectorXd across = lattice.dimension() == 2 ? cardinals(lattice.axes()[1], start(0, 1))
                                                          : Eigen::VectorXd(Eigen::VectorXd::Ones(1));
  const double log_here = lattice.log_weight_at(start)(0);
  Values means(v.cols());
  for (Index c = 0; c < v.cols(); ++c) {
    const Matrix at_start =
        propagated(generator, Eigen::Map<const Matrix>(v.col(c).data(), rows, v.rows() / rows), until);
    means(c) = std::exp(-log_here) * down.dot(at_start * across);
  }
  return means;
}

}  // namespace sgdlimits
