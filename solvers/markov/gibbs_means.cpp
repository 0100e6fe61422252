#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

#include "core/errors.hpp"
#include "solvers/markov/scheme_law.hpp"
#include "solvers/spectrum/box.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPoints = 16, kFirstPanels = 64, kLastPanels = 1 << 14;
using Rule = boost::math::quadrature::gauss<double, kPoints>;

/// Nodes and weights of all panels of [lower, upper].
struct CompositeRule {
  Points x;
  Values weights;

  CompositeRule(double lower, double upper, Index panels) : x(panels * kPoints, 1), weights(panels * kPoints) {
    const double half = 0.5 * (upper - lower) / static_cast<double>(panels);
    Index next = 0;
    for (Index p = 0; p < panels; ++p) {
      const double middle = lower + (2 * static_cast<double>(p) + 1) * half;
      for (std::size_t j = 0; j < Rule::abscissa().size(); ++j) {
        for (const double side : {-1.0, 1.0}) {
          x(next, 0) = middle + side * half * Rule::abscissa()[j];
          weights(next++) = half * Rule::weights()[j];
        }
      }
    }
  }
};

struct Means {
  Values value, root_mean_square;
};

Means means_on(const Potential& potential, double tau, const std::vector<LineFunction>& observables,
               const CompositeRule& rule) {
  const Values f = values(potential, rule.x);
  Values density = rule.weights * (-(f - f.minCoeff()) / tau).exp();
  density /= density.sum();
  const auto count = static_cast<Index>(observables.size());
  Means means{Values(count), Values(count)};
  Values h(f.size());
  for (Index k = 0; k < count; ++k) {
    observables[static_cast<std::size_t>(k)](rule.x.col(0), h);
    if (!h.allFinite())
      throw InvalidArgument("observable " + std::to_string(k), "infinite or NaN", "finite where the law lives");
    means.value(k) = (density * h).sum();
    means.root_mean_square(k) = std::sqrt((density * h.square()).sum());
  }
  return means;
}

}  // namespace

Result<std::vector<Measurement>> gibbs_means(const Potential& potential, Temperature temperature,
                                             const std::vector<LineFunction>& observables) {
  if (potential.dimension() != 1)
    throw InvalidArgument("dimension of the potential", std::to_string(potential.dimension()), "1");
  const Result<Box> box = gibbs_box(potential, temperature, 1e-18);
  if (!box.ok()) return Result<std::vector<Measurement>>(box.report());
  const auto means = [&](Index panels) {
    return means_on(potential, temperature.value(), observables, CompositeRule(box->lower(0), box->upper(0), panels));
  };
  Index panels = kFirstPanels;
  Means coarse = means(panels), fine = means(2 * panels);
  const auto settled = [&] { return ((fine.value - coarse.value).abs() <= 1e-14 * fine.root_mean_square).all(); };
  for (panels *= 2; !settled() && panels < kLastPanels; panels *= 2) {
    coarse = std::move(fine);
    fine = means(2 * panels);
  }
  std::vector<Measurement> result;
  for (Index k = 0; k < fine.value.size(); ++k)
    result.push_back(Measurement::deterministic(
        fine.value(k), std::abs(fine.value(k) - coarse.value(k)) + 1e-15 * fine.root_mean_square(k), Grade::estimate,
        "Gauss-Legendre quadrature of the Gibbs measure"));
  return result;
}

}  // namespace sgdlimits
