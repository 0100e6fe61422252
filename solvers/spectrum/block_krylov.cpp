#include "solvers/spectrum/block_krylov.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "solvers/spectrum/shifted_factor.hpp"

namespace sgdlimits {
namespace {

constexpr Index kMaxBlocks = 24;
constexpr double kEpsilon = 2.220446049250313e-16;

/// A fixed sequence of numbers in (-1, 1) (splitmix64): the start must not be symmetric, nor random.
double scatter(std::uint64_t i) {
  std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>(static_cast<std::int64_t>(z ^ (z >> 31))) * 0x1p-63;
}

class BlockKrylov {
 public:
  BlockKrylov(const Generator& generator, Index wanted, double ceiling)
      : generator_(generator),
        wanted_(wanted),
        ceiling_(ceiling),
        cells_(generator.grid().size()),
        matrix_(generator.symmetrised_matrix()) {
    null_ = (generator.gibbs().averages() * generator.grid().volumes()).sqrt().matrix();
    null_.normalize();
    scale_ = generator.largest_eigenvalue_bound();
    for (Index j = 0; j < generator.grid().dimension(); ++j) {
      root_up_.push_back(generator.rate_up(j).sqrt());
      root_down_.push_back(generator.rate_down(j).sqrt());
    }
  }

  Result<Modes> run(const Points& start, const Execution& execution) {
    ShiftedFactor factor(matrix_);
    // small against every wanted eigenvalue but the tiny ones, far above rounding
    const double sigma = 1e-11 * scale_;
    if (!factor.factorise(-sigma))
      return Result<Modes>::failure(Status::not_converged, "the factorisation of H + sigma I met a zero pivot");
    append(first_block(start));
    Values previous;
    for (Index block = 0; block < kMaxBlocks; ++block) {
      if (execution.stop.stop_requested()) return Result<Modes>::failure(Status::interrupted, "stopped on request");
      VectorBlock image = VectorBlock::Zero(cells_, kLanes);
      const Index width = basis_.cols() - done_;
      image.leftCols(width) = basis_.rightCols(width);
      factor.solve(image);
      Eigen::MatrixXd next = image.leftCols(width);
      extend_projection(next);
      if (basis_.cols() > wanted_ + 1) {
        ritz(wanted_);
        if (previous.size() == lambda_.size() && settled(previous)) return finish(block + 1);
        previous = lambda_;
      }
      if (basis_.cols() + kLanes > cells_ - 1) return finish(block + 1);
      const Eigen::MatrixXd known = projection_.rightCols(width);
      if (!append(std::move(next), known)) return finish(block + 1);
    }
    if (std::isfinite(ceiling_)) return finish(kMaxBlocks);  // a search for the box: upper bounds will do
    return Result<Modes>::failure(
        Status::not_converged,
        fmt::format("block Krylov iteration: an eigenvalue still moves after {} blocks", kMaxBlocks));
  }

 private:
  /// The given functions, then monomials of the coordinates by degree, with a little of everything in them.
  Eigen::MatrixXd first_block(const Points& start) const {
    const Grid& grid = generator_.grid();
    const Points centers = grid.centers();
    Eigen::MatrixXd x(cells_, std::min<Index>(kLanes, cells_ - 1));
    std::vector<Values> monomials{Values::Ones(cells_)};
    for (std::size_t k = 0; static_cast<Index>(monomials.size()) <= x.cols(); ++k)
      for (Index j = 0; j < grid.dimension(); ++j) {
        const double middle = 0.5 * (grid.axis(j).upper() + grid.axis(j).lower());
        monomials.push_back(monomials[k] * (centers.col(j) - middle) / (grid.axis(j).upper() - middle));
      }
    for (Index c = 0; c < x.cols(); ++c) {
      Values h = c < start.cols() ? Values(start.col(c)) : monomials[static_cast<std::size_t>(c + 1)];
      if (c >= start.cols())
        for (Index i = 0; i < cells_; ++i) h(i) += 0.05 * scatter(static_cast<std::uint64_t>(i + c * cells_));
      x.col(c) = h.matrix().cwiseProduct(null_);
    }
    return x;
  }

