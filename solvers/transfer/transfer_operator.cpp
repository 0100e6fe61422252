#include "solvers/transfer/transfer_operator.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "solvers/sde/reflection.hpp"

namespace sgdlimits {
namespace {

/// The three centres that share a point of the line, and their parts.
struct Spline {
  Index nearest;
  double part[3];  ///< of nearest - 1, nearest, nearest + 1
  bool inside;
};

Spline spline(const Axis& axis, double x) {
  const double h = axis.widths()(0), last = static_cast<double>(axis.cells() - 1);
  const double place = (x - axis.centers()(0)) / h;
  const double node = std::clamp(std::round(place), 0.0, last);
  const double theta = std::clamp(place - node, -0.5, 0.5);
  return {static_cast<Index>(node),
          {0.5 * (0.5 - theta) * (0.5 - theta), 0.75 - theta * theta, 0.5 * (0.5 + theta) * (0.5 + theta)},
          x >= axis.lower() && x <= axis.upper()};
}

/// The rows of one chunk of cells, in order.
struct Rows {
  std::vector<Index> lengths, columns;
  std::vector<double> entries;
};

/// Builds rows one after another; holds what it needs between them.
class RowBuilder {
 public:
  RowBuilder(const FiniteSum& sum, double s, const BatchLaw& batches, const Grid& grid)
      : sum_(sum), s_(s), batches_(batches), grid_(grid), reflection_(sum.domain()) {}

  void add(const Eigen::VectorXd& x, Rows& rows, double& leak, double& stretch) {
    const Points terms = gradients_at(x);
    stretch = stretch_at(x, terms);
    const BatchAtoms atoms = batches_.at(terms);
    Points images = (-s_ * atoms.gradients).rowwise() + x.transpose().array();
    reflection_.apply(Eigen::Map<Points>(images.data(), images.rows(), images.cols()));
    leak = 0;
    deposits_.clear();
    for (Index a = 0; a < images.rows(); ++a)
      if (!deposit(images.row(a).transpose(), atoms.weights(a))) leak += atoms.weights(a);
    append_merged(rows);
  }

 private:
  Points gradients_at(const Eigen::VectorXd& x) {
    Points terms = sum_.term_gradients(x, scratch_);
    if (!terms.isFinite().all())
      throw InvalidArgument("gradient of a term", "infinite or NaN", "finite on the grid", "take a smaller box");
    return terms;
  }

  double stretch_at(const Eigen::VectorXd& x, const Points& terms) {
    const Index d = grid_.dimension();
    Points rows_sum = Points::Zero(terms.rows(), d);
    for (Index l = 0; l < d; ++l) {
      const double h = grid_.axis(l).widths()(0);
      Eigen::VectorXd neighbour = x;
      neighbour(l) += x(l) + 1.5 * h > grid_.axis(l).upper() ? -h : h;
      const double step = neighbour(l) - x(l);
      const Points slopes = (gradients_at(neighbour) - terms) / step;
      for (Index j = 0; j < d; ++j)
        rows_sum.col(j) += ((j == l ? 1.0 : 0.0) - s_ * slopes.col(j)).abs() * (h / grid_.axis(j).widths()(0));
    }
    return rows_sum.maxCoeff();
  }

  bool deposit(const Eigen::ArrayXd& image, double weight) {
    const Index d = grid_.dimension();
    bool inside = true;
    Spline along[3];
    for (Index j = 0; j < d; ++j) {
      along[j] = spline(grid_.axis(j), image(j));
      inside = inside && along[j].inside;
    }
    const Index corners = d == 1 ? 3 : d == 2 ? 9 : 27;
    for (Index corner = 0; corner < corners; ++corner) {
      double part = weight;
      Index cell = 0;
      for (Index j = 0, code = corner; j < d; ++j, code /= 3) {
        part *= along[j].part[code % 3];
        const Index node = std::clamp<Index>(along[j].nearest + code % 3 - 1, 0, grid_.axis(j).cells() - 1);
        cell += node * grid_.stride(j);
      }
      if (part > 0) deposits_.emplace_back(cell, part);
    }
    return inside;
  }

