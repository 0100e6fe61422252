#include "solvers/sde/reflection.hpp"

#include <algorithm>
#include <cmath>

namespace sgdlimits {
namespace {

double folded(double x, double lower, double upper) {
  if (std::isinf(upper)) return lower + (lower - x);
  if (std::isinf(lower)) return upper - (x - upper);
  const double width = upper - lower;
  const double phase = x - lower - 2 * width * std::floor((x - lower) / (2 * width));
  const double inside = upper - std::abs(width - phase);
  // rounding may step outside by an ulp; argument order keeps NaN
  return std::max(std::min(inside, upper), lower);
}

}  // namespace

void Reflection::fold(Eigen::Map<Points> x) const {
  for (Index j = 0; j < x.cols(); ++j) {
    const double lower = box_.lower(j), upper = box_.upper(j);
    for (Index i = 0; i < x.rows(); ++i)
      if (x(i, j) < lower || x(i, j) > upper) x(i, j) = folded(x(i, j), lower, upper);
  }
}

}  // namespace sgdlimits