  /// Orthonormalises the columns against the null vector and the basis, and adds those that are new; `known` is
  /// basis^T x where the caller has it.
  bool append(Eigen::MatrixXd x, const Eigen::MatrixXd& known = {}) {
    done_ = basis_.cols();
    const Eigen::RowVectorXd size = x.colwise().norm();
    for (int pass = 0; pass < 2; ++pass) {
      x -= null_ * (null_.transpose() * x);
      if (done_ > 0) x -= basis_ * (pass == 0 && known.size() > 0 ? known : Eigen::MatrixXd(basis_.transpose() * x));
    }
    std::vector<Index> kept;
    for (Index c = 0; c < x.cols(); ++c) {
      const double outside = x.col(c).norm();
      for (int pass = 0; pass < 2; ++pass)
        for (const Index k : kept) x.col(c) -= x.col(k) * x.col(k).dot(x.col(c));
      double left = x.col(c).norm();
      if (!(left > 1e-13 * size(c))) continue;
      if (left < 1e-3 * std::max(outside, size(c))) {  // cancellation has uncovered old directions
        x.col(c) -= null_ * null_.dot(x.col(c));
        if (done_ > 0) x.col(c) -= basis_ * (basis_.transpose() * x.col(c));
        for (const Index k : kept) x.col(c) -= x.col(k) * x.col(k).dot(x.col(c));
        left = x.col(c).norm();
      }
      x.col(c) /= left;
      kept.push_back(c);
    }
    basis_.conservativeResize(cells_, done_ + static_cast<Index>(kept.size()));
    for (std::size_t k = 0; k < kept.size(); ++k) basis_.col(done_ + static_cast<Index>(k)) = x.col(kept[k]);
    return !kept.empty();
  }

  /// The new columns of basis^T (H + sigma I)^{-1} basis.
  void extend_projection(const Eigen::MatrixXd& image) {
    const Index all = basis_.cols();
    projection_.conservativeResize(all, all);
    projection_.rightCols(all - done_) = basis_.transpose() * image;
    projection_.bottomRows(all - done_) = projection_.rightCols(all - done_).transpose().eval();
  }

  void ritz(Index count) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(0.5 * (projection_ + projection_.transpose()));
    count = std::min(basis_.cols(), count);
    vectors_ = basis_ * solver.eigenvectors().rightCols(count).rowwise().reverse();
    vectors_ -= null_ * (null_.transpose() * vectors_);
    lambda_.resize(count);
    for (Index k = 0; k < count; ++k) lambda_(k) = dirichlet_form(vectors_.col(k)) / vectors_.col(k).squaredNorm();
  }

  /// |D v|^2 face by face.
  double dirichlet_form(const Eigen::Ref<const Eigen::VectorXd>& v) const {
    double sum = 0;
    for (Index j = 0; j < generator_.grid().dimension(); ++j) {
      const Index stride = generator_.grid().stride(j), faces = cells_ - stride;
      const auto axis = static_cast<std::size_t>(j);
      sum +=
          (root_up_[axis].head(faces) * v.array().head(faces) - root_down_[axis].head(faces) * v.array().tail(faces))
              .square()
              .sum();
    }
    return sum;
  }

  double rounding(double lambda) const { return 2 * kEpsilon * std::sqrt(lambda * (scale_ + lambda)); }

  bool settled(const Values& previous) const {
    for (Index k = 0; k < wanted_; ++k) {
      const double relative = lambda_(k) > ceiling_ ? 1e-4 : 1e-10;
      if (std::abs(lambda_(k) - previous(k)) > relative * lambda_(k) + rounding(lambda_(k))) return false;
    }
    return true;
  }

