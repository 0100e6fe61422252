#include "solvers/transfer/selling.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

void check(const Eigen::Matrix2d& m) {
  const double half_trace = 0.5 * (m(0, 0) + m(1, 1));
  const double radius = std::hypot(0.5 * (m(0, 0) - m(1, 1)), m(1, 0));
  // lambda_min as det/lambda_max, which does not cancel where the axes are the eigenvectors
  const double largest = half_trace + radius;
  const double smallest = (m(0, 0) * m(1, 1) - m(1, 0) * m(1, 0)) / largest;
  if (!(std::isfinite(largest) && largest > 0 && smallest >= 1e-12 * largest))
    throw InvalidArgument("quadratic form to decompose",
                          fmt::format("[{:.3g} {:.3g}; {:.3g} {:.3g}]", m(0, 0), m(1, 0), m(1, 0), m(1, 1)),
                          "positive definite, condition number at most 1e12", "add a multiple of the identity");
}

}  // namespace

std::array<SellingTerm, 3> selling_decomposition(const Eigen::Matrix2d& m) {
  check(m);
  const Eigen::Matrix2d form = m.selfadjointView<Eigen::Lower>();
  std::array<Eigen::Vector2i, 3> base{Eigen::Vector2i(1, 0), Eigen::Vector2i(0, 1), Eigen::Vector2i(-1, -1)};
  const auto product = [&](std::size_t i, std::size_t j) {
    return base[i].cast<double>().dot(form * base[j].cast<double>());
  };
  constexpr std::array<std::array<std::size_t, 3>, 3> pairs{{{0, 1, 2}, {1, 2, 0}, {2, 0, 1}}};
  bool reduced = false;
  while (!reduced) {
    reduced = true;
    for (const auto& [i, j, k] : pairs) {
      // an obtuse angle lost to rounding would be exchanged for ever
      if (product(i, j) <= 1e-15 * std::sqrt(product(i, i) * product(j, j))) continue;
      const Eigen::Vector2i first = base[i], second = base[j];
      base[i] = -first;
      base[j] = second;
      base[k] = first - second;
      reduced = false;
      break;
    }
  }
  std::array<SellingTerm, 3> terms;
  for (const auto& [i, j, k] : pairs)
    terms[k] = {Eigen::Vector2i(-base[k](1), base[k](0)), std::max(0.0, -product(i, j))};
  return terms;
}

}  // namespace sgdlimits
