#include "solvers/transfer/affine_sgd.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <optional>

#include "core/noise.hpp"

namespace sgdlimits {
namespace {

/// grad f_i(x) = matrices[i] x - offsets.row(i)
struct AffineTerms {
  std::vector<Eigen::MatrixXd> matrices;
  Eigen::MatrixXd offsets;  // n x d
};

/// Read off at the origin and the unit vectors, checked at random points.
std::optional<AffineTerms> affine_terms(const FiniteSum& sum) {
  const Index d = sum.dimension(), n = sum.terms();
  Scratch scratch;
  const Points at_origin = sum.term_gradients(Eigen::VectorXd::Zero(d), scratch);
  AffineTerms terms{std::vector<Eigen::MatrixXd>(static_cast<std::size_t>(n), Eigen::MatrixXd(d, d)),
                    -at_origin.matrix()};
  for (Index j = 0; j < d; ++j) {
    const Points at_unit = sum.term_gradients(Eigen::VectorXd::Unit(d, j), scratch);
    for (Index i = 0; i < n; ++i)
      terms.matrices[static_cast<std::size_t>(i)].col(j) = (at_unit.row(i) - at_origin.row(i)).transpose().matrix();
  }
  const Noise noise(1, Stream::test);
  for (Index trial = 0; trial < 3; ++trial) {
    Eigen::VectorXd x(d);
    for (Index j = 0; j < d; ++j) x(j) = 3 * noise.normal(trial, j);
    const Points found = sum.term_gradients(x, scratch);
    for (Index i = 0; i < n; ++i) {
      const Eigen::VectorXd affine =
          terms.matrices[static_cast<std::size_t>(i)] * x - terms.offsets.row(i).transpose();
      const double scale = 1 + affine.cwiseAbs().maxCoeff();
      if (!((affine - found.row(i).transpose().matrix()).cwiseAbs().maxCoeff() <= 1e-9 * scale)) return std::nullopt;
    }
  }
  return terms;
}

Eigen::MatrixXd kronecker(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  Eigen::MatrixXd product(a.rows() * b.rows(), a.cols() * b.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < a.cols(); ++j) product.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
  return product;
}

double mean_power(const Values& factors, const Values& weights, double alpha) {
  return (weights * factors.pow(alpha)).sum();
}

/// Root of sum w f^alpha = 1, alpha > 0, where it exists: some f > 1 and E log f < 0.
double root(const Values& factors, const Values& weights) {
  double high = 1;
  while (mean_power(factors, weights, high) < 1) high *= 2;
  double low = high > 1 ? high / 2 : 0;
  while (low == 0 || mean_power(factors, weights, low) >= 1) {
    const double next = low == 0 ? high / 2 : low / 2;
    if (mean_power(factors, weights, next) < 1) {
      low = next;
      break;
    }
    high = low = next;
  }
  for (int i = 0; i < 200 && std::nextafter(low, high) < high; ++i) {
    const double middle = 0.5 * (low + high);
    (mean_power(factors, weights, middle) < 1 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

Result<StationaryMoments> quadratic_sgd_moments(const FiniteSum& sum, LearningRate s, const BatchLaw& batches) {
  const Index d = sum.dimension();
  if (d > 30) return Result<StationaryMoments>::failure(Status::out_of_reach, "more than 30 coordinates");
  const std::optional<AffineTerms> terms = affine_terms(sum);
  if (!terms) return Result<StationaryMoments>::failure(Status::out_of_reach, "a term is not quadratic");
  const double n = static_cast<double>(sum.terms()), rate = s.value();
  Eigen::MatrixXd mean_matrix = Eigen::MatrixXd::Zero(d, d);
  for (const Eigen::MatrixXd& a : terms->matrices) mean_matrix += a / n;
  const Eigen::VectorXd mean_offset = terms->offsets.colwise().mean();
  StationaryMoments moments;
  moments.mean = mean_matrix.fullPivLu().solve(mean_offset);
  const Eigen::MatrixXd contraction = Eigen::MatrixXd::Identity(d, d) - rate * mean_matrix;
  Eigen::MatrixXd map = kronecker(contraction, contraction);
  const double factor = rate * rate * batches.covariance_factor();
  for (const Eigen::MatrixXd& a : terms->matrices) map += factor / n * kronecker(a - mean_matrix, a - mean_matrix);
  const double radius = map.eigenvalues().cwiseAbs().maxCoeff();
  if (!(radius < 1))
    return Result<StationaryMoments>::failure(Status::not_converged,
                                              "the second moment of SGD grows without bound at this learning rate");
  const Eigen::MatrixXd noise = factor * gradient_covariance(sum, moments.mean);
  const Eigen::VectorXd solution = (Eigen::MatrixXd::Identity(d * d, d * d) - map)
                                       .partialPivLu()
                                       .solve(Eigen::Map<const Eigen::VectorXd>(noise.data(), d * d));
  moments.covariance = Eigen::Map<const Eigen::MatrixXd>(solution.data(), d, d);
  moments.radius = radius;
  const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(d, d);
  const Eigen::MatrixXd spread = noise / rate;
  const Eigen::VectorXd diffusion = (kronecker(mean_matrix, one) + kronecker(one, mean_matrix))
                                        .partialPivLu()
                                        .solve(Eigen::Map<const Eigen::VectorXd>(spread.data(), d * d));
  moments.diffusion_covariance = Eigen::Map<const Eigen::MatrixXd>(diffusion.data(), d, d);
  return moments;
}

Result<TailIndex> kesten_tail_index(const FiniteSum& sum, LearningRate s, const BatchLaw& batches) {
  const auto fail = [](Status status, const std::string& why) { return Result<TailIndex>::failure(status, why); };
  if (sum.dimension() != 1) return fail(Status::out_of_reach, "the tail index is computed on a line only");
  if (!batches.exact()) return fail(Status::out_of_reach, "too many batches to enumerate");
  const std::optional<AffineTerms> terms = affine_terms(sum);
  if (!terms) return fail(Status::out_of_reach, "a term is not quadratic");
  const Index n = sum.terms();
  Points slopes(n, 1), offsets(n, 1);
  for (Index i = 0; i < n; ++i) {
    slopes(i, 0) = terms->matrices[static_cast<std::size_t>(i)](0, 0);
    offsets(i, 0) = terms->offsets(i, 0);
  }
  const double rate = s.value(), mean = slopes.mean();
  const BatchAtoms atoms = batches.at(slopes);
  const Values factors = (1 - rate * atoms.gradients.col(0)).abs();
  TailIndex tail;
  tail.centre = offsets.mean() / mean;
  tail.lyapunov = (atoms.weights * factors.log()).sum();
  if (!(tail.lyapunov < 0)) return fail(Status::not_converged, "E log|1 - s a| >= 0: SGD has no stationary law");
  const double spread = batches.covariance_factor() * (slopes - mean).square().mean();
  tail.diffusion_alpha = spread > 0 ? 1 + 2 * mean / (rate * spread) : std::numeric_limits<double>::infinity();
  if (factors.maxCoeff() > 1) {
    tail.alpha = root(factors, atoms.weights);
    return tail;
  }
  tail.alpha = std::numeric_limits<double>::infinity();
  const Values kicks = rate * batches.at(offsets - tail.centre * slopes).gradients.col(0).abs();
  tail.support =
      factors.maxCoeff() < 1 ? kicks.maxCoeff() / (1 - factors.maxCoeff()) : std::numeric_limits<double>::infinity();
  return tail;
}

}  // namespace sgdlimits