  Result<Modes> finish(Index blocks) {
    ritz(std::max(wanted_ + 3, kLanes));
    sort_by_eigenvalue();
    const Index further = lambda_.size() - wanted_;
    Modes modes{lambda_.head(wanted_), lambda_.tail(further), Points(cells_, lambda_.size()), Values(wanted_),
                Values(wanted_)};
    for (Index k = 0; k < lambda_.size(); ++k) {
      Eigen::VectorXd v = vectors_.col(k).normalized();
      // the first of those that are largest up to rounding: mirror images must not leave the sign to chance
      const double large = (1 - 1e-6) * v.cwiseAbs().maxCoeff();
      Index first = 0;
      while (std::abs(v(first)) < large) ++first;
      if (v(first) < 0) v = -v;
      if (k < wanted_) {
        modes.residuals(k) = (matrix_ * v - lambda_(k) * v).norm();
        modes.rounding(k) = rounding(lambda_(k));
      }
      modes.functions.col(k) = function_of(v, lambda_(k));
    }
    Report report;
    report.counters = {{"blocks", static_cast<double>(blocks)}, {"cells", static_cast<double>(cells_)}};
    return {std::move(modes), std::move(report)};
  }

  /// Ritz values of the inverse and Dirichlet forms may order a multiplet differently.
  void sort_by_eigenvalue() {
    std::vector<Index> order(static_cast<std::size_t>(lambda_.size()));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return lambda_(a) < lambda_(b); });
    const Values lambda = lambda_;
    const Eigen::MatrixXd vectors = vectors_;
    for (std::size_t k = 0; k < order.size(); ++k) {
      lambda_(static_cast<Index>(k)) = lambda(order[k]);
      vectors_.col(static_cast<Index>(k)) = vectors.col(order[k]);
    }
  }

  /// h = v/sqrt(mass); where both are below rounding h solves L h = -lambda h cell by cell, heaviest cells first.
  Values function_of(const Eigen::VectorXd& v, double lambda) const {
    const double small_mass = 1e-7 * null_.maxCoeff(), small_v = 1e-7 * v.cwiseAbs().maxCoeff();
    Values h = Values::Zero(cells_);
    std::vector<Index> light;
    for (Index i = 0; i < cells_; ++i) {
      if (null_(i) >= small_mass || std::abs(v(i)) >= small_v)
        h(i) = v(i) / null_(i);
      else
        light.push_back(i);
    }
    const Values& f = generator_.potential();
    std::stable_sort(light.begin(), light.end(), [&](Index a, Index b) { return f(a) < f(b); });
    for (int pass = 0; pass < 4; ++pass)
      for (const Index i : light) {
        double inflow = 0, rate = 0;
        for (Index j = 0; j < generator_.grid().dimension(); ++j) {
          const Index s = generator_.grid().stride(j), place = i / s % generator_.grid().axis(j).cells();
          if (place + 1 < generator_.grid().axis(j).cells()) {
            inflow += generator_.rate_up(j)(i) * h(i + s);
            rate += generator_.rate_up(j)(i);
          }
          if (place > 0) {
            inflow += generator_.rate_down(j)(i - s) * h(i - s);
            rate += generator_.rate_down(j)(i - s);
          }
        }
        if (rate > 2 * lambda) h(i) = inflow / (rate - lambda);
      }
    return h;
  }

  const Generator& generator_;
  Index wanted_;
  double ceiling_;
  Index cells_, done_ = 0;
  Eigen::SparseMatrix<double> matrix_;
  Eigen::VectorXd null_;
  std::vector<Values> root_up_, root_down_;
  double scale_ = 0;
  Eigen::MatrixXd basis_, projection_, vectors_;
  Values lambda_;
};

}  // namespace

Result<Modes> block_krylov_modes(const Generator& generator, Index wanted, const Points& start, double ceiling,
                                 const Execution& execution) {
  return BlockKrylov(generator, wanted, ceiling).run(start, execution);
}

}  // namespace sgdlimits
