/// Expectations of one-dimensional schemes without sampling: one or two Gaussians a step, steps that share Gaussians,
/// Metropolis tests.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>

#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/metropolis.hpp"

namespace sgdlimits::test {

/// The one-step operator of a chain Y as a matrix on 301 nodes of [-2.9, 2.9]: trapezoidal rule in the Gaussians,
/// Lagrange interpolation on eight neighbours; steps that leave are held at the ends. The steps are the scheme's
/// code.
class MarkovOperator {
 public:
  explicit MarkovOperator(MarkovForm form) : chain_(std::move(form.chain)), smoothing_(form.smoothing) {
    if (chain_->normals_per_step() == 1)
      line(0.1);
    else
      square(0.25);  // the rule's own error is exp(-2 pi^2/.25^2)
    fill();
  }
  /// `proposal` is accepted with the probability that `test` says.
  MarkovOperator(std::unique_ptr<MetropolisScheme> test, std::unique_ptr<Scheme> proposal)
      : chain_(std::move(proposal)), test_(std::move(test)) {
    line(0.01);  // fine: min(1, .) has a kink
    fill();
  }

  /// E h(X_n | X_0 = x), n >= 1. The first step starts at Y_0 = x - smoothing g with the g of that step.
  double expectation(double x, std::int64_t n, const std::function<double(double)>& h) const {
    Eigen::VectorXd u(kNodes);
    for (Index i = 0; i < kNodes; ++i) u(i) = smoothed(nodes_(i), h);
    for (std::int64_t k = 1; k < n; ++k) u = (matrix_ * u).eval();
    const auto [y, accepted] = step(x - smoothing_ * normals_.col(0));
    double sum = 0;
    for (Index k = 0; k < y.size(); ++k)
      sum += weights_(k) * (accepted(k) * at(u, y(k)) + (1 - accepted(k)) * at(u, x));
    return sum;
  }

 private:
  static constexpr Index kNodes = 301;
  static constexpr double kEnd = 2.9;

  void line(double spacing) {
    const auto n = padded(static_cast<Index>(std::ceil(18 / spacing)));
    normals_ = Points(n, 1);
    for (Index k = 0; k < n; ++k)
      normals_(k, 0) = spacing * (static_cast<double>(k) - 0.5 * static_cast<double>(n - 1));
    weights_ = (-0.5 * normals_.col(0).square()).exp() * spacing / std::sqrt(2 * M_PI);
  }
  void square(double spacing) {
    line(spacing);
    const Index n = normals_.rows();
    Points pairs(n * n, 2);
    Values weights(n * n);
    for (Index k = 0; k < n; ++k)
      for (Index l = 0; l < n; ++l) {
        pairs.row(k * n + l) << normals_(k, 0), normals_(l, 0);
        weights(k * n + l) = weights_(k) * weights_(l);
      }
    normals_ = std::move(pairs);
    weights_ = std::move(weights);
  }

  /// Where the step leads from the starts, one for each Gaussian, and with what probability it is taken.
  std::pair<Values, Values> step(Values starts) const {
    Points x = starts;
    Values accepted = Values::Ones(x.rows());
    Scratch scratch;
    PathBlock block{{x.data(), x.rows(), 1}, {normals_.data(), normals_.rows(), normals_.cols()}, 0, 0.0, scratch};
    if (test_) test_->acceptance(block, accepted);
    chain_->advance(block, 0, Noise(0, chain_->stream()));
    return {x.col(0), accepted};
  }

  void fill() {
    matrix_ = Eigen::MatrixXd::Zero(kNodes, kNodes);
    for (Index i = 0; i < kNodes; ++i) {
      const auto [y, accepted] = step(Values::Constant(normals_.rows(), nodes_(i)));
      for (Index k = 0; k < y.size(); ++k) {
        if (weights_(k) < 1e-17) continue;
        interpolate(y(k), [&](Index node, double share) { matrix_(i, node) += weights_(k) * accepted(k) * share; });
        matrix_(i, i) += weights_(k) * (1 - accepted(k));
      }
    }
  }

  double smoothed(double x, const std::function<double(double)>& h) const {
    if (smoothing_ == 0) return h(x);
    double sum = 0;
    for (Index k = 0; k < normals_.rows(); ++k) sum += weights_(k) * h(x + smoothing_ * normals_(k, 0));
    return sum;
  }
  double at(const Eigen::VectorXd& u, double x) const {
    double value = 0;
    interpolate(x, [&](Index node, double share) { value += share * u(node); });
    return value;
  }
  template <class Visit>
  void interpolate(double x, Visit visit) const {
    const double place = std::clamp((x + kEnd) / (nodes_(1) - nodes_(0)), 0.0, static_cast<double>(kNodes - 1));
    const Index first = std::clamp<Index>(static_cast<Index>(place) - 3, 0, kNodes - 8);
    for (Index j = 0; j < 8; ++j) {
      double share = 1;
      for (Index k = 0; k < 8; ++k)
        if (k != j) share *= (place - static_cast<double>(first + k)) / static_cast<double>(j - k);
      visit(first + j, share);
    }
  }

  std::unique_ptr<Scheme> chain_;
  std::unique_ptr<MetropolisScheme> test_;
  double smoothing_ = 0;
  Eigen::ArrayXd nodes_ = Eigen::ArrayXd::LinSpaced(kNodes, -kEnd, kEnd);
  Points normals_;
  Values weights_;
  Eigen::MatrixXd matrix_;
};

}  // namespace sgdlimits::test
