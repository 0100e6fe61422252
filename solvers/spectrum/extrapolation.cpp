#include "solvers/spectrum/extrapolation.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/errors.hpp"
#include "core/points.hpp"

namespace sgdlimits {
namespace {

/// (v0 - v1)/(v1 - v2) for an error proportional to h^order.
double ratio_of_order(double order, const double* n) {
  const double a = std::pow(n[0], -order), b = std::pow(n[1], -order), c = std::pow(n[2], -order);
  return (a - b) / (b - c);
}

/// The order p that explains three values, by bisection (the ratio increases with p); NaN if none in [0.1, 12].
double order_of(const double* n, const double* v) {
  const double ratio = (v[0] - v[1]) / (v[1] - v[2]);
  double low = 0.1, high = 12;
  if (!(ratio > ratio_of_order(low, n)) || !(ratio < ratio_of_order(high, n)))
    return std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (ratio_of_order(middle, n) < ratio ? low : high) = middle;
  }
  return low;
}

/// The entry of a tableau's last row that its left and upper left neighbours confirm best.
Extrapolation best_confirmed(const std::vector<double>& row, const std::vector<double>& previous) {
  Extrapolation best{row.front(), std::numeric_limits<double>::infinity(), 0};
  for (std::size_t j = 1; j < row.size(); ++j) {
    const double bound = std::max(std::abs(row[j] - row[j - 1]), std::abs(row[j] - previous[j - 1]));
    if (bound < best.error_bound) best = {row[j], bound, 0};
  }
  return best;
}

/// Neville's tableau in h^2.
Extrapolation even_expansion(const std::vector<double>& n, const std::vector<double>& v) {
  std::vector<double> row, previous;
  for (std::size_t k = 0; k < v.size(); ++k) {
    previous.swap(row);
    row.assign(1, v[k]);
    for (std::size_t j = 1; j <= k; ++j) {
      const double q = std::pow(n[k] / n[k - j], 2);
      row.push_back(row[j - 1] + (row[j - 1] - previous[j - 1]) / (q - 1));
    }
  }
  return best_confirmed(row, previous);
}

/// L of v = L + c_2 h^2 + ... + c_(m+1) h^(m+1) through the m + 1 grids that end with the k-th.
double limit_of_powers(const std::vector<double>& n, const std::vector<double>& v, std::size_t k, std::size_t m) {
  const auto size = static_cast<Index>(m) + 1;
  Eigen::MatrixXd powers = Eigen::MatrixXd::Ones(size, size);
  Eigen::VectorXd differences(size);
  for (Index i = 0; i < size; ++i) {
    const std::size_t at = k - m + static_cast<std::size_t>(i);
    differences(i) = v[at] - v[k];
    for (Index j = 1; j < size; ++j) powers(i, j) = std::pow(n[k] / n[at], static_cast<double>(j + 1));
  }
  return v[k] + powers.partialPivLu().solve(differences)(0);
}

Extrapolation full_expansion(const std::vector<double>& n, const std::vector<double>& v) {
  constexpr std::size_t kMostPowers = 6;
  const std::size_t last = v.size() - 1;
  std::vector<double> row, previous;
  for (std::size_t m = 0; m <= std::min(kMostPowers, last); ++m) row.push_back(limit_of_powers(n, v, last, m));
  for (std::size_t m = 0; m + 1 < row.size(); ++m) previous.push_back(limit_of_powers(n, v, last - 1, m));
  return best_confirmed(row, previous);
}

}  // namespace

Extrapolation extrapolate(const std::vector<double>& cells, const std::vector<double>& values,
                          ErrorExpansion expansion) {
  const auto expanded = expansion == ErrorExpansion::even ? even_expansion : full_expansion;
  const std::size_t k = values.size();
  if (k < 2 || cells.size() != k)
    throw InvalidArgument("grids to extrapolate from", std::to_string(k), "at least 2, each with its cells");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double last = std::abs(values[k - 1] - values[k - 2]);
  if (k == 2) {
    Extrapolation e = expanded(cells, values);
    e.observed_order = nan;
    return e;
  }
  const double order = order_of(cells.data() + k - 3, values.data() + k - 3);
  // differences at the level of rounding have no order
  const bool converged = last <= 1e-11 * std::abs(values[k - 1]);
  if (converged) return {values[k - 1], 4 * last, nan};
  if (std::abs(order - 2) <= 0.35) {
    Extrapolation e = expanded(cells, values);
    e.observed_order = order;
    return e;
  }
  if (order >= 0.4 && order <= 6) {
    const double correction = (values[k - 1] - values[k - 2]) / (std::pow(cells[k - 1] / cells[k - 2], order) - 1);
    return {values[k - 1] + correction, 2 * std::abs(correction), order};
  }
  return {values[k - 1], 2 * last, order};
}

}  // namespace sgdlimits
