#include "solvers/fokker_planck/dissection_factor.hpp"

#include <algorithm>

namespace sgdlimits {
namespace {

// Boxes up to this size are one dense front: smaller ones cost bookkeeping, larger ones storage.
constexpr Index kLeafCells = 9;
// Columns eliminated one by one before the rest is updated by a matrix product.
constexpr Index kPanel = 32;

// Eliminates the first `pivots` variables of a front whose last row is the excess; see the header. Entries on the
// diagonal have no meaning. On return column i holds N(k, i)/p_i below the diagonal and row i holds N(i, j) right
// of it.
void eliminate_pivots(Eigen::MatrixXd& front, Index pivots, Eigen::VectorXd& inverse_pivot) {
  const Index rows = front.rows(), columns = front.cols();
  inverse_pivot.resize(pivots);
  for (Index begin = 0; begin < pivots; begin += kPanel) {
    const Index end = std::min(pivots, begin + kPanel), width = end - begin, rest = columns - end;
    for (Index i = begin; i < end; ++i) {
      const Index below = rows - i - 1;
      const double pivot = front.col(i).tail(below).sum();
      inverse_pivot(i) = 1 / pivot;
      front.col(i).tail(below) /= pivot;
      for (Index j = i + 1; j < end; ++j) front.col(j).tail(below) += front(i, j) * front.col(i).tail(below);
    }
    for (Index i = begin; i < end; ++i)
      for (Index k = i + 1; k < end; ++k) front.row(k).tail(rest) += front(k, i) * front.row(i).tail(rest);
    front.bottomRightCorner(rows - end, rest).noalias() +=
        front.block(end, begin, rows - end, width) * front.block(begin, end, width, rest);
  }
}

}  // namespace

struct DissectionFactor::Assembly {
  const Grid& grid;
  const GridRates& rates;
  std::vector<Index> place;  // of a cell in the front at hand, or -1

