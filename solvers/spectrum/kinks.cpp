#include "solvers/spectrum/kinks.hpp"

#include <cmath>
#include <string>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

double slope(const Potential& potential, double x) {
  return gradients(potential, Points::Constant(kLanes, 1, x))(0, 0);
}

}  // namespace

std::vector<double> kinks(const Potential& potential, double lower, double upper) {
  if (potential.dimension() != 1) throw InvalidArgument("dimension", std::to_string(potential.dimension()), "1");
  constexpr Index n = 2048;
  // an odd fraction of a cell off the ends: a kink at the middle or an end of the box is inside an interval
  const double width = (upper - lower) / (n + 0.37);
  Points x(n, 1);
  for (Index i = 0; i < n; ++i) x(i, 0) = lower + (static_cast<double>(i) + 0.59) * width;
  const Values g = gradients(potential, x).col(0);
  const Values change = (g.tail(n - 1) - g.head(n - 1)).abs();
  std::vector<double> found;
  for (Index i = 1; i + 2 < n; ++i) {
    if (!(change(i) > 8 * std::max(change(i - 1), change(i + 1)) + 1e-9 * g.abs().maxCoeff())) continue;
    double a = x(i, 0), b = x(i + 1, 0), ga = g(i), gb = g(i + 1);
    for (int k = 0; k < 50; ++k) {
      const double middle = 0.5 * (a + b), gm = slope(potential, middle);
      if (std::abs(gm - ga) > std::abs(gb - gm)) {
        b = middle;
        gb = gm;
      } else {
        a = middle;
        ga = gm;
      }
    }
    // half of the jump is left where a point of the bisection is the kink itself and f' there the mean of both sides
    if (!(std::abs(gb - ga) > 0.25 * change(i))) continue;
    const double at = 0.5 * (a + b);
    found.push_back(std::abs(at) < 1e-13 * (upper - lower) ? 0.0 : at);
    if (found.size() > 64) return {};
  }
  return found;
}

}  // namespace sgdlimits