  void append_merged(Rows& rows) {
    std::stable_sort(deposits_.begin(), deposits_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    const std::size_t begin = rows.columns.size();
    double total = 0;
    for (const auto& [cell, part] : deposits_) {
      if (rows.columns.size() > begin && rows.columns.back() == cell) {
        rows.entries.back() += part;
      } else {
        rows.columns.push_back(cell);
        rows.entries.push_back(part);
      }
      total += part;
    }
    for (std::size_t e = begin; e < rows.entries.size(); ++e) rows.entries[e] /= total;
    rows.lengths.push_back(static_cast<Index>(rows.columns.size() - begin));
  }

  const FiniteSum& sum_;
  double s_;
  const BatchLaw& batches_;
  const Grid& grid_;
  Reflection reflection_;
  Scratch scratch_;
  std::vector<std::pair<Index, double>> deposits_;
};

Eigen::SparseMatrix<double, Eigen::RowMajor> joined(const std::vector<Rows>& chunks, Index cells) {
  Index entries = 0;
  for (const Rows& rows : chunks) entries += static_cast<Index>(rows.entries.size());
  Eigen::SparseMatrix<double, Eigen::RowMajor> matrix(cells, cells);
  matrix.resizeNonZeros(entries);
  Index row = 0, at = 0;
  matrix.outerIndexPtr()[0] = 0;
  for (const Rows& rows : chunks) {
    for (std::size_t e = 0; e < rows.entries.size(); ++e, ++at) {
      matrix.innerIndexPtr()[at] = static_cast<int>(rows.columns[e]);
      matrix.valuePtr()[at] = rows.entries[e];
    }
    for (const Index length : rows.lengths) {
      matrix.outerIndexPtr()[row + 1] = matrix.outerIndexPtr()[row] + static_cast<int>(length);
      ++row;
    }
  }
  return matrix;
}

void check(const FiniteSum& sum, const BatchLaw& batches, const Grid& grid) {
  if (grid.dimension() != sum.dimension())
    throw InvalidArgument("dimension of the grid", std::to_string(grid.dimension()),
                          "that of the potential: " + std::to_string(sum.dimension()));
  if (batches.terms() != sum.terms())
    throw InvalidArgument("terms of the batch law", std::to_string(batches.terms()),
                          "those of the sum: " + std::to_string(sum.terms()));
  for (Index j = 0; j < grid.dimension(); ++j)
    if (!grid.axis(j).is_uniform() || grid.axis(j).cells() < 3)
      throw InvalidArgument("axis of the transfer operator's grid", std::to_string(grid.axis(j).cells()) + " cells",
                            "uniform with at least 3 cells");
}

}  // namespace

TransferOperator::TransferOperator(const FiniteSum& sum, LearningRate s, const BatchLaw& batches,
                                   std::shared_ptr<const Grid> grid, const Execution& execution)
    : grid_(std::move(grid)), s_(s), leak_(grid_->size()), stretch_(grid_->size()) {
  check(sum, batches, *grid_);
  const Points centers = grid_->centers();
  const Index chunks = chunk_count(grid_->size());
  std::vector<Rows> rows(static_cast<std::size_t>(chunks));
  execution.pool->for_each_chunk(chunks, [&](Index c) {
    RowBuilder builder(sum, s.value(), batches, *grid_);
    const ChunkRange range = chunk_range(grid_->size(), c);
    for (Index cell = range.begin; cell < range.end; ++cell)
      builder.add(centers.row(cell).transpose().matrix(), rows[static_cast<std::size_t>(c)], leak_(cell),
                  stretch_(cell));
  });
  matrix_ = joined(rows, grid_->size());
}

}  // namespace sgdlimits
