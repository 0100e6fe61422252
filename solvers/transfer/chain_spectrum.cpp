#include "solvers/transfer/chain_spectrum.hpp"

#include <fmt/core.h>

#include <Eigen/Dense>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "solvers/transfer/banded_elimination.hpp"

namespace sgdlimits {
namespace {

using Complex = std::complex<double>;

constexpr double kAffordable = 2e10;  // operations of an elimination, some ten seconds
constexpr double kShift = 1e-6;
constexpr double kRateShift = 1e-9;
constexpr double kAccepted = 1e-8;

struct RitzPair {
  Complex value;
  double residual;  ///< relative to |value|
};

/// The eigenvalue of largest modulus of `apply` on the complement of the constants.
class DeflatedArnoldi {
 public:
  using Apply = std::function<Eigen::VectorXd(const Eigen::VectorXd&)>;
  DeflatedArnoldi(Apply apply, const Values& stationary) : apply_(std::move(apply)), weight_(stationary) {}

  /// Of all cycles so far.
  const std::vector<RitzPair>& pairs() const { return pairs_; }

  RitzPair run(Index size, int restarts) {
    const Index n = weight_.size();
    size = std::min(size, n - 1);
    Eigen::VectorXd start(n);
    // any fixed vector without a symmetry
    for (Index i = 0; i < n; ++i)
      start(i) = std::sin(1.0 + 0.7 * static_cast<double>(i)) + static_cast<double>(i) / static_cast<double>(n);
    RitzPair best{0, std::numeric_limits<double>::infinity()};
    for (int r = 0; r <= restarts && best.residual > kAccepted * 1e-3; ++r) best = cycle(start, size);
    return best;
  }

 private:
  void deflate(Eigen::VectorXd& h) const { h.array() -= weight_.matrix().dot(h); }

  RitzPair cycle(Eigen::VectorXd& start, Index size) {
    Eigen::MatrixXd basis(start.size(), size + 1), hessenberg = Eigen::MatrixXd::Zero(size + 1, size);
    deflate(start);
    basis.col(0) = start.normalized();
    Index m = 0;
    while (m < size) {
      Eigen::VectorXd next = apply_(basis.col(m));
      deflate(next);
      const double before = next.norm();
      for (int pass = 0; pass < 2; ++pass) {
        const Eigen::VectorXd part = basis.leftCols(m + 1).transpose() * next;
        next -= basis.leftCols(m + 1) * part;
        hessenberg.col(m).head(m + 1) += part;
      }
      const double norm = next.norm();
      ++m;
      if (!(norm > 1e-13 * before)) break;  // an invariant subspace
      hessenberg(m, m - 1) = norm;
      basis.col(m) = next / norm;
    }
    const Eigen::EigenSolver<Eigen::MatrixXd> ritz(hessenberg.topLeftCorner(m, m));
    Index dominant = 0;
    ritz.eigenvalues().array().abs().maxCoeff(&dominant);
    const Eigen::VectorXcd vector = ritz.eigenvectors().col(dominant).normalized();
    const Eigen::VectorXd mix = vector.real() + vector.imag();
    start = basis.leftCols(m) * mix;
    const Complex value = ritz.eigenvalues()(dominant);
    const double last = m < hessenberg.rows() ? hessenberg(m, m - 1) : 0;
    for (Index k = 0; k < m; ++k) {
      const Complex one = ritz.eigenvalues()(k);
      if (std::abs(one) > 0)
        pairs_.push_back({one, last * std::abs(ritz.eigenvectors().col(k).normalized()(m - 1)) / std::abs(one)});
    }
    return {value, std::abs(value) > 0 ? last * std::abs(vector(m - 1)) / std::abs(value) : 0};
  }

