#include "solvers/spectrum/critical_points.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

/// Cell-centre coordinates padded to full vectors.
Points padded_centers(const Grid& grid) {
  Points x(padded(grid.size()), grid.dimension());
  x.topRows(grid.size()) = grid.centers();
  for (Index i = grid.size(); i < x.rows(); ++i) x.row(i) = x.row(grid.size() - 1);
  return x;
}

void check_dimension(const Potential& potential, const Grid& grid) {
  if (potential.dimension() != grid.dimension())
    throw InvalidArgument("dimension of the grid", std::to_string(grid.dimension()),
                          std::to_string(potential.dimension()));
}

/// Newton's method on grad f from x with steps of at most `reach`; empty if it leaves the grid or stalls.
std::optional<CriticalPoint> polish(const Potential& potential, const Grid& grid, Eigen::VectorXd x, double reach) {
  Scratch scratch;
  const Index d = potential.dimension();
  const auto gradient_at = [&](const Eigen::VectorXd& at) {
    Points block = at.array().transpose().replicate(kLanes, 1), g(kLanes, d);
    potential.gradient(block, g, scratch);
    return Eigen::VectorXd(g.row(0).matrix().transpose());
  };
  Eigen::VectorXd g = gradient_at(x);
  Eigen::MatrixXd hessian = potential.hessian(x, scratch);
  for (int i = 0; i < 60; ++i) {
    const double curvature = std::max(hessian.norm(), std::numeric_limits<double>::min());
    if (!g.allFinite() || !hessian.allFinite()) return std::nullopt;
    Eigen::VectorXd step = -hessian.completeOrthogonalDecomposition().solve(g);
    const double length = step.norm();
    if (length > reach) step *= reach / length;
    x += step;
    g = gradient_at(x);
    hessian = potential.hessian(x, scratch);
    if (grid.find(x.array()) < 0) return std::nullopt;
    if (length <= 1e-13 * (1 + x.norm()) || g.norm() <= 1e-15 * curvature) break;
    if (i == 59 && length > 1e-9 * (1 + x.norm())) return std::nullopt;
  }
  CriticalPoint point;
  point.x = x;
  point.value = values(potential, x.array().transpose().replicate(kLanes, 1))(0);
  point.gradient_norm = g.norm();
  point.hessian_eigenvalues = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian).eigenvalues();
  return point;
}

double cell_diameter(const Grid& grid) {
  double square = 0;
  for (Index j = 0; j < grid.dimension(); ++j) square += std::pow(grid.axis(j).widths().maxCoeff(), 2);
  return std::sqrt(square);
}

/// Calls visit(neighbour) for the up to 2 d cells that share a face with the cell.
template <class Visit>
void for_each_neighbour(const Grid& grid, Index cell, const Visit& visit) {
  for (Index j = 0; j < grid.dimension(); ++j) {
    const Index stride = grid.stride(j), place = cell / stride % grid.axis(j).cells();
    if (place > 0) visit(cell - stride);
    if (place + 1 < grid.axis(j).cells()) visit(cell + stride);
  }
}

/// The merger with the largest persistence found by flooding, as cells.
struct FloodedBarrier {
  Index lowest = -1, other = -1, saddle = -1;
  double height = 0;
};

FloodedBarrier flood(const Grid& grid, const Values& f) {
  std::vector<Index> order(static_cast<std::size_t>(grid.size()));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return f(a) < f(b) || (f(a) == f(b) && a < b); });
  // root of each flooded cell: the lowest cell of its basin
  std::vector<Index> parent(static_cast<std::size_t>(grid.size()), -1);
  const auto root = [&](Index cell) {
    while (parent[static_cast<std::size_t>(cell)] != cell) {
      auto& up = parent[static_cast<std::size_t>(cell)];
      up = parent[static_cast<std::size_t>(up)];
      cell = up;
    }
    return cell;
  };
  FloodedBarrier best;
  for (const Index cell : order) {
    parent[static_cast<std::size_t>(cell)] = cell;
    for_each_neighbour(grid, cell, [&](Index neighbour) {
      if (parent[static_cast<std::size_t>(neighbour)] < 0) return;
      Index low = root(neighbour), high = root(cell);
      if (low == high) return;
      if (f(high) < f(low) || (f(high) == f(low) && high < low)) std::swap(low, high);
      if (f(cell) - f(high) > best.height) best = {low, high, cell, f(cell) - f(high)};
      parent[static_cast<std::size_t>(high)] = low;
    });
  }
  return best;
}

bool nondegenerate(const CriticalPoint& point, Index index) {
  const auto& e = point.hessian_eigenvalues;
  return point.index() == index && e.cwiseAbs().minCoeff() > 1e-6 * e.cwiseAbs().maxCoeff();
}

}  // namespace

std::vector<CriticalPoint> critical_points(const Potential& potential, const Grid& grid) {
  check_dimension(potential, grid);
  const Points x = padded_centers(grid);
  const Values slope = gradients(potential, x).square().rowwise().sum();
  const double reach = 2 * cell_diameter(grid);
  std::vector<CriticalPoint> points;
  for (Index cell = 0; cell < grid.size(); ++cell) {
    bool candidate = std::isfinite(slope(cell));
    for_each_neighbour(grid, cell, [&](Index k) { candidate = candidate && !(slope(k) < slope(cell)); });
    if (!candidate) continue;
    auto point = polish(potential, grid, x.row(cell).matrix().transpose(), reach);
    if (!point) continue;
    const bool known = std::any_of(points.begin(), points.end(), [&](const CriticalPoint& other) {
      return (other.x - point->x).norm() < 1e-3 * reach;
    });
    if (!known) points.push_back(std::move(*point));
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const CriticalPoint& a, const CriticalPoint& b) { return a.value < b.value; });
  return points;
}

std::optional<Barrier> largest_barrier(const Potential& potential, const Grid& grid) {
  check_dimension(potential, grid);
  const Points x = padded_centers(grid);
  const Values f = values(potential, x).head(grid.size());
  const FloodedBarrier cells = flood(grid, f);
  if (cells.saddle < 0) return std::nullopt;
  const double reach = 2 * cell_diameter(grid);
  const auto at = [&](Index cell) { return polish(potential, grid, x.row(cell).matrix().transpose(), reach); };
  auto lowest = at(cells.lowest), other = at(cells.other), saddle = at(cells.saddle);
  if (!lowest || !other || !saddle) return std::nullopt;
  if (!nondegenerate(*lowest, 0) || !nondegenerate(*other, 0) || !nondegenerate(*saddle, 1)) return std::nullopt;
  if (other->value < lowest->value) std::swap(lowest, other);
  if ((lowest->x - other->x).norm() < 1e-3 * reach || !(saddle->value > other->value)) return std::nullopt;
  Barrier barrier{std::move(*lowest), std::move(*other), std::move(*saddle), 0};
  barrier.height = barrier.saddle.value - barrier.other.value;
  return barrier;
}

double eyring_kramers(const Barrier& barrier, Temperature temperature) {
  const auto rate_out_of = [&](const CriticalPoint& minimum) {
    const double ratio = minimum.hessian_eigenvalues.prod() / std::abs(barrier.saddle.hessian_eigenvalues.prod());
    return std::sqrt(ratio) * std::exp(-(barrier.saddle.value - minimum.value) / temperature.value());
  };
  return std::abs(barrier.saddle.hessian_eigenvalues(0)) / (2 * std::numbers::pi) *
         (rate_out_of(barrier.lowest) + rate_out_of(barrier.other));
}

}  // namespace sgdlimits