  Index& at(Index cell) { return place[static_cast<std::size_t>(cell)]; }
  std::vector<Index> cells(const CellBox& box) const;
  std::vector<Index> boundary(const CellBox& box) const;
  void add_children(const std::vector<Remainder>& children, Eigen::MatrixXd& n);
  void add_own(const std::vector<Index>& own, Eigen::MatrixXd& n);
};

std::vector<Index> DissectionFactor::Assembly::cells(const CellBox& box) const {
  std::vector<Index> list;
  Corner c;
  for (c[2] = box.lower[2]; c[2] < box.upper[2]; ++c[2])
    for (c[1] = box.lower[1]; c[1] < box.upper[1]; ++c[1])
      for (c[0] = box.lower[0]; c[0] < box.upper[0]; ++c[0]) {
        Index cell = 0;
        for (Index j = 0; j < grid.dimension(); ++j) cell += c[static_cast<std::size_t>(j)] * grid.stride(j);
        list.push_back(cell);
      }
  return list;
}

// Once a box is eliminated, its neighbours across its faces are coupled to each other, and to nothing else by it.
std::vector<Index> DissectionFactor::Assembly::boundary(const CellBox& box) const {
  std::vector<Index> list;
  for (Index j = 0; j < grid.dimension(); ++j)
    for (const bool above : {false, true}) {
      const auto axis = static_cast<std::size_t>(j);
      CellBox face = box;
      face.lower[axis] = above ? box.upper[axis] : box.lower[axis] - 1;
      face.upper[axis] = face.lower[axis] + 1;
      if (face.lower[axis] < 0 || face.lower[axis] >= grid.axis(j).cells()) continue;
      const std::vector<Index> more = cells(face);
      list.insert(list.end(), more.begin(), more.end());
    }
  return list;
}

void DissectionFactor::Assembly::add_children(const std::vector<Remainder>& children, Eigen::MatrixXd& n) {
  for (const Remainder& child : children) {
    const Index count = static_cast<Index>(child.cells.size());
    for (Index j = 0; j < count; ++j) {
      const Index column = at(child.cells[static_cast<std::size_t>(j)]);
      for (Index i = 0; i < count; ++i) n(at(child.cells[static_cast<std::size_t>(i)]), column) += child.n(i, j);
      n(n.rows() - 1, column) += child.n(count, j);
    }
  }
}

// Couplings of the cells eliminated here with each other and with the boundary; those with a child's cells came with
// the child.
void DissectionFactor::Assembly::add_own(const std::vector<Index>& own, Eigen::MatrixXd& n) {
  const Index pivots = static_cast<Index>(own.size());
  for (const Index i : own) {
    n(n.rows() - 1, at(i)) += rates.excess(i);
    for (Index j = 0; j < grid.dimension(); ++j) {
      const Index s = grid.stride(j), layer = i / s % grid.axis(j).cells();
      const Values& up = rates.up[static_cast<std::size_t>(j)];
      const Values& down = rates.down[static_cast<std::size_t>(j)];
      if (layer + 1 < grid.axis(j).cells() && at(i + s) >= 0) {
        n(at(i + s), at(i)) += up(i);
        n(at(i), at(i + s)) += down(i);
      }
      if (layer > 0 && at(i - s) >= pivots) {
        n(at(i - s), at(i)) += down(i - s);
        n(at(i), at(i - s)) += up(i - s);
      }
    }
  }
}

DissectionFactor::DissectionFactor(const Grid& grid, const GridRates& rates) : cells_(grid.size()) {
  CellBox whole{{0, 0, 0}, {1, 1, 1}};
  for (Index j = 0; j < grid.dimension(); ++j) whole.upper[static_cast<std::size_t>(j)] = grid.axis(j).cells();
  Assembly assembly{grid, rates, std::vector<Index>(static_cast<std::size_t>(grid.size()), -1)};
  eliminate(whole, assembly);
}

DissectionFactor::Remainder DissectionFactor::eliminate(const CellBox& box, Assembly& assembly) {
  const auto extent = [&](std::size_t j) { return box.upper[j] - box.lower[j]; };
  std::vector<Remainder> children;
  CellBox own = box;
  if (extent(0) * extent(1) * extent(2) > kLeafCells) {
    std::size_t longest = 0;
    for (const std::size_t j : {1u, 2u})
      if (extent(j) > extent(longest)) longest = j;
    CellBox low = box, high = box;
    low.upper[longest] = own.lower[longest] = box.lower[longest] + extent(longest) / 2;
    high.lower[longest] = own.upper[longest] = own.lower[longest] + 1;
    for (const CellBox& half : {low, high})
      if (half.lower[longest] < half.upper[longest]) children.push_back(eliminate(half, assembly));
  }
  Front front{assembly.cells(own), assembly.boundary(box), {}, {}, {}};
  const Index pivots = static_cast<Index>(front.cells.size());
  const Index size = pivots + static_cast<Index>(front.boundary.size());
  Index next = 0;
  for (const auto* list : {&front.cells, &front.boundary})
    for (const Index cell : *list) assembly.at(cell) = next++;
  Eigen::MatrixXd n = Eigen::MatrixXd::Zero(size + 1, size);
  assembly.add_children(children, n);
  children.clear();
  assembly.add_own(front.cells, n);
  for (const auto* list : {&front.cells, &front.boundary})
    for (const Index cell : *list) assembly.at(cell) = -1;
  eliminate_pivots(n, pivots, front.inverse_pivot);
  front.lower = n.topLeftCorner(size, pivots);
  front.upper = n.topRows(pivots);
  Remainder remainder{front.boundary, n.bottomRightCorner(size + 1 - pivots, size - pivots)};
  fronts_.push_back(std::move(front));
  return remainder;
}

void DissectionFactor::solve(double* in_place) const {
  Eigen::Map<Values> mass(in_place, cells_);
  Eigen::VectorXd own, others;
  for (const Front& front : fronts_) {
    const Index pivots = front.upper.rows(), rest = front.upper.cols() - pivots;
    own.resize(pivots);
    for (Index i = 0; i < pivots; ++i) own(i) = mass(front.cells[static_cast<std::size_t>(i)]);
    for (Index i = 0; i + 1 < pivots; ++i)
      own.tail(pivots - i - 1) += own(i) * front.lower.col(i).segment(i + 1, pivots - i - 1);
    others.noalias() = front.lower.bottomRows(rest) * own;
    for (Index k = 0; k < rest; ++k) mass(front.boundary[static_cast<std::size_t>(k)]) += others(k);
    for (Index i = 0; i < pivots; ++i) mass(front.cells[static_cast<std::size_t>(i)]) = own(i);
  }
  for (auto front = fronts_.rbegin(); front != fronts_.rend(); ++front) {
    const Index pivots = front->upper.rows(), rest = front->upper.cols() - pivots;
    own.resize(pivots);
    others.resize(rest);
    for (Index i = 0; i < pivots; ++i) own(i) = mass(front->cells[static_cast<std::size_t>(i)]);
    for (Index k = 0; k < rest; ++k) others(k) = mass(front->boundary[static_cast<std::size_t>(k)]);
    own.noalias() += front->upper.rightCols(rest) * others;
    for (Index i = pivots - 1; i >= 0; --i) {
      own(i) *= front->inverse_pivot(i);
      own.head(i) += own(i) * front->upper.col(i).head(i);
    }
    for (Index i = 0; i < pivots; ++i) mass(front->cells[static_cast<std::size_t>(i)]) = own(i);
  }
}

Index DissectionFactor::stored() const {
  Index numbers = 0;
  for (const Front& front : fronts_) numbers += front.lower.size() + front.upper.size() + front.inverse_pivot.size();
  return numbers;
}

}  // namespace sgdlimits
