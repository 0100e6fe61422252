#include "solvers/transfer/plane_diffusion.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <array>
#include <cmath>
#include <vector>

#include "core/errors.hpp"
#include "solvers/fokker_planck/bernoulli.hpp"
#include "solvers/transfer/banded_elimination.hpp"
#include "solvers/transfer/selling.hpp"

namespace sgdlimits {
namespace {

constexpr double kAffordable = 2e11;  // operations of an elimination, a minute or two
constexpr double kNoNoise = 1e-12;

struct Jump {
  Index up, right;  ///< cells along axis 1 and 0
  double rate;
};

/// One cell's jumps, at most six along Selling's vectors and four of one-sided differences.
struct Jumps {
  std::vector<Jump> all;
  bool second_order = true;
};

void add(std::vector<Jump>& jumps, const Eigen::Vector2i& offset, double rate) {
  if (rate > 0) jumps.push_back({offset(1), offset(0), rate});
}

/// Raises the smaller eigenvalue to theta times the larger one.
bool regularise(Eigen::Matrix2d& m, double theta) {
  const double half_trace = 0.5 * (m(0, 0) + m(1, 1));
  const double largest = half_trace + std::hypot(0.5 * (m(0, 0) - m(1, 1)), m(0, 1));
  const double smallest = (m(0, 0) * m(1, 1) - m(0, 1) * m(0, 1)) / largest;
  if (smallest >= theta * largest) return false;
  m.diagonal().array() += (theta * largest - std::min(smallest, theta * largest)) / (1 - theta);
  return true;
}

/// In units of cells.
Jumps jumps_of(const Eigen::Vector2d& beta, Eigen::Matrix2d m, double theta) {
  Jumps jumps;
  const double one_sided = beta.cwiseAbs().sum();
  double added = one_sided;  // variance per time beyond D
  std::array<SellingTerm, 3> terms{};
  Eigen::Vector2d slope = Eigen::Vector2d::Zero();
  if (m.trace() > 0) {
    jumps.second_order = !regularise(m, theta);
    terms = selling_decomposition(m);
    slope = m.inverse() * beta;
    added = 0;
    for (const SellingTerm& term : terms) {
      const double w = 2 * term.offset.cast<double>().dot(slope);
      const BernoulliPair pair = bernoulli_pair(w);
      added += term.weight * (0.5 * (pair.forward + pair.backward) - 1) * term.offset.squaredNorm();
    }
  }
  const bool fitted = added < one_sided || one_sided == 0;
  if (!fitted) slope.setZero();
  for (const SellingTerm& term : terms) {
    const BernoulliPair pair = bernoulli_pair(2 * term.offset.cast<double>().dot(slope));
    add(jumps.all, term.offset, 0.5 * term.weight * pair.backward);
    add(jumps.all, -term.offset, 0.5 * term.weight * pair.forward);
  }
  if (fitted) return jumps;
  jumps.second_order = false;
  for (int j = 0; j < 2; ++j) {
    Eigen::Vector2i offset = Eigen::Vector2i::Zero();
    offset(j) = beta(j) > 0 ? 1 : -1;
    add(jumps.all, offset, std::abs(beta(j)));
  }
  return jumps;
}

void check(const Grid& grid) {
  if (grid.dimension() != 2)
    throw InvalidArgument("dimension of a diffusion of the plane", std::to_string(grid.dimension()), "2");
  for (Index j = 0; j < 2; ++j)
    if (!grid.axis(j).is_uniform() || grid.axis(j).cells() < 3)
      throw InvalidArgument("axis of a grid for diffusions of the plane",
                            std::to_string(grid.axis(j).cells()) + " cells", "uniform with at least 3 cells");
}

void check(const Points& b, const Points& covariance) {
  const bool finite = b.isFinite().all() && covariance.isFinite().all();
  const Values determinant = covariance.col(0) * covariance.col(2) - covariance.col(1).square();
  const bool positive = finite && (covariance.col(0) >= 0).all() && (covariance.col(2) >= 0).all() &&
                        (determinant >= -1e-9 * (covariance.col(0) + covariance.col(2)).square()).all();
  if (!positive)
    throw InvalidArgument("coefficient of a diffusion of the plane",
                          finite ? "an indefinite covariance" : "not finite",
                          "finite with a positive semidefinite covariance on the grid");
}

}  // namespace

PlaneCoefficients plane_coefficients(const ItoDiffusion& diffusion) {
  const Index dimension = diffusion.coefficients().dimension;
  if (dimension != 2) throw InvalidArgument("dimension of a diffusion of the plane", std::to_string(dimension), "2");
  return [diffusion](PointsView x, PointsOut b, PointsOut covariance) {
    const DiffusionCoefficients& of = diffusion.coefficients();
    Scratch scratch;
    of.drift(0, x, b, scratch);
    Points noise(x.rows(), 2 * of.noises);
    of.noise(0, x, noise, scratch);
    covariance.setZero();
    for (Index j = 0; j < of.noises; ++j) {
      covariance.col(0) += noise.col(2 * j).square();
      covariance.col(1) += noise.col(2 * j) * noise.col(2 * j + 1);
      covariance.col(2) += noise.col(2 * j + 1).square();
    }
  };
}

PlaneChain plane_chain(const PlaneCoefficients& coefficients, std::shared_ptr<const Grid> grid,
                       const Execution& execution) {
  check(*grid);
  const Index n0 = grid->axis(0).cells(), n1 = grid->axis(1).cells(), cells = grid->size();
  const Eigen::Vector2d h(grid->axis(0).widths()(0), grid->axis(1).widths()(0));
  const double theta = std::pow(static_cast<double>(std::min(n0, n1)), -4.0 / 3);
  const Points centers = grid->centers();
  PlaneChain chain{grid, TransitionMatrix(cells, cells), Eigen::Array<bool, Eigen::Dynamic, 1>(cells), Values(cells)};
  const Index chunks = chunk_count(cells);
  std::vector<std::vector<Eigen::Triplet<double>>> entries(static_cast<std::size_t>(chunks));
  execution.pool->for_each_chunk(chunks, [&](Index c) {
    const ChunkRange range = chunk_range(cells, c);
    const Points x = centers.middleRows(range.begin, range.size());
    Points b(x.rows(), 2), covariance(x.rows(), 3);
    coefficients(x, b, covariance);
    check(b, covariance);
    for (Index i = 0; i < x.rows(); ++i) {
      const Index cell = range.begin + i;
      Eigen::Matrix2d m;
      m << covariance(i, 0) / (h(0) * h(0)), covariance(i, 1) / (h(0) * h(1)), covariance(i, 1) / (h(0) * h(1)),
          covariance(i, 2) / (h(1) * h(1));
      const Jumps jumps = jumps_of({b(i, 0) / h(0), b(i, 1) / h(1)}, m, theta);
      chain.second_order(cell) = jumps.second_order;
      chain.noise(cell) = covariance(i, 0) + covariance(i, 2);
      for (const Jump& jump : jumps.all) {
        const Index right = cell % n0 + jump.right, up = cell / n0 + jump.up;
        if (right < 0 || right >= n0 || up < 0 || up >= n1) continue;
        entries[static_cast<std::size_t>(c)].emplace_back(static_cast<int>(cell), static_cast<int>(right + n0 * up),
                                                          jump.rate);
      }
    }
  });
  std::vector<Eigen::Triplet<double>> all;
  for (const auto& part : entries) all.insert(all.end(), part.begin(), part.end());
  chain.rates.setFromTriplets(all.begin(), all.end());
  return chain;
}

Result<Values> stationary_law(const PlaneChain& chain) {
  const double loudest = chain.noise.maxCoeff();
  if (!(loudest > 0))
    return Result<Values>::failure(Status::out_of_reach, "the gradient noise vanishes: a flow, not a diffusion");
  const std::vector<std::vector<Index>> classes = closed_classes(chain.rates);
  if (classes.size() > 1)
    return Result<Values>::failure(
        Status::out_of_reach,
        fmt::format("the chain has {} closed classes: the gradient noise vanishes inside", classes.size()));
  const TransitionMatrix rates = restricted(chain.rates, classes.front());
  const double cost = BandedElimination::cost(rates);
  if (cost > kAffordable)
    return Result<Values>::failure(Status::out_of_reach,
                                   fmt::format("elimination would take {:.1g} operations; take fewer cells", cost));
  const Values law = BandedElimination(rates, Values::Zero(rates.rows())).stationary();
  if (!law.isFinite().all())
    return Result<Values>::failure(Status::not_converged, "the stationary law over- or underflows on this grid");
  Values mass = Values::Zero(chain.rates.rows());
  double silent = 0;
  for (std::size_t k = 0; k < classes.front().size(); ++k) {
    const Index cell = classes.front()[k];
    mass(cell) = law(static_cast<Index>(k));
    if (chain.noise(cell) <= kNoNoise * loudest) silent += mass(cell);
  }
  if (silent > 1e-6)
    return Result<Values>::failure(
        Status::out_of_reach,
        fmt::format("degenerates: the gradient noise vanishes where the law has {:.2g} of its mass", silent));
  return mass;
}

}  // namespace sgdlimits
