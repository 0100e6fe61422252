#include "solvers/markov/one_step_operator.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "core/errors.hpp"
#include "solvers/markov/gaussian_rule.hpp"
#include "solvers/markov/lagrange.hpp"

namespace sgdlimits {
namespace {

constexpr Index kLeastNodes = 24;

/// One step from x for every row of g; `seed` is that of all other randomness.
Values step_from(const Scheme& scheme, double x, const Points& g, Scratch& scratch, std::uint64_t seed = 0) {
  Points moved = Points::Constant(g.rows(), 1, x);
  PathBlock block{{moved.data(), g.rows(), 1}, {g.data(), g.rows(), g.cols()}, 0, 0.0, scratch};
  scheme.advance(block, 0, Noise(seed, scheme.stream()));
  return moved.col(0);
}

void check(const LineLattice& lattice) {
  if (lattice.nodes < kLeastNodes)
    throw InvalidArgument("nodes", std::to_string(lattice.nodes), "at least " + std::to_string(kLeastNodes));
  if (!(lattice.lower < lattice.upper) || std::isinf(lattice.lower) || std::isinf(lattice.upper))
    throw InvalidArgument("ends of the lattice", "not increasing or infinite", "finite and increasing");
}

void check(const Scheme& scheme, const LineLattice& lattice, Scratch& scratch) {
  if (scheme.dimension() != 1)
    throw InvalidArgument("dimension of the scheme", std::to_string(scheme.dimension()), "1",
                          "the one-step operator is a matrix on a line");
  check(lattice);
  const Index k = scheme.normals_per_step();
  const double middle = 0.5 * (lattice.lower + lattice.upper);
  const bool hidden = k >= 1 && k <= 2 &&
                      !(step_from(scheme, middle, Points::Constant(64, k, 0.3), scratch, 1) ==
                        step_from(scheme, middle, Points::Constant(64, k, 0.3), scratch, 2))
                           .all();
  if (k < 1 || k > 2 || hidden)
    throw InvalidArgument("scheme", scheme.name(), "a function of one or two Gaussians a step and nothing else",
                          "batches, rejections and memory of earlier steps are outside of the one-step operator");
}

/// How far one unit of g moves a path, root mean square over some nodes.
double reach(const Scheme& scheme, const Values& nodes, Scratch& scratch) {
  const Index k = scheme.normals_per_step();
  Points g = Points::Zero(kLanes, k);
  g.row(0).setConstant(1 / std::sqrt(static_cast<double>(k)));
  g.row(1) = -g.row(0);
  double sum = 0;
  constexpr Index kSamples = 16;
  for (Index s = 0; s < kSamples; ++s) {
    const Values y = step_from(scheme, nodes((2 * s + 1) * nodes.size() / (2 * kSamples)), g, scratch);
    if (std::isfinite(y(0)) && std::isfinite(y(1))) sum += std::pow(0.5 * (y(0) - y(1)), 2);
  }
  return std::sqrt(sum / kSamples);
}

GaussianRule rule_for(const Scheme& scheme, const LineLattice& lattice, const Values& nodes, Scratch& scratch) {
  const bool one = scheme.normals_per_step() == 1;
  const bool folded = lattice.wall_below || lattice.wall_above;
  const double widest = one ? 0.15 : 0.25, end = one ? 12 : 9;
  // folding at a wall is a kink in g, at which the trapezoidal rule is of second order only
  const double narrowest = one && folded ? widest / 50 : widest / 8;
  const double unit = reach(scheme, nodes, scratch);
  const double wanted = folded ? narrowest : unit > 0 ? 1.5 * lattice.spacing() / unit : widest;
  return GaussianRule(scheme.normals_per_step(), std::clamp(wanted, narrowest, widest), end);
}

}  // namespace

OneStepOperator::OneStepOperator(const Scheme& scheme, const LineLattice& lattice, const LineFunction& log_weight)
    : lattice_(lattice) {
  Scratch scratch;
  check(scheme, lattice, scratch);
  nodes_ = lattice.points();
  const GaussianRule rule = rule_for(scheme, lattice, nodes_, scratch);
  const StepLaw law = [&](double x, Values& there, Values& weights) {
    there = step_from(scheme, x, rule.points, scratch);
    weights = rule.weights;
  };
  assemble(law, log_weight);
}

OneStepOperator::OneStepOperator(const StepLaw& law, const LineLattice& lattice) : lattice_(lattice) {
  check(lattice);
  nodes_ = lattice.points();
  assemble(law, [](ValuesView, ValuesOut log_w) { log_w.setZero(); });
}

OneStepOperator::OneStepOperator(const Scheme& scheme, const LineLattice& lattice)
    : OneStepOperator(scheme, lattice, [](ValuesView, ValuesOut log_w) { log_w.setZero(); }) {}

void OneStepOperator::assemble(const StepLaw& law, const LineFunction& log_weight) {
  const Index n = lattice_.nodes;
  log_weight_.resize(n);
  log_weight(nodes_, log_weight_);
  Eigen::MatrixXd transposed = Eigen::MatrixXd::Zero(n, n);  // rows of Q as columns: contiguous
  Values y, weights, log_there;
  for (Index i = 0; i < n; ++i) {
    law(nodes_(i), y, weights);
    log_there.resize(y.size());
    log_weight(y, log_there);
    for (Index k = 0; k < y.size(); ++k) {
      if (weights(k) == 0 || !(y(k) >= lattice_.lower && y(k) <= lattice_.upper)) continue;
      const double share = weights(k) * std::exp(log_weight_(i) - log_there(k));
      const LagrangeStencil stencil(lattice_, y(k));
      for (Index j = 0; j < LagrangeStencil::kSize; ++j)
        if (const Index node = stencil.first + j; node >= 0 && node < n)
          transposed(node, i) += share * stencil.shares[static_cast<std::size_t>(j)];
    }
  }
  matrix_ = transposed.transpose();
}

Values OneStepOperator::after(std::int64_t steps, ValuesView h) const {
  if (steps < 0) throw InvalidArgument("steps", std::to_string(steps), "at least 0");
  if (h.size() != nodes_.size())
    throw InvalidArgument("length of h", std::to_string(h.size()), std::to_string(nodes_.size()) + ", the nodes");
  const Values weight = log_weight_.exp();
  Eigen::VectorXd v = (weight * h).matrix();
  // powers by squaring where that is cheaper than applying the matrix step by step
  Eigen::MatrixXd power;
  for (const std::int64_t n = nodes_.size(); steps > 2 * n; steps /= 2) {
    const Eigen::MatrixXd& base = power.size() ? power : matrix_;
    if (steps % 2 == 1) v = base * v;
    power = (base * base).eval();
  }
  const Eigen::MatrixXd& base = power.size() ? power : matrix_;
  for (std::int64_t k = 0; k < steps; ++k) v = base * v;
  return v.array() / weight;
}

double OneStepOperator::at(double x, ValuesView h) const {
  if (!(x >= lattice_.lower && x <= lattice_.upper)) throw InvalidArgument("x", x, "inside the lattice");
  // one-sided at every end: h itself does not vanish there
  LineLattice closed = lattice_;
  closed.wall_below = closed.wall_above = true;
  const LagrangeStencil stencil(closed, x);
  double value = 0;
  for (Index j = 0; j < LagrangeStencil::kSize; ++j)
    value += stencil.shares[static_cast<std::size_t>(j)] * h(stencil.first + j);
  return value;
}

SchemeStationaryLaw OneStepOperator::stationary_law() const {
  const Index n = nodes_.size();
  const Eigen::EigenSolver<Eigen::MatrixXd> spectrum(matrix_, false);
  const Eigen::ArrayXcd lambda = spectrum.eigenvalues().array();
  Index first = 0;
  for (Index k = 1; k < n; ++k)
    if (lambda(k).real() > lambda(first).real()) first = k;
  SchemeStationaryLaw law;
  law.kept = lambda(first).real();
  for (Index k = 0; k < n; ++k)
    if (k != first) law.second = std::max(law.second, std::abs(lambda(k)));

  // inverse iteration for the left eigenvector, from sum_i v_i w_i^{-1}... of the reference law itself
  const double shift = law.kept + 1e-13;
  const Eigen::PartialPivLU<Eigen::MatrixXd> factor((matrix_ - shift * Eigen::MatrixXd::Identity(n, n)).transpose());
  Eigen::VectorXd left = log_weight_.exp().matrix();
  for (int k = 0; k < 4; ++k) left = factor.solve(left).normalized();
  law.weights = left.array() * log_weight_.exp();
  law.weights /= law.weights.sum();
  return law;
}

}  // namespace sgdlimits
