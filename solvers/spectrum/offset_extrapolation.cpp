#include "solvers/spectrum/offset_extrapolation.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "core/errors.hpp"
#include "core/points.hpp"

namespace sgdlimits {
namespace {

struct Limit {
  double value, error;
};

/// Of a fit with the powers 0, 2, 3, ..., `highest`.
Limit limit_of(const std::vector<GridValue>& values, double unit, int highest) {
  const auto n = static_cast<Index>(values.size());
  Eigen::MatrixXd basis(n, highest);
  Eigen::VectorXd y(n);
  for (Index i = 0; i < n; ++i) {
    const GridValue& v = values[static_cast<std::size_t>(i)];
    const double h = v.width / unit, weight = 1 / (h * h * h);
    basis(i, 0) = weight;
    for (int power = 2; power <= highest; ++power) basis(i, power - 1) = weight * std::pow(h, power);
    y(i) = weight * (v.value - values.back().value);
  }
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> factor(basis);
  const Eigen::VectorXd coefficients = factor.solve(y);
  const double degrees = static_cast<double>(n - highest);
  const double spread = (y - basis * coefficients).norm() / std::sqrt(degrees);
  const Eigen::MatrixXd inverse = (basis.transpose() * basis).inverse();
  return {values.back().value + coefficients(0), spread * std::sqrt(std::max(0.0, inverse(0, 0)))};
}

}  // namespace

OffsetExtrapolation extrapolate_offsets(const std::vector<GridValue>& values) {
  constexpr double kStandardErrors = 4.8;
  double unit = 0;
  std::set<double> widths;
  for (const GridValue& v : values) {
    if (!(v.width > 0)) throw InvalidArgument("width", v.width, "positive");
    unit = std::max(unit, v.width);
    widths.insert(v.width);
  }
  if (values.size() < 6 || widths.size() < 3)
    throw InvalidArgument("grids to extrapolate from", std::to_string(values.size()),
                          "at least 6, of 3 different widths or more");
  const Limit limit = limit_of(values, unit, 3), other = limit_of(values, unit, widths.size() < 4 ? 2 : 4);
  return {limit.value, kStandardErrors * limit.error + std::abs(limit.value - other.value)};
}

}  // namespace sgdlimits