  Apply apply_;
  const Values& weight_;
  std::vector<RitzPair> pairs_;
};

SecondEigenvalue from_gap(Complex one_minus, double residual) {
  // |1 - g| = 1 - (2 Re g - |g|^2)/(1 + |1 - g|)
  const double modulus = std::abs(1.0 - one_minus);
  return {std::max(0.0, (2 * one_minus.real() - std::norm(one_minus)) / (1 + modulus)), 1 - one_minus.real(),
          std::abs(one_minus.imag()), residual};
}

SecondEigenvalue near_one(const TransitionMatrix& chain, const Values& stationary) {
  const Values kill = Values::Constant(chain.rows(), kShift);
  const BandedElimination shifted(chain, kill);
  DeflatedArnoldi inverse(
      [&](const Eigen::VectorXd& h) -> Eigen::VectorXd { return shifted.solve(h.array()).matrix(); }, stationary);
  const RitzPair pair = inverse.run(30, 10);
  return from_gap(1.0 / pair.value - kShift, pair.residual);
}

/// P^k: one more digit of separation a restart; mu from mu^k by the modulus alone.
SecondEigenvalue by_powers(const TransitionMatrix& chain, const Values& stationary, int power) {
  DeflatedArnoldi powers(
      [&](const Eigen::VectorXd& h) {
        Eigen::VectorXd next = h;
        for (int k = 0; k < power; ++k) next = chain * next;
        return next;
      },
      stationary);
  const RitzPair pair = powers.run(40, 4);
  const Complex mu = std::pow(pair.value, 1.0 / power);
  return from_gap(1.0 - mu, pair.residual);
}

}  // namespace

double SecondEigenvalue::rate(double s) const { return -std::log1p(-modulus_gap) / s; }

Result<Values> stationary_law(const TransitionMatrix& chain) {
  const Index n = chain.rows();
  if (BandedElimination::cost(chain) <= kAffordable) {
    const Values mass = BandedElimination(chain, Values::Zero(n)).stationary();
    if (mass.isFinite().all()) return mass;
    return Result<Values>::failure(Status::not_converged, "the chain is so slow that its stationary law underflows");
  }
  const Eigen::SparseMatrix<double, Eigen::RowMajor> backward = chain.transpose();
  Eigen::VectorXd mass = Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n));
  double change = 1;
  for (int step = 0; step < 200'000 && change > 1e-13; ++step) {
    const Eigen::VectorXd next = backward * mass;
    change = (next - mass).lpNorm<1>();
    mass = next / next.sum();
  }
  if (change <= 1e-13) return Values(mass.array());
  return Result<Values>::failure(
      Status::not_converged,
      fmt::format("power iteration for the stationary law still moves by {:.2g}; take fewer cells", change));
}

Result<SecondEigenvalue> second_eigenvalue(const TransitionMatrix& chain, const Values& stationary) {
  std::vector<SecondEigenvalue> found{by_powers(chain, stationary, 1)};
  if (BandedElimination::cost(chain) <= kAffordable) {
    found.push_back(near_one(chain, stationary));
  } else {
    for (int power = 4; power <= 1024 && found.back().residual > kAccepted; power *= 4)
      found.push_back(by_powers(chain, stationary, power));
  }
  std::optional<SecondEigenvalue> slowest;
  for (const SecondEigenvalue& one : found)
    if (one.residual <= kAccepted && (!slowest || one.modulus_gap < slowest->modulus_gap)) slowest = one;
  if (slowest) return *slowest;
  return Result<SecondEigenvalue>::failure(
      Status::not_converged, fmt::format("no second eigenvalue with a residual below {:.0e} was found", kAccepted));
}

Result<RelaxationRate> relaxation_rate(const TransitionMatrix& rates, const Values& stationary) {
  std::vector<Index> states;
  for (Index i = 0; i < stationary.size(); ++i)
    if (stationary(i) > 0) states.push_back(i);
  const TransitionMatrix chain = restricted(rates, states);
  Values mass(chain.rows());
  for (std::size_t k = 0; k < states.size(); ++k) mass(static_cast<Index>(k)) = stationary(states[k]);
  const double fastest = (chain * Eigen::VectorXd::Ones(chain.rows())).maxCoeff();
  const double shift = kRateShift * fastest;
  const BandedElimination shifted(chain, Values::Constant(chain.rows(), shift));
  DeflatedArnoldi inverse(
      [&](const Eigen::VectorXd& h) -> Eigen::VectorXd { return shifted.solve(h.array()).matrix(); }, mass);
  inverse.run(40, 10);
  std::optional<RelaxationRate> slowest;
  for (const RitzPair& pair : inverse.pairs()) {
    const Complex eigenvalue = 1.0 / pair.value - shift;
    if (pair.residual <= kAccepted && (!slowest || eigenvalue.real() < slowest->rate))
      slowest = {eigenvalue.real(), std::abs(eigenvalue.imag()), pair.residual};
  }
  if (slowest && slowest->rate > 0) return *slowest;
  return Result<RelaxationRate>::failure(
      Status::not_converged, fmt::format("no slowest rate with a residual below {:.0e} was found", kAccepted));
}

}  // namespace sgdlimits
