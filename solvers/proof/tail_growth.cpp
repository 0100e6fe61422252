#include "solvers/proof/tail_growth.hpp"

#include <cmath>

#include "solvers/proof/tail_interval.hpp"

namespace sgdlimits::proof {
namespace {

constexpr int kOrder = 12;

// c_k into k! c_k in the direction outward
void as_outward_derivatives(TailSeries& series, int side) {
  double factor = 1;
  for (std::size_t k = 0; k < series.size(); ++k) {
    if (k > 0) factor *= side * static_cast<double>(k);
    series[k] = (TailInterval(factor) * series[k]).plain();
  }
}

double down(arf_srcptr x) { return arf_get_d(x, ARF_RND_FLOOR); }

// c p - tau c^2 + q >= rate, from below
bool is_supersolution(double c, double p, double q, double temperature, double rate) {
  const TailInterval slope(c), sum = slope * TailInterval(p) - TailInterval(temperature) * slope * slope +
                                     TailInterval(q) - TailInterval(rate);
  return arf_sgn(sum.lower()) >= 0;
}

}  // namespace

std::optional<TailGrowth> tail_growth(const LineProgram& program, double x, int side, double end, double temperature,
                                      double rate, std::string& why) {
  TailSeries tail = tail_series(program, tail_segment(x, end), kOrder);
  TailSeries point = tail_series(program, TailInterval(x), kOrder);
  as_outward_derivatives(tail, side);
  as_outward_derivatives(point, side);
  TailGrowth growth;
  double curvature = down(tail[2].lower());
  for (int m = 3; m <= kOrder && curvature < rate; ++m) {
    // f^(m) >= 0 all over the tail: f^(m-1) is at least what it is at x, and so on down to f''
    bool rises = arf_sgn(tail[static_cast<std::size_t>(m)].lower()) >= 0;
    for (int j = 3; j < m; ++j) rises = rises && arf_sgn(point[static_cast<std::size_t>(j)].lower()) >= 0;
    if (rises && down(point[2].lower()) > curvature) {
      curvature = down(point[2].lower());
      growth.order = m;
    }
  }
  if (curvature >= rate) return growth;
  double drift = down(tail[1].lower());
  if (curvature >= 0) drift = std::max(drift, down(point[1].lower()));
  if (std::isfinite(curvature) && drift > 0) {
    growth.slope = std::nextafter(0.5 * drift / temperature, 0.0);
    if (is_supersolution(growth.slope, drift, curvature, temperature, rate)) return growth;
  }
  why = "the growth of f beyond x = " + std::to_string(x) +
        " is not enclosed well enough: neither f'' nor f'^2/(4 tau) + f'' is proved to stay above lambda_1 there";
  return std::nullopt;
}

}  // namespace sgdlimits::proof
